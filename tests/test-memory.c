/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "tensor/memory.h"

static void
test_find (void)
{
  const char *text = "MemTotal:       24689764 kB\nMemFree:  12 kB\n"
                     "MemAvailable:   23000000 kB\nBroken:\n";

  g_assert_cmpuint (dm_memory_find (text, "MemAvailable:", 1024), ==,
                    23000000 * G_GUINT64_CONSTANT (1024));
  g_assert_cmpuint (dm_memory_find (text, "MemTotal:", 1), ==, 24689764);
  g_assert_cmpuint (dm_memory_find (text, "Free:", 1), ==, 0);
  g_assert_cmpuint (dm_memory_find (text, "Broken:", 1), ==, 0);
  g_assert_cmpuint (dm_memory_find ("max\n", "", 1), ==, 0);
  g_assert_cmpuint (dm_memory_find ("4096\n", "", 1), ==, 4096);
  g_assert_cmpuint (dm_memory_find ("", "x", 1), ==, 0);
  g_assert_cmpuint (dm_memory_find (NULL, "x", 1), ==, 0);
}

/* Memory that is touched is resident, and the peak remembers it. */
static void
test_resident (void)
{
  const gsize size = 64 << 20;
  guint64     before = dm_memory_get_resident ();
  char       *memory;

  if (before == 0)
    {
      g_test_skip ("this system does not tell");
      return;
    }

  memory = g_malloc (size);
  memset (memory, 1, size);
  g_assert_cmpuint (dm_memory_get_resident (), >, before + size / 10 * 9);
  g_free (memory);
  g_assert_cmpuint (dm_memory_get_peak (), >, before + size / 10 * 9);
  g_assert_cmpuint (dm_memory_get_available (), >, size);
}

static void
test_is_there (void)
{
  g_assert_true (dm_memory_is_there (0));
  g_assert_true (dm_memory_is_there (1 << 20));
#ifndef __SANITIZE_ADDRESS__
  g_assert_false (dm_memory_is_there ((guint64) 1 << 60));
  g_assert_false (dm_memory_is_there (G_MAXUINT64));
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/memory/find", test_find);
  g_test_add_func ("/memory/resident", test_resident);
  g_test_add_func ("/memory/is-there", test_is_there);

  return g_test_run ();
}
