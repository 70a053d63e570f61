/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "known-case.h"

typedef struct
{
  double mean, covariance;
} Errors;

static Errors
get_errors (DmSampler sampler, unsigned n_repeats)
{
  bool    even_in_time = sampler == DM_SAMPLER_ANCESTRAL;
  Case    self = make_case (sampler, even_in_time ? 80 : 20, n_repeats, 1500);
  Moments expected = get_conditional (), got;
  Errors  errors = { 0 };

  run (&self);
  got = get_moments (&self);
  for (size_t i = 0; i < N_HOLE; i++)
    {
      errors.mean = fmax (errors.mean, fabs (got.mean[i] - expected.mean[i]));
      for (size_t k = 0; k < N_HOLE; k++)
        errors.covariance =
            fmax (errors.covariance,
                  fabs (got.covariance[i][k] - expected.covariance[i][k]));
    }

  for (size_t i = 0; i < self.n; i++)
    for (size_t k = 0; k < N; k++)
      if (hole_mask[k] == 1.0f)
        dm_assert_same (self.x + i * N + k, known_x0 + k, 1);
  g_free (self.x);

  return errors;
}

/* What is drawn, given what is known, has the Gaussian's own moments: with many
 * repeats up to what chance (three deviations of it are 0.02 and 0.007) and
 * few steps leave of the deviations of 0.21 and 0.26 and the variances of 0.044
 * and 0.067; with fewer less so, but nearer than with still fewer. The plain
 * law of the hole is 0.4 off in its mean.
 */
static void
test_conditional (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      Errors once = get_errors (sampler, 1);
      Errors few = get_errors (sampler, 4);
      Errors many = get_errors (sampler, 64);

      g_test_message ("%s: mean %.3f %.3f %.3f, covariance %.3f %.3f %.3f",
                      dm_sampler_get_name (sampler), once.mean, few.mean,
                      many.mean, once.covariance, few.covariance,
                      many.covariance);
      g_assert_cmpfloat (few.mean, <, 0.75 * once.mean);
      g_assert_cmpfloat (many.mean, <, 0.5 * few.mean);
      g_assert_cmpfloat (few.covariance, <, 0.75 * once.covariance);
      g_assert_cmpfloat (many.mean, <, 0.06);
      g_assert_cmpfloat (many.covariance, <, 0.03);
    }
}

/* The mean square of the jump from pixel @i to the next. */
static double
get_jump (const float *pictures, size_t n, size_t i)
{
  double sum = 0.0;

  for (size_t k = 0; k < n; k++)
    {
      double jump = pictures[k * N + i + 1] - pictures[k * N + i];

      sum += jump * jump / (double) n;
    }

  return sum;
}

/* A picture of the Gaussian: @x0 = mean + l eps, where l lᵀ is its covariance
 * (Cholesky's rows).
 */
static void
draw_picture (float *x0, uint32_t number)
{
  double l[N][N] = { 0 };
  float  eps[N];

  dm_rng_normal (eps, N, (DmRng){ 4, DM_STREAM_TEST, number }, 0);
  for (size_t i = 0; i < N; i++)
    {
      double sum = get_mean (i);

      for (size_t k = 0; k <= i; k++)
        {
          double rest = get_covariance (i, k);

          for (size_t j = 0; j < k; j++)
            rest -= l[i][j] * l[k][j];
          l[i][k] = k < i ? rest / l[k][k] : sqrt (rest);
          sum += l[i][k] * eps[k];
        }
      x0[i] = (float) sum;
    }
}

/* Pictures of the Gaussian, of which a hole is drawn anew: at both of its
 * borders pixels jump as neighbours inside it and beside it do, and as the
 * Gaussian says, 2 (k(0) - k(1)) + 0.1^2, up to chance and what few repeats
 * leave. What does not look at the surroundings jumps by three times as much.
 */
static void
test_border (void)
{
  enum
  {
    N_PICTURES = 1500
  };
  g_autofree float *pictures = g_new (float, N_PICTURES *N);
  double            expected =
      2.0 * (get_covariance (0, 0) - get_covariance (0, 1)) + 0.1 * 0.1;

  for (uint32_t k = 0; k < N_PICTURES; k++)
    {
      Case  self = make_case (DM_SAMPLER_DPM2M, 16, 16, 1);
      float x0[N];

      draw_picture (x0, k);
      dm_rng_normal (self.x, N, (DmRng){ 3, DM_STREAM_TEST, k }, 0);
      self.noise_sub = (k + 1) << 16;
      self.known.x0 = x0;
      run (&self);
      memcpy (pictures + k * N, self.x, sizeof x0);
      g_free (self.x);
    }

  for (size_t i = 0; i + 1 < N; i++)
    {
      double jump = get_jump (pictures, N_PICTURES, i);

      g_test_message ("jump %zu: %.4f, expected %.4f", i, jump, expected);
      g_assert_cmpfloat (fabs (jump / expected - 1.0), <, 0.25);
    }
}

/* What stands in the hole does not matter to pictures from pure noise. */
static void
test_hole_unread (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      Case  one = make_case (sampler, 6, 2, 10);
      Case  other = make_case (sampler, 6, 2, 10);
      float x0[N];

      memcpy (x0, known_x0, sizeof x0);
      for (size_t i = 0; i < N_HOLE; i++)
        x0[FIRST_HOLE + i] = -1e30f;
      other.known.x0 = x0;

      run (&one);
      run (&other);
      dm_assert_same (one.x, other.x, 10 * N);
      g_free (one.x);
      g_free (other.x);
    }
}

/* A known picture of which nothing is kept or started from changes no bit. */
static void
test_nothing_known (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      Case              one = make_case (sampler, 6, 1, 10);
      Case              other = make_case (sampler, 6, 1, 10);
      g_autofree float *scratch = g_new (float, 4 * 10 * N);

      one.known.mask = NULL;
      run (&one);
      other.sampling.data = other.sampling.on_step_data = &other;
      g_assert_true (dm_sample (&other.sampling, other.x, scratch));
      dm_assert_same (one.x, other.x, 10 * N);
      g_free (one.x);
      g_free (other.x);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/known/conditional", test_conditional);
  g_test_add_func ("/known/border", test_border);
  g_test_add_func ("/known/hole-unread", test_hole_unread);
  g_test_add_func ("/known/nothing-known", test_nothing_known);

  return g_test_run ();
}
