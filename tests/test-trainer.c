/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "tensor/error.h"
#include "train-case.h"
#include "train/trainer-private.h"

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

/* Runs that draw noise and drop classes by other laws are measured alike. */
static void
test_held_out_law (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) a = new_trainer (self->set, &self->options, NULL);
  g_autoptr (DmTrainer) b = NULL;

  (void) data;
  self->options.p_uncond = 1.0;
  self->options.noise_mean = 2.0;
  self->options.noise_spread = 0.5;
  b = new_trainer (self->set, &self->options, NULL);

  run_steps (a, 10);
  memcpy (b->average, a->average, a->params->n_values * sizeof (float));
  g_assert_cmpfloat (dm_trainer_held_out (b, 32), ==,
                     dm_trainer_held_out (a, 32));
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

/* A step that is not finite, or whose gradient is far above its level, is left
 * out: the pictures are seen, but weights, average and moments are as if there
 * had been no such step.
 */
static void
test_skipped (Fixture *self, gconstpointer data)
{
  static const float bad[] = { NAN, INFINITY, 1e4f };

  (void) data;
  self->options.n_images = 100000;
  self->options.rate = 1e-4;

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (DmTrainer) a = new_trainer (self->set, &self->options, NULL);
      DmParams         *params = dm_trainer_get_params (a);
      DmParam          *bias = dm_params_find (params, "conv_out.bias");
      DmTrainReport     report = run_steps (a, DM_WATCH_N + 5);
      g_autofree float *before =
          g_memdup2 (params->values, params->n_values * sizeof (float));
      float kept = bias->value[0];

      g_assert_false (report.skipped);
      g_assert_cmpuint (report.n_skipped, ==, 0);

      bias->value[0] = bad[i];
      report = run_steps (a, 1);
      bias->value[0] = kept;
      g_assert_true (report.skipped);
      g_assert_cmpuint (report.n_skipped, ==, 1);
      g_assert_cmpuint (report.train_step, ==, DM_WATCH_N + 5);
      g_assert_cmpuint (report.images, ==, 8 * (DM_WATCH_N + 6));
      dm_assert_same (params->values, before, params->n_values);

      report = run_steps (a, 1);
      g_assert_false (report.skipped);
      g_assert_cmpuint (report.n_skipped, ==, 1);
      g_assert_cmpuint (report.train_step, ==, DM_WATCH_N + 6);
    }
}

/* One such step after the other stops the run, with the weights of the last
 * good one.
 */
static void
test_diverged (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) a = new_trainer (self->set, &self->options, NULL);
  g_autoptr (DmTrainer) b = new_trainer (self->set, &self->options, NULL);
  g_autoptr (GError) error = NULL;
  DmParam *bias = dm_params_find (dm_trainer_get_params (a), "conv_out.bias");
  DmTrainReport report;
  float         kept;
  int           n = 1;

  (void) data;
  run_steps (a, 2);
  run_steps (b, 2);
  kept = bias->value[0];
  bias->value[0] = NAN;

  while (dm_trainer_step (a, &report, &error))
    {
      g_assert_true (report.skipped);
      n++;
    }
  g_assert_error (error, DM_ERROR, DM_ERROR_DIVERGED);
  g_assert_cmpint (n, ==, 5);
  bias->value[0] = kept;
  assert_same_weights (a, b);
}

/* A batch in parts is the same batch but for rounding: the loss, the draws, and
 * the weights after some steps; and on any number of threads it has the same
 * bits.
 */
static void
test_parts (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) whole = new_trainer (self->set, &self->options, NULL);
  DmPool   *pool = dm_pool_new (3);
  DmParams *wanted = dm_trainer_get_params (whole);
  double    loss, held_out;

  (void) data;
  loss = run_steps (whole, 6).loss;
  held_out = dm_trainer_held_out (whole, 16);
  g_assert_cmpuint (dm_trainer_get_part (whole), ==, 8);

  for (size_t part = 4; part >= 1; part /= 2)
    {
      g_autoptr (DmTrainer) parts = NULL, threads = NULL;
      g_autoptr (GError) error = NULL;
      DmParams *found;

      parts = new_trainer (self->set, &self->options, NULL);
      threads = new_trainer (self->set, &self->options, pool);
      g_assert_true (dm_trainer_set_part (parts, part, &error));
      g_assert_true (dm_trainer_set_part (threads, part, &error));
      found = dm_trainer_get_params (parts);

      g_assert_cmpfloat_with_epsilon (run_steps (parts, 6).loss, loss, 1e-5);
      g_assert_cmpfloat_with_epsilon (dm_trainer_held_out (parts, 16), held_out,
                                      1e-5);
      dm_assert_near (found->values, wanted->values, wanted->n_values, 2e-5);

      run_steps (threads, 6);
      assert_same_weights (parts, threads);
      dm_trainer_free (g_steal_pointer (&threads));
    }

  dm_pool_free (pool);
}

/* Less memory, smaller parts, each a divisor of the batch; what cannot be done
 * with one picture at a time is refused in words.
 */
static void
test_memory (Fixture *self, gconstpointer data)
{
  size_t whole, last = 12, forecast;

  (void) data;
  self->options.batch = 12;
  {
    g_autoptr (DmTrainer) trainer =
        new_trainer (self->set, &self->options, NULL);

    whole = forecast = dm_trainer_forecast (trainer);
  }

  for (self->options.memory = whole;; self->options.memory = forecast - 1)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DmTrainer) trainer = dm_trainer_new (
          &train_config, self->set, &self->options, NULL, &error);
      size_t part;

      if (trainer == NULL)
        {
          g_assert_error (error, DM_ERROR, DM_ERROR_MEMORY);
          g_assert_nonnull (strstr (error->message, "--memory"));
          break;
        }

      part = dm_trainer_get_part (trainer);
      forecast = dm_trainer_forecast (trainer);
      g_assert_cmpuint (12 % part, ==, 0);
      g_assert_cmpuint (forecast, <=, self->options.memory);
      g_assert_true (part < last || self->options.memory == whole);
      last = part;
    }

  g_assert_cmpuint (last, ==, 1);
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
  ADD ("held-out-law", test_held_out_law);
  ADD ("held-out-stays", test_held_out_stays);
  ADD ("none-held-out", test_none_held_out);
  ADD ("rate", test_rate);
  ADD ("duration", test_duration);
  ADD ("skipped", test_skipped);
  ADD ("diverged", test_diverged);
  ADD ("parts", test_parts);
  ADD ("memory", test_memory);
  ADD ("forecast", test_forecast);

  return g_test_run ();
}
