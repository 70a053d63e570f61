/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "train/ema.h"

#define N 70000 /* more than one chunk */
#define STEPS 2000

static DmParams *
new_params (void)
{
  DmParams *params = dm_params_new ();

  dm_params_add (params, "layer", "weight", DM_SHAPE (N), DM_INIT_ZERO, 1);
  dm_params_allocate (params);

  return params;
}

/* The weight of each step in the average, found by averaging a value that is 1
 * at that step alone, has the deviation that was asked for, relative to the
 * length of the run, and sums to 1.
 */
static void
test_length (void)
{
  static const double lengths[] = { 0.02, 0.05, 0.1, 0.2, 0.28 };
  DmParams           *params = dm_params_new ();
  DmContext           context = { .kernels = dm_kernels_get_default () };
  g_autofree float   *average = g_new0 (float, STEPS);

  dm_params_add (params, "step", "weight", DM_SHAPE (STEPS), DM_INIT_ZERO, 1);
  dm_params_allocate (params);

  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    {
      double exponent = dm_ema_exponent (lengths[l]);
      double sum = 0.0, mean = 0.0, square = 0.0, deviation;

      for (size_t i = 0; i < STEPS; i++)
        {
          params->values[i] = 1.0f;
          dm_ema_step (average, params, exponent, i + 1, &context);
          params->values[i] = 0.0f;
        }

      for (size_t i = 0; i < STEPS; i++)
        {
          double t = (i + 1.0) / STEPS;

          sum += average[i];
          mean += t * average[i];
          square += t * t * average[i];
        }
      deviation = sqrt (square - mean * mean);
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 1e-3);
      /* steps are discrete: about 1 / STEPS */
      g_assert_cmpfloat_with_epsilon (deviation, lengths[l], 2e-3);
    }

  dm_params_free (params);
}

/* After the first step the average is the weights, whatever it was. */
static void
test_first (void)
{
  DmParams         *params = new_params ();
  DmContext         context = { .kernels = dm_kernels_get_default () };
  g_autofree float *average = g_new (float, params->n_values);

  dm_test_random (params->values, params->n_values, 1);
  dm_test_random (average, params->n_values, 2);
  dm_ema_step (average, params, dm_ema_exponent (0.1), 1, &context);
  dm_assert_near (average, params->values, params->n_values, 1e-6);

  dm_params_free (params);
}

/* The same bits for any number of workers. */
static void
test_workers (void)
{
  DmParams         *params = new_params ();
  g_autofree float *one = g_new0 (float, params->n_values);
  g_autofree float *three = g_new0 (float, params->n_values);
  DmPool           *pool = dm_pool_new (3);
  DmContext alone = { .kernels = dm_kernels_get_default () }, all = alone;

  all.pool = pool;
  for (guint64 step = 1; step <= 4; step++)
    {
      dm_test_random (params->values, params->n_values, (uint32_t) step);
      dm_ema_step (one, params, 5.0, step, &alone);
      dm_ema_step (three, params, 5.0, step, &all);
    }
  dm_assert_same (one, three, params->n_values);

  dm_pool_free (pool);
  dm_params_free (params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ema/length", test_length);
  g_test_add_func ("/ema/first", test_first);
  g_test_add_func ("/ema/workers", test_workers);

  return g_test_run ();
}
