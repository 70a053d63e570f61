/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "train/ladder.h"

static const size_t sides[] = { 8,  16, 24, 27, 28, 30,  32,
                                40, 48, 50, 64, 96, 100, 128 };

static DmConfig
make_config (const DmRung *rung, size_t side)
{
  DmConfig config;

  dm_config_init (&config);
  config.resolution = side;
  config.width = rung->width;
  config.patch = rung->patch;
  config.n_blocks = rung->n_blocks;
  config.n_levels = rung->n_levels;
  config.n_groups = 16; /* as the program has it */
  config.attention[2] = false;
  config.attention_middle = rung->attention;
  for (size_t i = 0; i < rung->n_levels; i++)
    config.multipliers[i] = rung->multipliers[i];

  return config;
}

/* Pictures of any side have networks of all sizes. */
static void
test_all_fit (void)
{
  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (size_t i = 0; i < DM_N_RUNGS; i++)
      {
        g_autoptr (GError) error = NULL;
        DmRung   rung;
        DmConfig config;

        dm_ladder_get (&rung, i, sides[s]);
        config = make_config (&rung, sides[s]);
        dm_config_check (&config, &error);
        g_assert_no_error (error);
      }
}

/* One step up is more work, and is for longer runs. */
static void
test_rising (void)
{
  DmRung former, rung;

  dm_ladder_get (&former, 0, 32);
  g_assert_cmpuint (former.worth, ==, 0);

  for (size_t i = 1; i < DM_N_RUNGS; i++, former = rung)
    {
      DmConfig a = make_config (&former, 32), b;

      dm_ladder_get (&rung, i, 32);
      b = make_config (&rung, 32);
      g_assert_cmpfloat (rung.work, >, former.work);
      g_assert_cmpuint (rung.worth, >, former.worth);
      g_assert_cmpuint (dm_config_estimate_parameters (&b), >=,
                        dm_config_estimate_parameters (&a));
    }
}

/* As many pictures as a network is worth choose it, one less the one before. */
static void
test_choose (void)
{
  for (size_t i = 0; i < DM_N_RUNGS; i++)
    {
      DmRung rung;

      dm_ladder_get (&rung, i, 32);
      g_assert_cmpuint (dm_ladder_choose (rung.worth), ==, i);
      if (i > 0)
        g_assert_cmpuint (dm_ladder_choose (rung.worth - 1), ==, i - 1);
    }
  g_assert_cmpuint (dm_ladder_choose (G_MAXUINT64), ==, DM_N_RUNGS - 1);
}

/* Larger pictures go in larger cells, and through more levels. */
static void
test_large_sides (void)
{
  DmRung small, large, largest;

  dm_ladder_get (&small, 1, 32);
  dm_ladder_get (&large, 1, 64);
  dm_ladder_get (&largest, 1, 128);
  g_assert_cmpuint (small.patch, ==, 1);
  g_assert_cmpuint (large.patch, ==, 2);
  g_assert_cmpuint (large.n_levels, ==, small.n_levels);
  g_assert_cmpuint (largest.n_levels, ==, small.n_levels + 1);

  g_assert_cmpuint (dm_ladder_choose_limit (1000), ==, 32);
  g_assert_cmpuint (dm_ladder_choose_limit (1000000), ==, 0);
}

static void
test_batch (void)
{
  size_t former = 0;

  for (guint64 n = 1; n < 1000000000; n = n * 3 / 2 + 1)
    {
      size_t batch = dm_ladder_choose_batch (n);

      g_assert_cmpuint (batch, >=, former);
      g_assert_true (batch == 16 || n / batch >= 3000);
      former = batch;
    }
  g_assert_cmpuint (dm_ladder_choose_batch (1), ==, 16);
  g_assert_cmpuint (former, ==, 64);
}

static void
test_warm_up (void)
{
  g_assert_cmpuint (dm_ladder_choose_warm_up (100), ==, 5);
  g_assert_cmpuint (dm_ladder_choose_warm_up (20000), ==, 1000);
  g_assert_cmpuint (dm_ladder_choose_warm_up (10000000), ==, 10000);
}

static void
test_dropout (void)
{
  g_assert_cmpfloat (dm_ladder_choose_dropout (5.0), ==, 0.0);
  g_assert_cmpfloat (dm_ladder_choose_dropout (500.0), >, 0.0);
  g_assert_cmpfloat (dm_ladder_choose_dropout (INFINITY), <, 0.5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ladder/all-fit", test_all_fit);
  g_test_add_func ("/ladder/rising", test_rising);
  g_test_add_func ("/ladder/choose", test_choose);
  g_test_add_func ("/ladder/large-sides", test_large_sides);
  g_test_add_func ("/ladder/batch", test_batch);
  g_test_add_func ("/ladder/warm-up", test_warm_up);
  g_test_add_func ("/ladder/dropout", test_dropout);

  return g_test_run ();
}
