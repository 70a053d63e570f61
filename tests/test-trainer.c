/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "tensor/error.h"
#include "train-case.h"

typedef struct
{
  DmDataset       *set;
  DmTrainerOptions options;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->set = new_dataset ();
  self->options = new_options ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_dataset_free (self->set);
}

/* The same run has the same bits with any number of workers. */
static void
test_workers (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) one = new_trainer (self->set, &self->options, NULL);
  DmPool    *pool = dm_pool_new (3);
  DmTrainer *three = new_trainer (self->set, &self->options, pool);
  double     a, b;

  (void) data;
  a = run_steps (one, 5).loss;
  b = run_steps (three, 5).loss;
  g_assert_true (memcmp (&a, &b, sizeof a) == 0);
  assert_same_weights (one, three);

  dm_trainer_free (three);
  dm_pool_free (pool);
}

/* Another seed is another run. */
static void
test_seed (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) a = NULL, b = NULL;

  (void) data;
  a = new_trainer (self->set, &self->options, NULL);
  self->options.seed++;
  b = new_trainer (self->set, &self->options, NULL);
  g_assert_cmpfloat (run_steps (a, 1).loss, !=, run_steps (b, 1).loss);
}

/* It learns: data of two patterns cannot be told at first, later they can. */
static void
test_learns (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = NULL;
  double before, after;

  (void) data;
  self->options.n_images = 200 * 8;
  self->options.rate = 5e-3;
  trainer = new_trainer (self->set, &self->options, NULL);

  run_steps (trainer, 1);
  before = dm_trainer_held_out (trainer, 32);
  run_steps (trainer, 199);
  after = dm_trainer_held_out (trainer, 32);

  /* with zeros for last layer v has variance about 1 at first */
  g_assert_cmpfloat (before, >, 0.5);
  g_assert_cmpfloat (after, <, 0.5 * before);
}

/* Measuring held-out pictures is always the same and changes nothing. */
static void
test_held_out (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) a = new_trainer (self->set, &self->options, NULL);
  g_autoptr (DmTrainer) b = new_trainer (self->set, &self->options, NULL);
  double first, again;

  (void) data;
  run_steps (a, 3);
  run_steps (b, 3);
  first = dm_trainer_held_out (a, 20);
  again = dm_trainer_held_out (a, 20);
  g_assert_true (memcmp (&first, &again, sizeof first) == 0);
  g_assert_true (isfinite (first));

  run_steps (a, 2);
  run_steps (b, 2);
  assert_same_weights (a, b);
}

/* The pictures and noise that are measured do not depend on the run: with a
 * learning rate of almost nothing the loss stays.
 */
static void
test_held_out_stays (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = NULL;
  double before;

  (void) data;
  self->options.rate = 1e-12;
  trainer = new_trainer (self->set, &self->options, NULL);
  run_steps (trainer, 1);
  before = dm_trainer_held_out (trainer, 32);
  run_steps (trainer, 3);
  g_assert_cmpfloat_with_epsilon (dm_trainer_held_out (trainer, 32), before,
                                  1e-5);
}

static void
test_none_held_out (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = NULL;

  (void) data;
  self->set->n_held_out = 0;
  trainer = new_trainer (self->set, &self->options, NULL);
  g_assert_true (isnan (dm_trainer_held_out (trainer, 8)));
}

/* The rate rises, holds, and comes down to nothing at the end of the run. */
static void
test_rate (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = new_trainer (self->set, &self->options, NULL);
  double rates[20];

  (void) data;
  for (int i = 0; i < 20; i++)
    {
      DmTrainReport report;

      g_assert_false (dm_trainer_is_done (trainer));
      report = run_steps (trainer, 1);
      rates[i] = report.rate;
      g_assert_cmpuint (report.train_step, ==, i + 1);
      g_assert_cmpuint (report.images, ==, 8 * (i + 1));
    }
  g_assert_true (dm_trainer_is_done (trainer));

  g_assert_cmpfloat_with_epsilon (rates[0], 0.2 * self->options.rate, 1e-9);
  g_assert_cmpfloat_with_epsilon (rates[4], self->options.rate, 1e-9);
  g_assert_cmpfloat_with_epsilon (rates[7], self->options.rate, 1e-9);
  for (int i = 9; i < 20; i++)
    g_assert_cmpfloat (rates[i], <, rates[i - 1]);
  g_assert_cmpfloat (rates[19], <, 0.1 * self->options.rate);
  g_assert_cmpfloat (rates[19], >, 0.0);
}

/* A run by time ends by time. */
static void
test_duration (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = NULL;

  (void) data;
  self->options.n_images = 0;
  self->options.duration = 0.05;
  trainer = new_trainer (self->set, &self->options, NULL);
  for (int i = 0; i < 100000 && !dm_trainer_is_done (trainer); i++)
    run_steps (trainer, 1);

  g_assert_true (dm_trainer_is_done (trainer));
  g_assert_cmpfloat (dm_trainer_get_seconds (trainer), >=, 0.05);
}

/* A loss that is not finite stops the run and leaves weights and average. */
static void
test_diverged (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) a = new_trainer (self->set, &self->options, NULL);
  g_autoptr (DmTrainer) b = new_trainer (self->set, &self->options, NULL);
  g_autoptr (GError) error = NULL;
  DmUnet  *unet = dm_trainer_get_unet (a);
  DmParam *bias = dm_params_find (dm_unet_get_params (unet), "conv_out.bias");
  DmTrainReport report;
  float         kept = bias->value[0];

  (void) data;
  run_steps (a, 2);
  run_steps (b, 2);
  kept = bias->value[0];
  bias->value[0] = NAN;
  dm_unet_pack (unet, DM_PLAN_TRAIN, NULL, NULL);

  g_assert_false (dm_trainer_step (a, &report, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_DIVERGED);
  bias->value[0] = kept;
  dm_unet_pack (unet, DM_PLAN_TRAIN, NULL, NULL);
  assert_same_weights (a, b);
  g_assert_cmpuint (dm_trainer_get_images (a), ==, 16);

  run_steps (a, 1);
  run_steps (b, 1);
  assert_same_weights (a, b);
}

/* The forecast holds what the pieces are known to take. */
static void
test_forecast (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) small = NULL, large = NULL;

  (void) data;
  small = new_trainer (self->set, &self->options, NULL);
  self->options.batch *= 4;
  large = new_trainer (self->set, &self->options, NULL);
  g_assert_cmpuint (dm_trainer_forecast (large), >,
                    2 * dm_trainer_forecast (small));
}

#define ADD(name, function)                                                    \
  g_test_add ("/trainer/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("workers", test_workers);
  ADD ("seed", test_seed);
  ADD ("learns", test_learns);
  ADD ("held-out", test_held_out);
  ADD ("held-out-stays", test_held_out_stays);
  ADD ("none-held-out", test_none_held_out);
  ADD ("rate", test_rate);
  ADD ("duration", test_duration);
  ADD ("diverged", test_diverged);
  ADD ("forecast", test_forecast);

  return g_test_run ();
}
