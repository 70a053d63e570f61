/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "gaussians-case.h"

/* Given the exact denoiser of a Gaussian, every sampler returns that Gaussian,
 * whatever the network predicts; the better, the more steps, in the order that
 * its theory says.
 */
#define N_POINTS 13

static const int orders[DM_N_SAMPLERS] = {
  [DM_SAMPLER_ANCESTRAL] = 1,
  [DM_SAMPLER_DDIM] = 1,
  [DM_SAMPLER_HEUN] = 2,
  [DM_SAMPLER_DPM2M] = 2,
};

/* Errors of n and of 2 n steps; the first terms of a series are not all. */
static void
assert_order (int sampler, double error, double error_of_twice)
{
  double order = log2 (error / error_of_twice);

  g_assert_cmpfloat_with_epsilon (order, orders[sampler], 0.2);
}

/* --- the deterministic samplers ------------------------------------------ */

/* Farthest from the exact map on a line: a point stays as many deviations from
 * the mean of xt as it was, until the denoiser's last word.
 */
static double
get_map_error (int sampler, int prediction, int class_id, unsigned n_steps)
{
  Gaussians self;
  double    mean = mixture_line.mean[class_id][0];
  double    s = mixture_line.deviation[class_id];
  double    error = 0.0;

  gaussians_set_up (&self, &mixture_line, sampler, prediction, N_POINTS);
  self.class_id = class_id;
  for (int i = 0; i < N_POINTS; i++)
    self.x[i] = -3.0f + 0.5f * (float) i;

  gaussians_run (&self, n_steps);

  for (int i = 0; i < N_POINTS; i++)
    {
      double alpha = data_level (-20.0), sigma = noise_level (-20.0);
      double deviations = (-3.0 + 0.5 * i - alpha * mean) /
                          sqrt (alpha * alpha * s * s + sigma * sigma);

      error = fmax (error, fabs (self.x[i] - (mean + s * deviations)));
    }

  gaussians_clear (&self);

  return error;
}

static void
test_exact_map (void)
{
  for (int sampler = DM_SAMPLER_DDIM; sampler < DM_N_SAMPLERS; sampler++)
    for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
      for (int class_id = 0; class_id < 3; class_id++)
        {
          double error = get_map_error (sampler, prediction, class_id, 80);
          double twice = get_map_error (sampler, prediction, class_id, 160);

          assert_order (sampler, error, twice);
          g_assert_cmpfloat (twice, <, orders[sampler] == 1 ? 0.03 : 0.003);
        }
}

/* --- moments, exactly ---------------------------------------------------- */

typedef struct
{
  double mean, deviation;
} Moments;

/* The denoiser of a Gaussian is linear, so that a picture is the sum of its
 * start noise, each step's noise and a constant, with fixed factors. Point j
 * is given nothing but the noise number j, and the last point none at all.
 */
static void
one_noise_each (float *eps, unsigned step, void *data)
{
  const Gaussians *self = data;

  memset (eps, 0, self->sampling.n_floats * sizeof *eps);
  eps[step + 1] = 1.0f;
}

static Moments
get_moments (Gaussians *self, unsigned n_steps)
{
  size_t  last = self->sampling.n_floats - 1;
  double  variance = 0.0;
  Moments moments;

  memset (self->x, 0, self->sampling.n_floats * sizeof *self->x);
  self->x[0] = 1.0f;
  self->sampling.noise = one_noise_each;
  gaussians_run (self, n_steps);

  moments.mean = self->x[last];
  for (size_t i = 0; i < last; i++)
    variance += pow (self->x[i] - moments.mean, 2.0);
  moments.deviation = sqrt (variance);

  return moments;
}

/* With even steps in time, as in the paper. */
static Moments
get_ancestral_moments (int prediction, double variance_mix, unsigned n_steps)
{
  Gaussians self;
  Moments   moments;

  gaussians_set_up (&self, &mixture_line, DM_SAMPLER_ANCESTRAL, prediction,
                    n_steps + 1);
  self.sampling.spacing = DM_SPACING_TIME;
  self.sampling.variance_mix = variance_mix;
  moments = get_moments (&self, n_steps);
  gaussians_clear (&self);

  return moments;
}

/* The paper's sampler converges to the class's Gaussian, whatever v. */
static void
test_ancestral (void)
{
  static const double mixes[] = { 0.0, 0.3, 1.0 };
  double              mean = mixture_line.mean[0][0];
  double              s = mixture_line.deviation[0];

  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    for (size_t i = 0; i < G_N_ELEMENTS (mixes); i++)
      {
        Moments once = get_ancestral_moments (prediction, mixes[i], 200);
        Moments twice = get_ancestral_moments (prediction, mixes[i], 400);

        g_assert_cmpfloat_with_epsilon (twice.mean, mean, 1e-3);
        g_assert_cmpfloat_with_epsilon (twice.deviation, s, 0.03 * s);
        assert_order (DM_SAMPLER_ANCESTRAL, fabs (once.deviation - s),
                      fabs (twice.deviation - s));
      }
}

/* Few steps, as a person would take them, at the levels that a sampler chooses
 * by itself. That these begin at -9 costs up to alpha = 0.011 of the mean.
 */
static void
test_defaults (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
      for (int class_id = 0; class_id < 3; class_id++)
        {
          unsigned  n_steps = orders[sampler] == 1 ? 100 : 20;
          Gaussians self;
          Moments   moments;

          gaussians_set_up (&self, &mixture_line, sampler, prediction,
                            n_steps + 1);
          self.class_id = class_id;
          self.sampling.logsnr_first = self.sampling.logsnr_last = 0.0;
          moments = get_moments (&self, n_steps);
          gaussians_clear (&self);

          g_assert_cmpfloat_with_epsilon (
              moments.mean, mixture_line.mean[class_id][0], 0.012);
          g_assert_cmpfloat_with_epsilon (
              moments.deviation / mixture_line.deviation[class_id], 1.0, 0.1);
        }
}

/* --- the mixture --------------------------------------------------------- */

static int
compare (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Share of the mixture below x. */
static double
get_share_below (double x)
{
  double share = 0.0;

  for (size_t c = 0; c < 3; c++)
    share += erfc ((mixture_line.mean[c][0] - x) /
                   (mixture_line.deviation[c] * M_SQRT2)) /
             6.0;

  return share;
}

/* The null class draws from all classes: Kolmogorov's distance from the mixture
 * is within what chance exceeds once in a thousand times, 1.95 / sqrt (n), plus
 * what is left of the steps.
 */
static void
test_null_class (void)
{
  enum
  {
    N = 8000
  };

  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      Gaussians self;
      double    distance = 0.0;

      gaussians_set_up (&self, &mixture_line, sampler,
                        sampler % DM_N_PREDICTIONS, N);
      self.class_id = DM_CLASS_NULL;
      self.sampling.logsnr_first = self.sampling.logsnr_last = 0.0;
      dm_test_random (self.x, N, 1);
      gaussians_run (&self, 100);

      qsort (self.x, N, sizeof *self.x, compare);
      for (int i = 0; i < N; i++)
        distance =
            fmax (distance, fabs (get_share_below (self.x[i]) - (i + 0.5) / N));
      g_assert_cmpfloat (distance, <, 1.95 / sqrt (N) + 0.01);

      gaussians_clear (&self);
    }
}

/* --- float32 ------------------------------------------------------------- */

/* From log-SNR -20 to 20 in one step or a thousand, guided, nothing overflows
 * or turns into noise: predictions of eps, v and x0 say the same and so end the
 * same but for rounding.
 */
static void
test_ends (void)
{
  static const unsigned n_steps[] = { 1, 2, 3, 1000 };

  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    for (size_t i = 0; i < G_N_ELEMENTS (n_steps); i++)
      {
        Gaussians self[DM_N_PREDICTIONS];

        for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
          {
            Gaussians *one = &self[prediction];

            gaussians_set_up (one, &mixture_line, sampler, prediction,
                              N_POINTS);
            one->guidance.guidance = 4.0;
            one->guidance.clip = 1.0;
            dm_test_random (one->x, N_POINTS, 1);
            gaussians_run (one, n_steps[i]);

            for (int k = 0; k < N_POINTS; k++)
              g_assert_true (fabsf (one->x[k]) <= 1.0f);
            dm_assert_near (one->x, self[0].x, N_POINTS, 1e-4);
          }

        for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
          gaussians_clear (&self[prediction]);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gaussians/exact-map", test_exact_map);
  g_test_add_func ("/gaussians/ancestral", test_ancestral);
  g_test_add_func ("/gaussians/defaults", test_defaults);
  g_test_add_func ("/gaussians/null-class", test_null_class);
  g_test_add_func ("/gaussians/ends", test_ends);

  return g_test_run ();
}
