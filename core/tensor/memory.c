/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/memory.h"

#include <string.h>

#define GROUPS "/sys/fs/cgroup"

/**
 * dm_memory_find:
 * @text: (nullable)
 * @key: with what parts it from the number: "VmRSS:", "file "
 * @unit: 1024 for the kB of /proc
 *
 * Returns: the number of the line that begins with @key, times @unit; 0 if
 * there is none
 */
guint64
dm_memory_find (const char *text, const char *key, guint64 unit)
{
  while (text != NULL && *text != '\0')
    {
      if (g_str_has_prefix (text, key))
        return g_ascii_strtoull (text + strlen (key), NULL, 10) * unit;
      text = strchr (text, '\n');
      text += text != NULL;
    }

  return 0;
}

static guint64
read_number (const char *path, const char *key, guint64 unit)
{
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;

  return dm_memory_find (text, key, unit);
}

/* What a control group leaves, which may be set for a container or a service;
 * G_MAXUINT64 if it sets no limit. Pages of files are given up when need be.
 */
static guint64
get_group_available (const char *group)
{
  g_autofree char *max_path = g_strconcat (group, "/memory.max", NULL);
  g_autofree char *now_path = g_strconcat (group, "/memory.current", NULL);
  g_autofree char *stat_path = g_strconcat (group, "/memory.stat", NULL);
  guint64          max = read_number (max_path, "", 1);
  guint64          now = read_number (now_path, "", 1);
  guint64          files = read_number (stat_path, "file ", 1);

  /* no file, or the word “max” */
  if (max == 0)
    return G_MAXUINT64;

  now -= MIN (files, now);

  return max - MIN (now, max);
}

/* The least that this process's group and those around it leave. */
static guint64
get_groups_available (void)
{
  g_autofree char *text = NULL, *group = NULL;
  guint64          least = get_group_available (GROUPS);
  const char      *name;

  if (!g_file_get_contents ("/proc/self/cgroup", &text, NULL, NULL))
    return least;

  name = strstr (text, "0::/");
  if (name == NULL)
    return least;

  name += strlen ("0::");
  group = g_strdup_printf ("%s%.*s", GROUPS, (int) strcspn (name, "\n"), name);
  while (strlen (group) > strlen (GROUPS) + 1)
    {
      least = MIN (least, get_group_available (group));
      *strrchr (group, '/') = '\0';
    }

  return least;
}

/**
 * dm_memory_get_available:
 *
 * Returns: bytes that this process can still get without taking them from
 * others; 0 if unknown
 */
guint64
dm_memory_get_available (void)
{
  guint64 machine = read_number ("/proc/meminfo", "MemAvailable:", 1024);

  return MIN (machine, get_groups_available ());
}

/**
 * dm_memory_get_resident:
 *
 * Returns: bytes of memory that this process has in use
 */
guint64
dm_memory_get_resident (void)
{
  return read_number ("/proc/self/status", "VmRSS:", 1024);
}

/**
 * dm_memory_get_peak:
 *
 * Returns: the most that dm_memory_get_resident() has been
 */
guint64
dm_memory_get_peak (void)
{
  return read_number ("/proc/self/status", "VmHWM:", 1024);
}

/**
 * dm_memory_is_there:
 *
 * Returns: whether an allocation of so many bytes would succeed now
 */
gboolean
dm_memory_is_there (guint64 bytes)
{
  gpointer probe = bytes < G_MAXSIZE ? g_try_malloc ((gsize) bytes) : NULL;

  g_free (probe);

  return probe != NULL || bytes == 0;
}
