/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <string.h>
#include <sys/resource.h>

/* For children of a test that get no more memory than they have and a little.
 * The address sanitizer reserves terabytes of addresses, so not beside it.
 */
#if defined __SANITIZE_ADDRESS__
#define LIMIT_CASE 0
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define LIMIT_CASE 0
#endif
#endif

#ifndef LIMIT_CASE
#define LIMIT_CASE 1

/* Bytes of addresses that this process has in use. */
static inline gsize
limit_case_get_size (void)
{
  g_autofree char *text = NULL;
  const char      *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, "\nVmSize:");
  g_assert_nonnull (line);

  return g_ascii_strtoull (line + strlen ("\nVmSize:"), NULL, 10) << 10;
}

/* Lets this process get @bytes more, until it is called again. */
static inline void
limit_case_leave (gsize bytes)
{
  struct rlimit limit = { 0 };

  g_assert_cmpint (getrlimit (RLIMIT_AS, &limit), ==, 0);
  limit.rlim_cur = limit_case_get_size () + bytes;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
}
#endif
