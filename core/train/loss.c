/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/loss.h"

#include <math.h>

#include "tensor/rng.h"
#include "tensor/terms.h"

/* The golden ratio less one: multiples of it, taken modulo 1, fill the unit
 * interval evenly from any start, for any length.
 */
#define GOLDEN 0.61803398874989485

/* Diffusion time of training picture @picture: uniform on [0, 1) over the run,
 * and nearly so over each batch, which takes noise out of the loss.
 */
static double
draw_time (const DmLoss *self, guint64 picture)
{
  float start;

  dm_rng_uniform (&start, 1, (DmRng){ self->seed, DM_STREAM_TIME, 0 }, 0);

  return fmod (start + fmod (picture * GOLDEN, 1.0), 1.0);
}

/* The paper's law, the hyperbolic secant, moved and widened within the range of
 * the schedule: noise levels that decide on what shall be learnt may come more
 * often. As Karras et al. 2022, section 5, do with a normal law.
 */
static double
draw_logsnr (const DmLoss *self, guint64 picture)
{
  double     mean = self->noise_mean, spread = self->noise_spread;
  DmSchedule law = { (self->schedule.logsnr_min - mean) / spread,
                     (self->schedule.logsnr_max - mean) / spread };

  return mean +
         spread * dm_schedule_get_logsnr (&law, draw_time (self, picture));
}

/* Class and scale are dropped apart from each other: a picture may be drawn
 * with the one and without the other.
 */
#define SUB_CLASS 0
#define SUB_SCALE 1

static gboolean
draw_drop (const DmLoss *self, uint32_t sub, guint64 picture)
{
  float u;

  dm_rng_uniform (&u, 1, (DmRng){ self->seed, DM_STREAM_DROP, sub }, picture);

  return u < self->p_uncond;
}

/**
 * dm_loss_draw:
 * @batch: (inout) filled at @i
 * @x0: [n_floats], in [-1, 1]
 * @i: place in the batch
 * @picture: number of the picture in the run
 *
 * Source: Ho & Salimans 2022, Algorithm 1.
 */
void
dm_loss_draw (const DmLoss *self,
              DmLossBatch  *batch,
              const float  *x0,
              size_t        i,
              size_t        n_floats,
              guint64       picture)
{
  double logsnr = draw_logsnr (self, picture);
  float  alpha = (float) dm_alpha (logsnr), sigma = (float) dm_sigma (logsnr);
  float  scale = (float) dm_target_input_scale (&self->target, logsnr);
  float *eps = batch->input + i * n_floats;
  DmRng  rng = { self->seed, DM_STREAM_EPS, 0 };

  dm_rng_normal (eps, n_floats, rng, picture * n_floats);
  dm_target_from_x0_eps (&self->target, batch->want + i * n_floats, x0, eps,
                         logsnr, n_floats);
  for (size_t k = 0; k < n_floats; k++)
    eps[k] = scale * (alpha * x0[k] + sigma * eps[k]);

  batch->logsnr[i] = (float) logsnr;
  if (draw_drop (self, SUB_CLASS, picture))
    batch->class_id[i] = DM_CLASS_NULL;
  if (batch->scale != NULL && draw_drop (self, SUB_SCALE, picture))
    batch->scale[i] = 0.0f;
}

/**
 * dm_loss_measure:
 * @dpred: (out) [n], gradient of the returned sum with respect to @pred
 * @pred: [n], what the network said
 * @want: [n], what it should have said
 * @scale: 1 / number of floats of the whole batch
 *
 * Returns: scale Σ (pred - want)²
 */
double
dm_loss_measure (
    float *dpred, const float *pred, const float *want, size_t n, double scale)
{
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      float error = pred[i] - want[i];

      sum += (double) error * error;
      dpred[i] = (float) (2.0 * scale) * error;
    }

  return scale * sum;
}
