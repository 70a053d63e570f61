/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "known-case.h"

/* At which levels of noise what is known is put into a picture. */

/* A case that remembers what the denoiser was asked. */
enum
{
  N_STEPS = 10
};

typedef struct
{
  Case   base; /* first: what the callbacks are given */
  float  xt[N_STEPS][N];
  double logsnr[N_STEPS];
} Record;

static bool
remember (float *x0, const float *xt, double t, double logsnr, void *data)
{
  Record  *self = data;
  unsigned call = self->base.n_heard;

  memcpy (self->xt[call], xt, sizeof self->xt[call]);
  self->logsnr[call] = logsnr;

  return denoise (x0, xt, t, logsnr, data);
}

static Record
record (DmSampler sampler, unsigned first_step, const float *mask)
{
  Record self = { .base = make_case (sampler, N_STEPS, 1, 1) };

  self.base.known.mask = mask;
  self.base.sampling.first_step = first_step;
  self.base.sampling.denoise = remember;
  run (&self.base);

  return self;
}

/* A start from a noised picture: alpha x0 + sigma eps of the step it begins at,
 * eps being what the caller gave.
 */
static void
test_start (void)
{
  for (unsigned first = 1; first < N_STEPS; first++)
    {
      Record self = record (DM_SAMPLER_DDIM, first, NULL);
      double logsnr = -9.0 + 16.0 * first / (N_STEPS - 1);
      float  eps[N], expected[N];

      dm_test_random (eps, N, 3);
      for (size_t i = 0; i < N; i++)
        expected[i] = (float) (known_x0[i] / sqrt (1.0 + exp (-logsnr)) +
                               eps[i] / sqrt (1.0 + exp (logsnr)));

      g_assert_cmpuint (self.base.n_heard, ==, N_STEPS - first);
      g_assert_cmpfloat_with_epsilon (self.logsnr[0], logsnr, 1e-12);
      dm_assert_near (self.xt[0], expected, N, 1e-6);
      g_free (self.base.x);
    }
}

/* Pixels are kept, at the level of each step and with fresh noise, for as long
 * as their degree says; from then on what the denoiser says counts.
 */
static void
test_degrees (void)
{
  const float mask[N] = {
    1.0f, 0.999f, 0.75f, 0.5f, 0.251f, 0.149f, 0.01f, 0.0f
  };

  for (unsigned first = 0; first < N_STEPS; first += 4)
    {
      Record self = record (DM_SAMPLER_DDIM, first, mask);

      for (unsigned step = first; step < N_STEPS; step++)
        {
          const float *xt = self.xt[step - first];
          double       left = (double) (N_STEPS - step) / N_STEPS;
          double       logsnr = self.logsnr[step - first];
          unsigned     before = step > first ? step - 1 : N_STEPS - 1;
          float        eps[N];

          dm_rng_normal (eps, N, (DmRng){ 2, DM_STREAM_TEST, 2 * before }, 0);
          for (size_t i = 0; i < N; i++)
            {
              double kept = known_x0[i] / sqrt (1.0 + exp (-logsnr)) +
                            eps[i] / sqrt (1.0 + exp (logsnr));
              bool known = mask[i] == 1.0f || left > 1.0 - mask[i] + 1e-6;

              g_assert_true ((fabs (xt[i] - kept) < 1e-6) == known);
            }
        }

      g_assert_true (self.base.x[0] == known_x0[0]);
      g_assert_true (self.base.x[1] != known_x0[1]);
      g_free (self.base.x);
    }
}

/* Going back from one level to another gives what that level has: alpha of the
 * picture, and together sigma of noise.
 */
static void
test_go_back (void)
{
  for (double logsnr = -19.0; logsnr <= 20.0; logsnr += 1.3)
    for (double apart = 1e-3; apart < 30.0; apart *= 3.0)
      {
        double next = logsnr - apart;
        double alpha = 1.0 / sqrt (1.0 + exp (-logsnr));
        double sigma = 1.0 / sqrt (1.0 + exp (logsnr));
        /* a picture, its noise, and fresh noise, each alone */
        float x[3] = { (float) alpha, (float) sigma, 0.0f };
        float eps[3] = { 0.0f, 0.0f, 1.0f };

        dm_known_go_back (x, eps, logsnr, next, 3);
        g_assert_cmpfloat_with_epsilon (x[0] * sqrt (1.0 + exp (-next)), 1.0,
                                        1e-6);
        g_assert_cmpfloat_with_epsilon (
            hypot (x[1], x[2]) * sqrt (1.0 + exp (next)), 1.0, 1e-6);
      }
}

/* No two draws of noise have the same number. */
static void
collect (float *eps, unsigned step, void *data)
{
  Case *self = data;

  g_assert_cmpuint (step, <, 4096);
  g_assert_false (self->drawn[step]);
  self->drawn[step] = true;
  known_noise (eps, step, data);
}

static void
collect_step (float *eps, unsigned step, void *data)
{
  Case *self = data;

  g_assert_cmpuint (step, <, 4096);
  g_assert_false (self->drawn_step[step]);
  self->drawn_step[step] = true;
  step_noise (eps, step, data);
}

static void
test_draws (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      Case self = make_case (sampler, 7, 5, 1);

      self.sampling.known_noise = collect;
      self.sampling.noise = collect_step;
      run (&self);
      g_free (self.x);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/known-levels/start", test_start);
  g_test_add_func ("/known-levels/degrees", test_degrees);
  g_test_add_func ("/known-levels/go-back", test_go_back);
  g_test_add_func ("/known-levels/draws", test_draws);

  return g_test_run ();
}
