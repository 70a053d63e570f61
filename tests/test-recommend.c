/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "evaluate/recommend.h"

typedef struct
{
  double   guidance, frechet, accuracy;
  unsigned n_steps;
} Drawn;

/* Beside pictures held out, which are not drawn, however good they are. */
static GArray *
new_rows (const Drawn *drawn, size_t n)
{
  GArray     *rows = g_array_new (FALSE, FALSE, sizeof (DmReportRow));
  DmReportRow held_out = { .figures = { .frechet = 0.001, .accuracy = 1.0 } };

  g_array_append_val (rows, held_out);
  for (size_t i = 0; i < n; i++)
    {
      DmReportRow row = {
        .drawn = TRUE,
        .guidance = drawn[i].guidance,
        .settings.n_steps = drawn[i].n_steps,
        .figures = { .frechet = drawn[i].frechet,
                     .accuracy = drawn[i].accuracy },
      };

      g_array_append_val (rows, row);
    }

  return rows;
}

/* The strength that is recommended; NaN for none. */
static double
recommend (const Drawn *drawn, size_t n)
{
  g_autoptr (GArray) rows = new_rows (drawn, n);
  const DmReportRow *best = dm_recommend_row (rows);

  return best != NULL ? best->guidance : NAN;
}

static void
test_lowest (void)
{
  const Drawn drawn[] = { { 0, 9, 0.5, 0 },
                          { 1, 5, 0.6, 0 },
                          { 2, 7, 0.9, 0 } };

  g_assert_cmpfloat (recommend (drawn, 3), ==, 1.0);
  g_assert_cmpfloat (recommend (drawn, 1), ==, 0.0);
  g_assert_true (isnan (recommend (drawn, 0)));
}

/* Of nearly the same FID, the one whose pictures show their class. */
static void
test_alike (void)
{
  const Drawn drawn[] = { { 0, 5.0, 0.5, 0 },
                          { 1, 5.2, 0.9, 0 },
                          { 2, 5.3, 0.99, 0 } };

  g_assert_cmpfloat (recommend (drawn, 3), ==, 1.0);
}

static void
test_same_accuracy (void)
{
  const Drawn drawn[] = { { 0, 5.1, 0.5, 0 },
                          { 1, 5.0, 0.5, 0 },
                          { 2, 5.2, 0.5, 0 } };

  g_assert_cmpfloat (recommend (drawn, 3), ==, 1.0);
}

/* Fewer steps, if they are hardly worse; more, if they are better. */
static void
test_steps (void)
{
  const Drawn hardly[] = { { 0, 5.0, 0.900, 24 },
                           { 1, 5.2, 0.892, 8 },
                           { 2, 5.1, 0.896, 16 } };
  const Drawn unsure[] = { { 0, 5.0, 0.90, 24 },
                           { 1, 5.2, 0.88, 8 },
                           { 2, 5.1, 0.896, 16 } };
  const Drawn better[] = { { 0, 4.0, 0.90, 24 },
                           { 1, 5.2, 0.90, 8 },
                           { 2, 5.1, 0.90, 16 } };

  g_assert_cmpfloat (recommend (hardly, 3), ==, 1.0);
  g_assert_cmpfloat (recommend (unsure, 3), ==, 2.0);
  g_assert_cmpfloat (recommend (better, 3), ==, 0.0);
}

static void
test_unknown (void)
{
  const Drawn some[] = { { 0, NAN, 0.9, 0 }, { 1, 7, 0.5, 0 } };
  const Drawn none[] = { { 0, NAN, 0.9, 0 }, { 1, INFINITY, 0.5, 0 } };

  g_assert_cmpfloat (recommend (some, 2), ==, 1.0);
  g_assert_true (isnan (recommend (none, 2)));
}

static const DmReportRow row = {
  .drawn = TRUE,
  .guidance = 2.5,
  .settings = { .guidance_start = 0.75,
                .guidance_end = 0.25,
                .sampler = DM_SAMPLER_HEUN,
                .n_steps = 9 },
  .figures = { .n = 300, .frechet = 4.5, .accuracy = 0.625 },
};

/* All of how it was drawn is the model's from then on. */
static void
test_write (void)
{
  g_autoptr (DmCard) card = dm_card_new ();

  card->sampler = g_strdup ("ddim");
  dm_recommend_write (card, &row);
  g_assert_cmpfloat (card->guidance, ==, 2.5);
  g_assert_cmpfloat (card->guidance_start, ==, 0.75);
  g_assert_cmpfloat (card->guidance_end, ==, 0.25);
  g_assert_cmpstr (card->sampler, ==, "heun");
  g_assert_cmpint (card->n_steps, ==, 9);
  g_assert_cmpint (card->measured_pictures, ==, 300);
  g_assert_cmpfloat (card->measured_fid, ==, 4.5);
  g_assert_cmpfloat (card->measured_accuracy, ==, 0.625);
}

static void
test_describe (void)
{
  DmReportRow      whole = row;
  g_autofree char *middle = dm_recommend_describe (&row);
  g_autofree char *all = NULL;

  whole.settings.guidance_start = 1.0;
  whole.settings.guidance_end = 0.0;
  all = dm_recommend_describe (&whole);
  g_assert_cmpstr (middle, ==,
                   "guidance 2.5 between t = 0.75 and 0.25, 9 steps of heun");
  g_assert_cmpstr (all, ==, "guidance 2.5, 9 steps of heun");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/recommend/lowest", test_lowest);
  g_test_add_func ("/recommend/alike", test_alike);
  g_test_add_func ("/recommend/same-accuracy", test_same_accuracy);
  g_test_add_func ("/recommend/steps", test_steps);
  g_test_add_func ("/recommend/unknown", test_unknown);
  g_test_add_func ("/recommend/write", test_write);
  g_test_add_func ("/recommend/describe", test_describe);

  return g_test_run ();
}
