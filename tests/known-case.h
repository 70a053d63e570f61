/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

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
static inline double
get_mean (size_t i)
{
  return 0.1 * (double) i - 0.3;
}

static inline double
get_covariance (size_t i, size_t k)
{
  double apart = (double) i - (double) k;

  return 0.25 * exp (-0.5 * apart * apart / 4.0) + (i == k ? 0.01 : 0.0);
}

/* x[n] of a[n, n] x = b[n], by elimination; a is positive definite */
static inline void
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
static inline void
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

static inline size_t
get_known_pixel (size_t i)
{
  return i < FIRST_HOLE ? i : i + N_HOLE;
}

static inline Moments
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

static inline bool
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

static inline void
step_noise (float *eps, unsigned step, void *data)
{
  const Case *self = data;

  dm_rng_normal (eps, self->n * N, (DmRng){ 1, DM_STREAM_TEST, step }, 0);
}

static inline void
known_noise (float *eps, unsigned step, void *data)
{
  const Case *self = data;

  dm_rng_normal (eps, self->n * N,
                 (DmRng){ 2, DM_STREAM_TEST, self->noise_sub + step }, 0);
}

static inline bool
on_step (unsigned step, unsigned n_steps, void *data)
{
  Case *self = data;

  self->n_heard++;
  g_assert_cmpuint (step, ==, self->n_heard);
  g_assert_cmpuint (n_steps, ==, dm_sampling_get_n_passes (&self->sampling));

  return true;
}

static inline Case
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
static inline void
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

static inline Moments
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
