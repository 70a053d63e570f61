/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "diffusion/sampler.h"
#include "diffusion/steps.h"

/* Samplers with simple denoisers: what they ask for, when, and that they stop.
 * test-gaussians has the mathematics.
 */
#define N 5
#define MAX_CALLS 64

typedef struct
{
  DmSampling sampling;
  float      x[N];
  float      answer;       /* what the denoiser says, everywhere */
  unsigned   stop_at_call; /* 0: never */
  unsigned   stop_at_step;

  unsigned n_calls, n_steps_heard, n_noises;
  double   logsnr[MAX_CALLS], t[MAX_CALLS];
  float    xt[MAX_CALLS][N];
} Case;

static bool
denoise (float *x0, const float *xt, double t, double logsnr, void *data)
{
  Case *self = data;

  g_assert_cmpuint (self->n_calls, <, MAX_CALLS);
  self->t[self->n_calls] = t;
  self->logsnr[self->n_calls] = logsnr;
  memcpy (self->xt[self->n_calls], xt, sizeof self->xt[0]);
  self->n_calls++;

  for (size_t i = 0; i < N; i++)
    x0[i] = self->answer;

  return self->n_calls != self->stop_at_call;
}

/* The same in every step: its number and which element. */
static void
noise (float *eps, unsigned step, void *data)
{
  Case *self = data;

  g_assert_cmpuint (step, ==, self->n_noises);
  self->n_noises++;
  for (size_t i = 0; i < N; i++)
    eps[i] = (float) step + 0.1f * (float) i;
}

static bool
on_step (unsigned step, unsigned n_steps, void *data)
{
  Case *self = data;

  self->n_steps_heard++;
  g_assert_cmpuint (step, ==, self->n_steps_heard);
  g_assert_cmpuint (n_steps, ==, self->sampling.n_steps);

  return step != self->stop_at_step;
}

static Case
make_case (DmSampler sampler, unsigned n_steps)
{
  Case self = { .sampling = DM_SAMPLING_INIT, .answer = 0.25f };

  self.sampling.sampler = sampler;
  self.sampling.schedule = (DmSchedule){ -20.0, 20.0 };
  self.sampling.n_steps = n_steps;
  self.sampling.n_floats = N;
  self.sampling.denoise = denoise;
  self.sampling.noise = noise;
  self.sampling.on_step = on_step;
  dm_test_random (self.x, N, 1);

  return self;
}

/* In a block of just the right size, for the address sanitizer. */
static bool
run (Case *self)
{
  size_t            n = dm_sample_scratch (&self->sampling);
  g_autofree float *scratch = g_new (float, n);

  self->sampling.data = self->sampling.on_step_data = self;
  for (size_t i = 0; i < n; i++)
    scratch[i] = NAN;

  return dm_sample (&self->sampling, self->x, scratch);
}

static void
test_names (void)
{
  for (int i = 0; i < DM_N_SAMPLERS; i++)
    {
      DmSampler sampler = DM_N_SAMPLERS;

      g_assert_true (dm_sampler_from_name (&sampler, dm_sampler_get_name (i)));
      g_assert_cmpint (sampler, ==, i);
      g_assert_false (dm_sampler_from_name (&sampler, "euler-and-friends"));
      g_assert_cmpint (sampler, ==, i);
    }
}

/* A denoiser that is sure gets what it says, from one step on; each step is
 * heard of; heun asks twice but for the last.
 */
static void
test_answer (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    for (unsigned n_steps = 1; n_steps <= 20; n_steps++)
      {
        Case     self = make_case (sampler, n_steps);
        unsigned n_calls =
            sampler == DM_SAMPLER_HEUN ? 2 * n_steps - 1 : n_steps;

        g_assert_true (run (&self));
        for (size_t i = 0; i < N; i++)
          g_assert_true (self.x[i] == self.answer);

        g_assert_cmpuint (self.n_calls, ==, n_calls);
        g_assert_cmpuint (self.n_steps_heard, ==, n_steps);
        g_assert_cmpuint (self.n_noises, ==,
                          sampler == DM_SAMPLER_ANCESTRAL ? n_steps - 1 : 0);
      }
}

/* The denoiser is first asked about what the caller gave, then at falling noise
 * with t and log-SNR of one another, at the levels that are announced.
 */
static void
test_levels (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    for (int spacing = DM_SPACING_DEFAULT; spacing <= DM_SPACING_LOGSNR;
         spacing++)
      {
        Case     self = make_case (sampler, 12);
        unsigned evaluations = sampler == DM_SAMPLER_HEUN ? 2 : 1;
        float    x[N];

        memcpy (x, self.x, sizeof x);
        self.sampling.spacing = spacing;
        g_assert_true (run (&self));
        dm_assert_same (self.xt[0], x, N);

        for (unsigned step = 0; step < 12; step++)
          {
            unsigned call = step * evaluations;
            double   logsnr = dm_sampling_get_logsnr (&self.sampling, step);

            g_assert_true (self.logsnr[call] == logsnr);
            g_assert_true (step == 0 ||
                           self.logsnr[call] > self.logsnr[call - 1] ||
                           evaluations == 2);
            g_assert_true (self.t[call] ==
                           dm_schedule_get_t (&self.sampling.schedule, logsnr));
          }
      }
}

/* The paper steps evenly in time from one end to the other; the others, by
 * themselves, evenly in log-SNR between -9 and 7.
 */
static void
test_spacing (void)
{
  Case ancestral = make_case (DM_SAMPLER_ANCESTRAL, 11);

  for (unsigned step = 0; step < 11; step++)
    {
      double logsnr = dm_sampling_get_logsnr (&ancestral.sampling, step);

      g_assert_cmpfloat_with_epsilon (
          dm_schedule_get_t (&ancestral.sampling.schedule, logsnr),
          1.0 - step / 10.0, 1e-12);
    }

  for (int sampler = DM_SAMPLER_DDIM; sampler < DM_N_SAMPLERS; sampler++)
    for (unsigned step = 0; step < 9; step++)
      {
        Case self = make_case (sampler, 9);

        g_assert_cmpfloat_with_epsilon (
            dm_sampling_get_logsnr (&self.sampling, step), -9.0 + 2.0 * step,
            1e-12);
      }
}

/* Limits that are given are kept, but never beyond the schedule or before the
 * start.
 */
static void
test_limits (void)
{
  Case        self = make_case (DM_SAMPLER_DDIM, 7);
  DmSampling *sampling = &self.sampling;

  sampling->logsnr_first = -12.0;
  sampling->logsnr_last = 11.0;
  g_assert_true (dm_sampling_get_logsnr (sampling, 0) == -12.0);
  g_assert_true (dm_sampling_get_logsnr (sampling, 6) == 11.0);

  sampling->logsnr_first = -1000.0;
  sampling->logsnr_last = 1000.0;
  g_assert_true (dm_sampling_get_logsnr (sampling, 0) == -20.0);
  g_assert_true (dm_sampling_get_logsnr (sampling, 6) == 20.0);

  sampling->logsnr_first = -5.0;
  sampling->t_start = 0.5;
  g_assert_cmpfloat_with_epsilon (dm_sampling_get_logsnr (sampling, 0), 0.0,
                                  1e-12);
}

/* A start with hardly any noise, or none, is no division by a step of zero. */
static void
test_clean_start (void)
{
  static const double starts[] = { 0.0, 1e-9, 0.001, 0.01 };

  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    for (size_t i = 0; i < G_N_ELEMENTS (starts); i++)
      {
        Case self = make_case (sampler, 6);

        self.sampling.t_start = starts[i];
        g_assert_true (run (&self));
        for (unsigned call = 0; call < self.n_calls; call++)
          for (size_t k = 0; k < N; k++)
            g_assert_true (fabsf (self.xt[call][k]) < 10.0f);
      }
}

/* Stopped by the denoiser at any call, or by the listener at any step: no
 * further call, and the caller is told.
 */
static void
test_stop (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    for (unsigned at = 1; at <= 5; at++)
      {
        Case by_call = make_case (sampler, 5);
        Case by_step = make_case (sampler, 5);

        by_call.stop_at_call = at;
        g_assert_false (run (&by_call));
        g_assert_cmpuint (by_call.n_calls, ==, at);

        by_step.stop_at_step = at;
        g_assert_false (run (&by_step));
        g_assert_cmpuint (by_step.n_steps_heard, ==, at);
      }
}

/* One step of Algorithm 2 in long double, as the paper prints it (section 2):
 * mean of eq. 3 and deviation sqrt (small^(1 - v) large^v).
 */
static long double
ancestral (long double x,
           long double x0,
           long double eps,
           long double logsnr,
           long double next,
           long double v)
{
  long double alpha = 1.0L / sqrtl (1.0L + expl (-logsnr));
  long double alpha_next = 1.0L / sqrtl (1.0L + expl (-next));
  long double ratio = expl (logsnr - next);
  long double small = (1.0L - ratio) / (1.0L + expl (next));
  long double large = (1.0L - ratio) / (1.0L + expl (logsnr));

  return ratio * alpha_next / alpha * x + (1.0L - ratio) * alpha_next * x0 +
         sqrtl (powl (small, 1.0L - v) * powl (large, v)) * eps;
}

static void
test_ancestral_formula (void)
{
  for (double v = 0.0; v <= 1.0; v += 0.1)
    {
      Case self = make_case (DM_SAMPLER_ANCESTRAL, 9);

      self.sampling.variance_mix = v;
      g_assert_true (run (&self));

      for (unsigned step = 0; step + 1 < 9; step++)
        for (size_t i = 0; i < N; i++)
          {
            float expected = (float) ancestral (
                self.xt[step][i], self.answer, step + 0.1f * (float) i,
                self.logsnr[step], self.logsnr[step + 1], v);

            g_assert_cmpfloat_with_epsilon (self.xt[step + 1][i], expected,
                                            2e-6);
          }
    }
}

/* x0 on a straight line in log-SNR, whatever is asked about. */
static bool
denoise_line (float *x0, const float *xt, double t, double logsnr, void *data)
{
  (void) xt;
  (void) t;
  (void) data;

  for (size_t i = 0; i < N; i++)
    x0[i] = (float) (0.3 - 0.1 * logsnr);

  return true;
}

/* Where x0 is a straight line Heun's step is exact, however long:
 *
 *   y = sigma_next / sigma x + sigma_next integral exp (u) x0 du
 *
 * over u from logsnr / 2 to next / 2, where x0 = 0.3 - 0.2 u.
 */
static void
test_heun_line (void)
{
  for (double length = 0.01; length < 20.0; length *= 2.0)
    {
      Case   self = make_case (DM_SAMPLER_HEUN, 2);
      DmStep step = { .logsnr = -7.0, .next = length - 7.0 };
      double sigma = 1.0 / sqrt (1.0 + exp (step.logsnr));
      double sigma_next = 1.0 / sqrt (1.0 + exp (step.next));
      double from = step.logsnr / 2.0, to = step.next / 2.0;
      double integral = exp (to) * (0.3 - 0.2 * (to - 1.0)) -
                        exp (from) * (0.3 - 0.2 * (from - 1.0));
      float scratch[3 * N], x[N];

      self.sampling.denoise = denoise_line;
      memcpy (x, self.x, sizeof x);
      g_assert_true (dm_step_heun (&self.sampling, &step, x, scratch));
      for (size_t i = 0; i < N; i++)
        g_assert_cmpfloat_with_epsilon (
            x[i], sigma_next / sigma * self.x[i] + sigma_next * integral, 2e-6);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/sampler/names", test_names);
  g_test_add_func ("/sampler/answer", test_answer);
  g_test_add_func ("/sampler/levels", test_levels);
  g_test_add_func ("/sampler/spacing", test_spacing);
  g_test_add_func ("/sampler/limits", test_limits);
  g_test_add_func ("/sampler/clean-start", test_clean_start);
  g_test_add_func ("/sampler/stop", test_stop);
  g_test_add_func ("/sampler/ancestral-formula", test_ancestral_formula);
  g_test_add_func ("/sampler/heun-line", test_heun_line);

  return g_test_run ();
}
