/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "train/trainer-private.h"

/* Pictures held out are drawn with numbers that no training picture reaches,
 * yet small enough for the fraction of a time to keep its digits.
 */
#define HELD_OUT_FIRST ((guint64) 1 << 36)

static void
swap_average (DmTrainer *self)
{
  for (size_t i = 0; i < self->params->n_values; i++)
    {
      float value = self->params->values[i];

      self->params->values[i] = self->average[i];
      self->average[i] = value;
    }

  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->context.pool, NULL);
}

static double
measure_part (DmTrainer *self, size_t first)
{
  size_t n = self->part, floats = dm_trainer_picture_floats (&self->config);
  DmLoss loss = self->loss;

  loss.p_uncond = 0.0;
  loss.noise_mean = 0.0;
  loss.noise_spread = 1.0;
  for (size_t i = 0; i < n; i++)
    {
      size_t held = (first + i) % self->dataset->n_held_out;
      float *x0 = self->x0 + i * floats;

      self->drawn.class_id[i] =
          dm_dataset_crop (self->dataset, x0, &self->drawn.scale[i],
                           self->dataset->n_images + held, self->loss.seed,
                           HELD_OUT_FIRST + first + i);
      dm_loss_draw (&loss, &self->drawn, x0, i, floats,
                    HELD_OUT_FIRST + first + i);
    }

  dm_unet_plan_set_scale (self->measure_plan, self->drawn.scale);
  dm_unet_forward (self->unet, self->measure_plan, self->pred,
                   self->drawn.input, self->drawn.logsnr, self->drawn.class_id);

  return dm_loss_measure (self->dpred, self->pred, self->drawn.want, n * floats,
                          1.0 / (n * floats));
}

/**
 * dm_trainer_held_out:
 * @n: how many pictures, at least; whole batches are measured, whatever parts
 * they are cut into
 *
 * Returns: the loss of the averaged weights on held-out pictures, always the
 * same ones with the same noise, whatever law the run draws it from; NaN if
 * none is held out.
 */
double
dm_trainer_held_out (DmTrainer *self, size_t n)
{
  size_t batch = self->options.batch, part = self->part;
  size_t n_parts = (n + batch - 1) / batch * (batch / part);
  double sum = 0.0;

  if (self->dataset->n_held_out == 0)
    return NAN;

  swap_average (self);
  for (size_t i = 0; i < n_parts; i++)
    sum += measure_part (self, i * part);
  swap_average (self);

  return sum / n_parts;
}

/**
 * dm_trainer_note_held_out:
 * @loss: of dm_trainer_held_out()
 *
 * Returns: whether it is the lowest of the run, which is part of the run's
 * state; not if it is NaN
 */
gboolean
dm_trainer_note_held_out (DmTrainer *self, double loss)
{
  if (!(loss < self->best))
    return FALSE;

  self->best = loss;

  return TRUE;
}

/**
 * dm_trainer_get_best:
 *
 * Returns: the lowest loss that was noted; infinite if none was.
 */
double
dm_trainer_get_best (const DmTrainer *self)
{
  return self->best;
}
