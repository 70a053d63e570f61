/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/weights.h"
#include "nn/params.h"

/* What an independent program has computed: reference/make_*.py have written
 * reference/vectors.
 */

static inline DmWeights *
open_vectors (const char *name)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "reference", "vectors", name, NULL);
  g_autoptr (GError) error = NULL;
  DmWeights *file = dm_weights_open (path, &error);

  g_assert_no_error (error);

  return file;
}

static inline float *
read_floats (const DmWeights *file, const char *name, size_t n)
{
  float *value = g_new (float, n);
  g_autoptr (GError) error = NULL;

  dm_weights_read (file, name, value, n, &error);
  g_assert_no_error (error);

  return value;
}

/* All parameters into a @block, by their names behind @prefix. */
static inline void
read_params (const DmWeights *file,
             const DmParams  *params,
             const char      *prefix,
             float           *block)
{
  for (size_t i = 0; i < params->n_params; i++)
    {
      const DmParam   *param = params->list[i];
      g_autofree char *name = g_strconcat (prefix, param->name, NULL);
      g_autoptr (GError) error = NULL;

      dm_weights_read (file, name, block + param->offset, param->n, &error);
      g_assert_no_error (error);
    }
}
