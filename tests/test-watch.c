/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "train/watch.h"

/* Norms from 1 to 2, in an order that is not theirs. */
static void
fill (DmWatch *self, int n)
{
  for (int i = 0; i < n; i++)
    g_assert_cmpint (
        dm_watch_judge (self, 1.0, 1.0 + i * 37 % DM_WATCH_N / 64.0, TRUE), ==,
        DM_WATCH_TAKE);
}

/* The level is the median of the last steps; there is none before. */
static void
test_level (void)
{
  DmWatch watch = { .n_norms = 0 };

  fill (&watch, DM_WATCH_N - 1);
  g_assert_cmpfloat (dm_watch_get_level (&watch), ==, 0.0);
  fill (&watch, 1);
  fill (&watch, DM_WATCH_N);
  g_assert_cmpfloat_with_epsilon (dm_watch_get_level (&watch), 1.5, 0.02);

  for (int i = 0; i < DM_WATCH_N; i++)
    dm_watch_judge (&watch, 1.0, 0.5, TRUE);
  g_assert_cmpfloat (dm_watch_get_level (&watch), ==, 0.5);
}

/* Just above ten times the level is an outlier, just below is none; before the
 * level is known, or the run is warm, only what is not finite is.
 */
static void
test_outlier (void)
{
  DmWatch watch = { .n_norms = 0 };
  double  level;

  g_assert_cmpint (dm_watch_judge (&watch, 1.0, 1e9, TRUE), ==, DM_WATCH_TAKE);
  g_assert_cmpint (dm_watch_judge (&watch, NAN, 1.0, FALSE), ==, DM_WATCH_SKIP);
  g_assert_cmpint (dm_watch_judge (&watch, 1.0, INFINITY, FALSE), ==,
                   DM_WATCH_SKIP);

  fill (&watch, DM_WATCH_N);
  level = dm_watch_get_level (&watch);
  g_assert_cmpint (dm_watch_judge (&watch, 1.0, 10.1 * level, FALSE), ==,
                   DM_WATCH_TAKE);
  g_assert_cmpint (dm_watch_judge (&watch, 1.0, 9.8 * level, TRUE), ==,
                   DM_WATCH_TAKE);
  level = dm_watch_get_level (&watch);
  g_assert_cmpint (dm_watch_judge (&watch, 1.0, 10.1 * level, TRUE), ==,
                   DM_WATCH_SKIP);
  g_assert_cmpuint (watch.n_skipped, ==, 3);
}

/* Outliers neither count towards the level nor stop a run while good steps lie
 * between them; five in a row do.
 */
static void
test_in_a_row (void)
{
  DmWatch watch = { .n_norms = 0 };
  double  level;

  fill (&watch, DM_WATCH_N);
  level = dm_watch_get_level (&watch);
  for (int i = 0; i < 100; i++)
    {
      for (int k = 0; k < 4; k++)
        g_assert_cmpint (dm_watch_judge (&watch, 1.0, 100.0, TRUE), ==,
                         DM_WATCH_SKIP);
      dm_watch_judge (&watch, 1.0, level, TRUE);
    }

  for (int k = 0; k < 4; k++)
    g_assert_cmpint (dm_watch_judge (&watch, 1.0, 100.0, TRUE), ==,
                     DM_WATCH_SKIP);
  g_assert_cmpint (dm_watch_judge (&watch, 1.0, 100.0, TRUE), ==,
                   DM_WATCH_STOP);
  g_assert_cmpuint (watch.n_skipped, ==, 405);
  g_assert_cmpuint (watch.n_in_a_row, ==, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/watch/level", test_level);
  g_test_add_func ("/watch/outlier", test_outlier);
  g_test_add_func ("/watch/in-a-row", test_in_a_row);

  return g_test_run ();
}
