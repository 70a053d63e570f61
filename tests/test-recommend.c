/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "evaluate/recommend.h"

typedef struct
{
  double guidance, frechet, accuracy;
} Drawn;

/* The strength that is recommended; NaN for none. */
static double
recommend (const Drawn *drawn, size_t n)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (DmReportRow));
  DmReportRow held_out = { .figures = { .frechet = 0.001, .accuracy = 1.0 } };
  const DmReportRow *best;

  g_array_append_val (rows, held_out);
  for (size_t i = 0; i < n; i++)
    {
      DmReportRow row = {
        .drawn = TRUE,
        .guidance = drawn[i].guidance,
        .figures = { .frechet = drawn[i].frechet,
                     .accuracy = drawn[i].accuracy },
      };

      g_array_append_val (rows, row);
    }
  best = dm_recommend_row (rows);

  return best != NULL ? best->guidance : NAN;
}

/* Pictures held out are not drawn, however good they are. */
static void
test_lowest (void)
{
  const Drawn drawn[] = { { 0, 9, 0.5 }, { 1, 5, 0.6 }, { 2, 7, 0.9 } };

  g_assert_cmpfloat (recommend (drawn, 3), ==, 1.0);
  g_assert_cmpfloat (recommend (drawn, 1), ==, 0.0);
  g_assert_true (isnan (recommend (drawn, 0)));
}

/* Of nearly the same FID, the one whose pictures show their class. */
static void
test_alike (void)
{
  const Drawn drawn[] = { { 0, 5.0, 0.5 }, { 1, 5.2, 0.9 }, { 2, 5.3, 0.99 } };

  g_assert_cmpfloat (recommend (drawn, 3), ==, 1.0);
}

static void
test_same_accuracy (void)
{
  const Drawn drawn[] = { { 0, 5.1, 0.5 }, { 1, 5.0, 0.5 }, { 2, 5.2, 0.5 } };

  g_assert_cmpfloat (recommend (drawn, 3), ==, 1.0);
}

static void
test_unknown (void)
{
  const Drawn some[] = { { 0, NAN, 0.9 }, { 1, 7, 0.5 } };
  const Drawn none[] = { { 0, NAN, 0.9 }, { 1, INFINITY, 0.5 } };

  g_assert_cmpfloat (recommend (some, 2), ==, 1.0);
  g_assert_true (isnan (recommend (none, 2)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recommend/lowest", test_lowest);
  g_test_add_func ("/recommend/alike", test_alike);
  g_test_add_func ("/recommend/same-accuracy", test_same_accuracy);
  g_test_add_func ("/recommend/unknown", test_unknown);

  return g_test_run ();
}
