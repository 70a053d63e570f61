/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "train/ema.h"
#include "train/power-fit.h"

#define STEPS 4800
#define TAKEN 48

typedef struct
{
  double step[TAKEN], share[TAKEN], error;
  float *average[TAKEN]; /* [STEPS] each: the weight of every step in it */
} Fixture;

/* The weights of all steps in an average, found by averaging unit vectors. */
static void
run_average (float *weight, double exponent, size_t from, size_t to)
{
  for (size_t n = from + 1; n <= to; n++)
    {
      double keep = pow (1.0 - 1.0 / (double) n, exponent + 1.0);

      for (size_t i = 0; i < n - 1; i++)
        weight[i] *= (float) keep;
      weight[n - 1] = (float) (1.0 - keep);
    }
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree float *weight = g_new0 (float, STEPS);
  double            exponent = dm_ema_exponent (0.05);

  (void) data;
  for (size_t k = 0; k < TAKEN; k++)
    {
      self->step[k] = (double) ((k + 1) * (STEPS / TAKEN));
      run_average (weight, exponent, k * (STEPS / TAKEN),
                   (k + 1) * (STEPS / TAKEN));
      self->average[k] = g_memdup2 (weight, STEPS * sizeof *weight);
    }
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  for (size_t k = 0; k < TAKEN; k++)
    g_free (self->average[k]);
}

static double
fit (Fixture *self, double length)
{
  g_assert_true (dm_power_fit (self->share, &self->error, self->step, TAKEN,
                               dm_ema_exponent (0.05),
                               dm_ema_exponent (length)));

  return self->error;
}

/* What was kept is found again, and nothing else with it. */
static void
test_same (Fixture *self, gconstpointer data)
{
  (void) data;
  g_assert_cmpfloat (fit (self, 0.05), <, 1e-6);
  for (size_t k = 0; k < TAKEN; k++)
    g_assert_cmpfloat_with_epsilon (self->share[k], k == TAKEN - 1, 1e-6);
}

/* Averages of other lengths are met by the mix, step by step, as closely as the
 * error says; one far shorter cannot be.
 */
static void
test_longer (Fixture *self, gconstpointer data)
{
  static const double lengths[] = { 0.04, 0.06, 0.1, 0.15, 0.2 };
  g_autofree float   *wanted = g_new (float, STEPS);

  (void) data;
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    {
      double error = fit (self, lengths[l]), away = 0.0, whole = 0.0, sum = 0.0;

      run_average (wanted, dm_ema_exponent (lengths[l]), 0, STEPS);
      for (size_t i = 0; i < STEPS; i++)
        {
          double mixed = 0.0;

          for (size_t k = 0; k < TAKEN; k++)
            mixed += self->share[k] * self->average[k][i];
          away += (mixed - wanted[i]) * (mixed - wanted[i]);
          whole += wanted[i] * wanted[i];
          sum += mixed;
        }
      g_test_message ("length %g: error %.4f, measured %.4f", lengths[l], error,
                      sqrt (away / whole));
      g_assert_cmpfloat_with_epsilon (sqrt (away / whole), error, 5e-3);
      g_assert_cmpfloat_with_epsilon (sum, 1.0, 0.03);
    }

  g_assert_cmpfloat (fit (self, 0.01), >, 0.3);
}

/* Two that are the same cannot be told apart. */
static void
test_alike (Fixture *self, gconstpointer data)
{
  (void) data;
  self->step[TAKEN - 2] = self->step[TAKEN - 1];
  g_assert_false (dm_power_fit (self->share, &self->error, self->step, TAKEN,
                                dm_ema_exponent (0.05), dm_ema_exponent (0.1)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/power-fit/same", Fixture, NULL, set_up, test_same, tear_down);
  g_test_add ("/power-fit/longer", Fixture, NULL, set_up, test_longer,
              tear_down);
  g_test_add ("/power-fit/alike", Fixture, NULL, set_up, test_alike, tear_down);

  return g_test_run ();
}
