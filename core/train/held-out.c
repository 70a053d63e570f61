/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "train/trainer-private.h"

static void
swap_average (DmTrainer *self)
{
  for (size_t i = 0; i < self->params->n_values; i++)
    {
      float value = self->params->values[i];

      self->params->values[i] = self->average[i];
      self->average[i] = value;
    }

  self->learner->class->pack (self->learner, NULL);
}

/* Of the averaged weights on @n pictures, at least; whole batches are measured,
 * whatever parts they are cut into.
 */
static DmMeasure
measure (DmTrainer *self, size_t n)
{
  DmLearner *learner = self->learner;
  size_t     batch = self->options.batch, part = learner->part;
  size_t     n_parts = (n + batch - 1) / batch * (batch / part);
  DmMeasure  sum = { 0 };

  swap_average (self);
  for (size_t i = 0; i < n_parts; i++)
    {
      DmMeasure one = learner->class->measure (learner, i * part);

      sum.loss += one.loss;
      sum.n_right += one.n_right;
    }
  swap_average (self);
  sum.loss /= n_parts;

  return sum;
}

/**
 * dm_trainer_held_out:
 * @n: how many pictures, at least; whole batches are measured
 *
 * Returns: the loss of the averaged weights on held-out pictures, always the
 * same ones with the same noise, whatever law the run draws it from; NaN if
 * none is held out.
 */
double
dm_trainer_held_out (DmTrainer *self, size_t n)
{
  if (self->dataset->n_held_out == 0)
    return NAN;

  return measure (self, n).loss;
}

/**
 * dm_trainer_accuracy:
 *
 * Returns: the share of all held-out pictures whose class the averaged weights
 * know; 0 if none is held out, or the network tells no classes.
 */
double
dm_trainer_accuracy (DmTrainer *self)
{
  size_t n = self->dataset->n_held_out;

  if (n == 0 || self->config.task != DM_TASK_CLASSIFIER)
    return 0.0;

  return (double) measure (self, n).n_right / n;
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
