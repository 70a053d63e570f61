/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "diffusion/schedule.h"
#include "diffusion/target.h"

#define N 4096

/* Rounding of one float operation on values around 1, with some to spare. */
#define ROUNDING 1e-6

typedef struct
{
  double   alpha, sigma;
  float    x0[N], eps[N], xt[N], pred[N], back[N];
  DmTarget target;
} Case;

static void
make_case (Case        *self,
           DmPrediction prediction,
           double       sigma_data,
           double       logsnr)
{
  self->target = (DmTarget){ prediction, sigma_data };
  self->alpha = dm_alpha (logsnr);
  self->sigma = dm_sigma (logsnr);

  dm_test_random (self->x0, N, 1);
  dm_test_random (self->eps, N, 2);
  for (size_t i = 0; i < N; i++)
    {
      self->x0[i] *= (float) sigma_data;
      self->xt[i] =
          (float) (self->alpha * self->x0[i] + self->sigma * self->eps[i]);
    }

  dm_target_from_x0_eps (&self->target, self->pred, self->x0, self->eps, logsnr,
                         N);
}

/* What the network should have said gives back x0 and eps, at every log-SNR.
 * Only what xt no longer holds is lost: x0 of an eps prediction is xt less
 * noise, over alpha, so that the rounding of xt is magnified by 1 / alpha.
 */
static void
test_round_trip (void)
{
  g_autofree Case *self = g_new (Case, 1);

  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    for (double logsnr = -20.0; logsnr <= 20.0; logsnr += 2.5)
      {
        double lost;

        make_case (self, prediction, 0.5, logsnr);
        lost = prediction == DM_PREDICTION_EPS ? 1.0 / self->alpha : 1.0;

        dm_target_to_x0 (&self->target, self->back, self->pred, self->xt,
                         logsnr, N);
        dm_assert_near (self->back, self->x0, N, ROUNDING * lost);

        dm_target_to_eps (&self->target, self->back, self->pred, self->xt,
                          logsnr, N);
        dm_assert_near (self->back, self->eps, N, ROUNDING);
      }
}

/* The words mean what they say: eps is eps, and v = alpha eps - sigma x0. */
static void
test_definitions (void)
{
  g_autofree Case *self = g_new (Case, 1);

  for (double logsnr = -20.0; logsnr <= 20.0; logsnr += 5.0)
    {
      make_case (self, DM_PREDICTION_EPS, 0.5, logsnr);
      dm_assert_same (self->pred, self->eps, N);
      g_assert_true (dm_target_input_scale (&self->target, logsnr) == 1.0);

      make_case (self, DM_PREDICTION_V, 0.5, logsnr);
      for (size_t i = 0; i < N; i++)
        self->back[i] =
            (float) (self->alpha * self->eps[i] - self->sigma * self->x0[i]);
      dm_assert_near (self->pred, self->back, N, ROUNDING);
      g_assert_true (dm_target_input_scale (&self->target, logsnr) == 1.0);
    }
}

/* EDM's reasons for its preconditioning: what the network reads has deviation
 * 1, and so has what it should say, whatever the noise. The bound is five
 * standard errors.
 */
static void
test_unit_deviation (void)
{
  g_autofree Case *self = g_new (Case, 1);
  double           bound = 5.0 / sqrt (2.0 * N);

  for (double logsnr = -20.0; logsnr <= 20.0; logsnr += 2.5)
    {
      double scale;

      make_case (self, DM_PREDICTION_X0, 0.25, logsnr);
      scale = dm_target_input_scale (&self->target, logsnr);

      g_assert_cmpfloat_with_epsilon (dm_test_deviation (self->pred, N), 1.0,
                                      bound);
      g_assert_cmpfloat_with_epsilon (scale * dm_test_deviation (self->xt, N),
                                      1.0, bound);
    }
}

/* ... and a network that says nothing, 0, is already the exact denoiser of a
 * Gaussian of deviation sigma_data: cov (x0, xt) / var (xt) xt.
 */
static void
test_skip (void)
{
  g_autofree Case *self = g_new (Case, 1);
  double           d2 = 0.25 * 0.25;

  for (double logsnr = -20.0; logsnr <= 20.0; logsnr += 2.5)
    {
      float expected[N];

      make_case (self, DM_PREDICTION_X0, 0.25, logsnr);
      for (size_t i = 0; i < N; i++)
        expected[i] = (float) (self->alpha * d2 * self->xt[i] /
                               (self->alpha * self->alpha * d2 +
                                self->sigma * self->sigma));

      memset (self->pred, 0, sizeof self->pred);
      dm_target_to_x0 (&self->target, self->back, self->pred, self->xt, logsnr,
                       N);
      dm_assert_near (self->back, expected, N, ROUNDING);
    }
}

/* With sigma_data = 1 the preconditioned prediction is -v. */
static void
test_unit_data (void)
{
  g_autofree Case *v = g_new (Case, 1);
  g_autofree Case *self = g_new (Case, 1);

  for (double logsnr = -20.0; logsnr <= 20.0; logsnr += 2.5)
    {
      make_case (v, DM_PREDICTION_V, 1.0, logsnr);
      make_case (self, DM_PREDICTION_X0, 1.0, logsnr);
      for (size_t i = 0; i < N; i++)
        self->pred[i] = -self->pred[i];

      dm_assert_near (self->pred, v->pred, N, ROUNDING);
    }
}

/* The results may take the place of what they are made from. */
static void
test_in_place (void)
{
  g_autofree Case *self = g_new (Case, 1);

  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    {
      make_case (self, prediction, 0.5, 1.0);
      dm_target_to_x0 (&self->target, self->back, self->pred, self->xt, 1.0, N);
      dm_target_to_x0 (&self->target, self->pred, self->pred, self->xt, 1.0, N);
      dm_assert_same (self->pred, self->back, N);

      make_case (self, prediction, 0.5, 1.0);
      dm_target_to_eps (&self->target, self->back, self->pred, self->xt, 1.0,
                        N);
      dm_target_to_eps (&self->target, self->pred, self->pred, self->xt, 1.0,
                        N);
      dm_assert_same (self->pred, self->back, N);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/target/round-trip", test_round_trip);
  g_test_add_func ("/target/definitions", test_definitions);
  g_test_add_func ("/target/unit-deviation", test_unit_deviation);
  g_test_add_func ("/target/skip", test_skip);
  g_test_add_func ("/target/unit-data", test_unit_data);
  g_test_add_func ("/target/in-place", test_in_place);

  return g_test_run ();
}
