/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "diffusion/sampler.h"
#include "tensor/rng.h"

/* Pictures that are partly known, drawn by the exact denoiser of a Gaussian
 * whose pixels are correlated: what is known must decide what is drawn, as the
 * Gaussian's own conditional law says. In double, and by no formula of the
 * library's.
 */
#define N 8 /* pixels, in a row */

enum
{
  FIRST_HOLE = 3,
  N_HOLE = 3,
  N_KNOWN = N - N_HOLE
};

static const float known_x0[N] = { 0.9f, 0.2f, -0.6f, 5.0f,
                                   5.0f, 5.0f, 0.7f,  0.1f };
static const float hole_mask[N] = { 1, 1, 1, 0, 0, 0, 1, 1 };

/* --- the Gaussian --------------------------------------------------------- */

/* Neighbours alike, ever less so the farther apart. */
static double
get_mean (size_t i)
{
  return 0.1 * (double) i - 0.3;
}

static double
get_covariance (size_t i, size_t k)
{
  double apart = (double) i - (double) k;

  return 0.25 * exp (-0.5 * apart * apart / 4.0) + (i == k ? 0.01 : 0.0);
}

/* x[n] of a[n, n] x = b[n], by elimination; a is positive definite */
static void
solve (double *x, const double *a, const double *b, size_t n)
{
  double m[N][N + 1];

  for (size_t i = 0; i < n; i++)
    {
      memcpy (m[i], a + i * n, n * sizeof *a);
      m[i][n] = b[i];
    }

  for (size_t i = 0; i < n; i++)
    for (size_t k = i + 1; k < n; k++)
      for (size_t j = n + 1; j-- > i;)
        m[k][j] -= m[k][i] / m[i][i] * m[i][j];

  for (size_t i = n; i-- > 0;)
    {
      x[i] = m[i][n];
      for (size_t k = i + 1; k < n; k++)
        x[i] -= m[i][k] * x[k];
      x[i] /= m[i][i];
    }
}

/* w[N, N] of x0 = mean + w (xt - alpha mean),
 *   w = alpha K (alpha² K + sigma² I)^-1
 */
static void
get_denoiser (double *w, double logsnr)
{
  double alpha2 = 1.0 / (1.0 + exp (-logsnr));
  double sigma2 = 1.0 / (1.0 + exp (logsnr));
  double a[N * N], row[N];

  for (size_t i = 0; i < N; i++)
    for (size_t k = 0; k < N; k++)
      a[i * N + k] = alpha2 * get_covariance (i, k) + (i == k ? sigma2 : 0.0);

  for (size_t i = 0; i < N; i++)
    {
      for (size_t k = 0; k < N; k++)
        row[k] = sqrt (alpha2) * get_covariance (i, k);
      solve (w + i * N, a, row, N);
    }
}

/* Of the hole, given what is known. */
typedef struct
{
  double mean[N_HOLE], covariance[N_HOLE][N_HOLE];
} Moments;

static size_t
get_known_pixel (size_t i)
{
  return i < FIRST_HOLE ? i : i + N_HOLE;
}

static Moments
get_conditional (void)
{
  double  a[N_KNOWN * N_KNOWN], row[N_KNOWN], gain[N_KNOWN];
  Moments self;

  for (size_t i = 0; i < N_KNOWN; i++)
    for (size_t k = 0; k < N_KNOWN; k++)
      a[i * N_KNOWN + k] =
          get_covariance (get_known_pixel (i), get_known_pixel (k));

  for (size_t i = 0; i < N_HOLE; i++)
    {
      for (size_t k = 0; k < N_KNOWN; k++)
        row[k] = get_covariance (FIRST_HOLE + i, get_known_pixel (k));
      solve (gain, a, row, N_KNOWN);

      self.mean[i] = get_mean (FIRST_HOLE + i);
      for (size_t k = 0; k < N_KNOWN; k++)
        {
          size_t pixel = get_known_pixel (k);

          self.mean[i] += gain[k] * (known_x0[pixel] - get_mean (pixel));
        }

      for (size_t j = 0; j < N_HOLE; j++)
        {
          self.covariance[i][j] =
              get_covariance (FIRST_HOLE + i, FIRST_HOLE + j);
          for (size_t k = 0; k < N_KNOWN; k++)
            self.covariance[i][j] -=
                gain[k] * get_covariance (FIRST_HOLE + j, get_known_pixel (k));
        }
    }

  return self;
}

/* --- drawing -------------------------------------------------------------- */

typedef struct
{
  DmSampling sampling;
  DmKnown    known;
  size_t     n; /* pictures */
  float     *x; /* [n, N]   */
  unsigned   n_heard;
  uint32_t   noise_sub; /* of what is known, beside the step */
  bool       drawn[4096], drawn_step[4096]; /* numbers of noise, if asked */
} Case;

static bool
denoise (float *x0, const float *xt, double t, double logsnr, void *data)
{
  const Case *self = data;
  double      alpha = 1.0 / sqrt (1.0 + exp (-logsnr));
  double      w[N * N];

  (void) t;

  get_denoiser (w, logsnr);
  for (size_t i = 0; i < self->n; i++)
    for (size_t k = 0; k < N; k++)
      {
        double sum = get_mean (k);

        for (size_t j = 0; j < N; j++)
          sum += w[k * N + j] * (xt[i * N + j] - alpha * get_mean (j));
        x0[i * N + k] = (float) sum;
      }

  return true;
}

static void
step_noise (float *eps, unsigned step, void *data)
{
  const Case *self = data;

  dm_rng_normal (eps, self->n * N, (DmRng){ 1, DM_STREAM_TEST, step }, 0);
}

static void
known_noise (float *eps, unsigned step, void *data)
{
  const Case *self = data;

  dm_rng_normal (eps, self->n * N,
                 (DmRng){ 2, DM_STREAM_TEST, self->noise_sub + step }, 0);
}

static bool
on_step (unsigned step, unsigned n_steps, void *data)
{
  Case *self = data;

  self->n_heard++;
  g_assert_cmpuint (step, ==, self->n_heard);
  g_assert_cmpuint (n_steps, ==, dm_sampling_get_n_passes (&self->sampling));

  return true;
}

static Case
make_case (DmSampler sampler, unsigned n_steps, unsigned n_repeats, size_t n)
{
  Case self = { .sampling = DM_SAMPLING_INIT, .n = n };

  self.known = (DmKnown){ known_x0, hole_mask, N, 1 };
  self.sampling.sampler = sampler;
  self.sampling.schedule = (DmSchedule){ -20.0, 20.0 };
  self.sampling.n_steps = n_steps;
  self.sampling.n_repeats = n_repeats;
  self.sampling.n_floats = n * N;
  self.sampling.denoise = denoise;
  self.sampling.noise = step_noise;
  self.sampling.known_noise = known_noise;
  self.sampling.on_step = on_step;
  self.x = g_new (float, n *N);
  dm_test_random (self.x, n * N, 3);

  return self;
}

/* In a block of just the right size, for the address sanitizer. */
static void
run (Case *self)
{
  g_autofree float *scratch = NULL;

  self->sampling.known = &self->known;
  self->sampling.data = self->sampling.on_step_data = self;
  scratch = g_new (float, dm_sample_scratch (&self->sampling));
  g_assert_true (dm_sample (&self->sampling, self->x, scratch));
  g_assert_cmpuint (self->n_heard, ==,
                    dm_sampling_get_n_passes (&self->sampling));
}

static Moments
get_moments (const Case *self)
{
  Moments moments = { 0 };

  for (size_t i = 0; i < self->n; i++)
    for (size_t k = 0; k < N_HOLE; k++)
      moments.mean[k] += self->x[i * N + FIRST_HOLE + k] / (double) self->n;

  for (size_t i = 0; i < self->n; i++)
    for (size_t k = 0; k < N_HOLE; k++)
      for (size_t j = 0; j < N_HOLE; j++)
        moments.covariance[k][j] +=
            (self->x[i * N + FIRST_HOLE + k] - moments.mean[k]) *
            (self->x[i * N + FIRST_HOLE + j] - moments.mean[j]) /
            (double) self->n;

  return moments;
}

/* --- the hole --------------------------------------------------------------
 */

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

/* --- the levels of noise ---------------------------------------------------
 */

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

  g_test_add_func ("/known/conditional", test_conditional);
  g_test_add_func ("/known/border", test_border);
  g_test_add_func ("/known/hole-unread", test_hole_unread);
  g_test_add_func ("/known/nothing-known", test_nothing_known);
  g_test_add_func ("/known/start", test_start);
  g_test_add_func ("/known/degrees", test_degrees);
  g_test_add_func ("/known/go-back", test_go_back);
  g_test_add_func ("/known/draws", test_draws);

  return g_test_run ();
}
