/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "diffusion/guidance.h"
#include "diffusion/sampler.h"
#include "tensor/rng.h"

/* Data whose denoiser is known: each class is a round Gaussian, and the null
 * class is their mixture in equal parts. Everything here is in double, and
 * shares no formula with the library.
 */
#define MAX_CLASSES 3
#define MAX_DIMS 2

typedef struct
{
  size_t n_classes, n_dims;
  double mean[MAX_CLASSES][MAX_DIMS];
  double deviation[MAX_CLASSES];
} Mixture;

/* On a line, of different width and unequal distance. */
static const Mixture mixture_line = {
  .n_classes = 3,
  .n_dims = 1,
  .mean = { { -0.8 }, { 0.1 }, { 0.7 } },
  .deviation = { 0.2, 0.3, 0.15 },
};

/* The paper's figure 2: three classes at the corners of a triangle. */
static const Mixture mixture_plane = {
  .n_classes = 3,
  .n_dims = 2,
  .mean = { { 0.0, 0.6 }, { -0.52, -0.3 }, { 0.52, -0.3 } },
  .deviation = { 0.25, 0.25, 0.25 },
};

static inline double
data_level (double logsnr)
{
  return 1.0 / sqrt (1.0 + exp (-logsnr));
}

static inline double
noise_level (double logsnr)
{
  return 1.0 / sqrt (1.0 + exp (logsnr));
}

/* log p (xt | class) at a log-SNR, but for a constant. */
static inline double
log_density_class (const Mixture *self,
                   int            class_id,
                   const double  *xt,
                   double         logsnr)
{
  double alpha = data_level (logsnr), sigma = noise_level (logsnr);
  double s = alpha * self->deviation[class_id];
  double variance = s * s + sigma * sigma;
  double square = 0.0;

  for (size_t k = 0; k < self->n_dims; k++)
    square += pow (xt[k] - alpha * self->mean[class_id][k], 2.0);

  return -0.5 * square / variance - 0.5 * self->n_dims * log (variance);
}

/* p (class | xt) */
static inline void
get_shares (const Mixture *self, double *share, const double *xt, double logsnr)
{
  double largest = -INFINITY, sum = 0.0;

  for (size_t c = 0; c < self->n_classes; c++)
    {
      share[c] = log_density_class (self, (int) c, xt, logsnr);
      largest = fmax (largest, share[c]);
    }
  for (size_t c = 0; c < self->n_classes; c++)
    sum += share[c] = exp (share[c] - largest);
  for (size_t c = 0; c < self->n_classes; c++)
    share[c] /= sum;
}

static inline double
log_density (const Mixture *self, int class_id, const double *xt, double logsnr)
{
  double largest = -INFINITY, sum = 0.0;

  if (class_id != DM_CLASS_NULL)
    return log_density_class (self, class_id, xt, logsnr);

  for (size_t c = 0; c < self->n_classes; c++)
    largest = fmax (largest, log_density_class (self, (int) c, xt, logsnr));
  for (size_t c = 0; c < self->n_classes; c++)
    sum += exp (log_density_class (self, (int) c, xt, logsnr) - largest);

  return largest + log (sum / (double) self->n_classes);
}

/* E[x0 | xt, class] and E[eps | xt, class] of one point. */
static inline void
answer_class (const Mixture *self,
              int            class_id,
              double        *x0,
              double        *eps,
              const double  *xt,
              double         logsnr)
{
  double alpha = data_level (logsnr), sigma = noise_level (logsnr);
  double s = self->deviation[class_id];
  double variance = alpha * alpha * s * s + sigma * sigma;

  for (size_t k = 0; k < self->n_dims; k++)
    {
      double mean = self->mean[class_id][k];
      double away = xt[k] - alpha * mean;

      x0[k] = mean + alpha * s * s / variance * away;
      eps[k] = sigma / variance * away;
    }
}

/* The same for the null class too: each class's answer by its share. */
static inline void
answer (const Mixture *self,
        int            class_id,
        double        *x0,
        double        *eps,
        const double  *xt,
        double         logsnr)
{
  double share[MAX_CLASSES], x0_class[MAX_DIMS], eps_class[MAX_DIMS];

  if (class_id != DM_CLASS_NULL)
    {
      answer_class (self, class_id, x0, eps, xt, logsnr);
      return;
    }

  get_shares (self, share, xt, logsnr);
  for (size_t k = 0; k < self->n_dims; k++)
    x0[k] = eps[k] = 0.0;
  for (size_t c = 0; c < self->n_classes; c++)
    {
      answer_class (self, (int) c, x0_class, eps_class, xt, logsnr);
      for (size_t k = 0; k < self->n_dims; k++)
        {
          x0[k] += share[c] * x0_class[k];
          eps[k] += share[c] * eps_class[k];
        }
    }
}

/* --- as a network that a sampler can ask -------------------------------- */

typedef struct
{
  const Mixture *mixture;
  int            class_id;
  DmGuidance     guidance;
  DmTarget       target;
  DmSampling     sampling;
  guint64        seed;

  float *pred, *pred_null, *scratch; /* [n_floats] */
  float *x;                          /* [n_floats] */
} Gaussians;

/* What a perfect network would say of every point, by the words' definitions.
 */
static inline void
predict (const Gaussians *self,
         float           *pred,
         const float     *xt,
         double           logsnr,
         int              class_id)
{
  size_t n_dims = self->mixture->n_dims;
  double alpha = data_level (logsnr), sigma = noise_level (logsnr);
  double d = self->target.sigma_data;
  double deviation = sqrt (alpha * alpha * d * d + sigma * sigma);

  for (size_t i = 0; i < self->sampling.n_floats; i += n_dims)
    {
      double point[MAX_DIMS], x0[MAX_DIMS], eps[MAX_DIMS];

      for (size_t k = 0; k < n_dims; k++)
        point[k] = xt[i + k];
      answer (self->mixture, class_id, x0, eps, point, logsnr);

      for (size_t k = 0; k < n_dims; k++)
        switch (self->target.prediction)
          {
          case DM_PREDICTION_EPS:
            pred[i + k] = (float) eps[k];
            break;
          case DM_PREDICTION_V:
            pred[i + k] = (float) (alpha * eps[k] - sigma * x0[k]);
            break;
          default:
            pred[i + k] =
                (float) ((sigma / d * x0[k] - alpha * d * eps[k]) / deviation);
          }
    }
}

static inline bool
gaussians_denoise (
    float *x0, const float *xt, double t, double logsnr, void *data)
{
  Gaussians *self = data;
  bool       guided = dm_guidance_is_active (&self->guidance, t);

  predict (self, self->pred, xt, logsnr, self->class_id);
  if (guided)
    predict (self, self->pred_null, xt, logsnr, DM_CLASS_NULL);

  dm_guidance_apply (&self->guidance, &self->target, x0, self->pred,
                     guided ? self->pred_null : NULL, xt, logsnr,
                     self->sampling.n_floats, self->scratch);

  return true;
}

static inline void
gaussians_noise (float *eps, unsigned step, void *data)
{
  const Gaussians *self = data;
  DmRng            rng = { self->seed, DM_STREAM_TEST, step + 1 };

  dm_rng_normal (eps, self->sampling.n_floats, rng, 0);
}

/* Unguided, the paper's range of log-SNR in even steps; @n points. */
static inline void
gaussians_set_up (Gaussians     *self,
                  const Mixture *mixture,
                  DmSampler      sampler,
                  DmPrediction   prediction,
                  size_t         n)
{
  size_t n_floats = n * mixture->n_dims;

  *self = (Gaussians){
    .mixture = mixture,
    .guidance = { .start = 1.0 },
    .target = { prediction, 0.5 },
    .sampling = DM_SAMPLING_INIT,
    .pred = g_new (float, n_floats),
    .pred_null = g_new (float, n_floats),
    .scratch = g_new (float, n_floats),
    .x = g_new (float, n_floats),
  };
  self->sampling.sampler = sampler;
  self->sampling.schedule = (DmSchedule){ -20.0, 20.0 };
  self->sampling.logsnr_first = -20.0;
  self->sampling.logsnr_last = 20.0;
  self->sampling.n_floats = n_floats;
  self->sampling.denoise = gaussians_denoise;
  self->sampling.noise = gaussians_noise;
}

static inline void
gaussians_run (Gaussians *self, unsigned n_steps)
{
  g_autofree float *scratch = NULL;

  self->sampling.n_steps = n_steps;
  self->sampling.data = self;
  scratch = g_new (float, dm_sample_scratch (&self->sampling));
  g_assert_true (dm_sample (&self->sampling, self->x, scratch));
}

static inline void
gaussians_clear (Gaussians *self)
{
  g_free (self->pred);
  g_free (self->pred_null);
  g_free (self->scratch);
  g_free (self->x);
}

/* --- the same, integrated in double by another method -------------------- */

static inline void
reference_answer (const Gaussians *self,
                  double          *x0,
                  const double    *xt,
                  double           logsnr)
{
  double t = dm_schedule_get_t (&self->sampling.schedule, logsnr);
  double w = self->guidance.guidance, null[MAX_DIMS], eps[MAX_DIMS];

  answer (self->mixture, self->class_id, x0, eps, xt, logsnr);
  if (t > self->guidance.start || t < self->guidance.end)
    return;

  answer (self->mixture, DM_CLASS_NULL, null, eps, xt, logsnr);
  for (size_t k = 0; k < self->mixture->n_dims; k++)
    x0[k] = (1.0 + w) * x0[k] - w * null[k];
}

/* y = xt / alpha moves with dy/dlogsnr = (x0 - y) / 2. */
static inline void
reference_slope (const Gaussians *self,
                 double          *slope,
                 const double    *y,
                 const double    *before,
                 double           step,
                 double           logsnr)
{
  double alpha = data_level (logsnr), xt[MAX_DIMS], x0[MAX_DIMS];

  for (size_t k = 0; k < self->mixture->n_dims; k++)
    xt[k] = alpha * (y[k] + step * before[k]);
  reference_answer (self, x0, xt, logsnr);
  for (size_t k = 0; k < self->mixture->n_dims; k++)
    slope[k] = 0.5 * (x0[k] - xt[k] / alpha);
}

/* The picture that a point of noise becomes: Runge and Kutta's fourth order
 * method in @n steps, then, as samplers end, the denoiser's answer.
 */
static inline void
reference_run (const Gaussians *self, double *x0, const double *x, int n)
{
  double first = self->sampling.logsnr_first, last = self->sampling.logsnr_last;
  double h = (last - first) / n, y[MAX_DIMS], slope[5][MAX_DIMS] = { 0 };
  size_t n_dims = self->mixture->n_dims;

  for (size_t k = 0; k < n_dims; k++)
    y[k] = x[k] / data_level (first);

  for (int i = 0; i < n; i++)
    {
      double at = first + i * h;

      reference_slope (self, slope[1], y, slope[0], 0.0, at);
      reference_slope (self, slope[2], y, slope[1], 0.5 * h, at + 0.5 * h);
      reference_slope (self, slope[3], y, slope[2], 0.5 * h, at + 0.5 * h);
      reference_slope (self, slope[4], y, slope[3], h, at + h);
      for (size_t k = 0; k < n_dims; k++)
        y[k] +=
            h / 6.0 *
            (slope[1][k] + 2.0 * slope[2][k] + 2.0 * slope[3][k] + slope[4][k]);
    }

  for (size_t k = 0; k < n_dims; k++)
    y[k] *= data_level (last);
  reference_answer (self, x0, y, last);
}
