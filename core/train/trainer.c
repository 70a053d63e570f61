/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/trainer.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

#include "tensor/error.h"
#include "train/ema.h"
#include "train/trainer-private.h"

/**
 * dm_trainer_get_progress:
 *
 * Returns: the share of the run that is done, by pictures or by time, whatever
 * is more.
 */
double
dm_trainer_get_progress (const DmTrainer *self)
{
  const DmTrainerOptions *o = &self->options;
  double                  progress = 0.0;

  if (o->n_images > 0)
    progress = (double) self->images / o->n_images;
  if (o->duration > 0.0)
    progress = MAX (progress, self->seconds / o->duration);

  return MIN (progress, 1.0);
}

/* Rises over the warm-up, holds, and falls in a line to 0 at the end. */
static double
get_rate (const DmTrainer *self, double progress)
{
  const DmTrainerOptions *o = &self->options;
  double                  rate = o->rate;
  guint64                 images = self->images + o->batch;

  if (images < o->warm_up)
    rate *= (double) images / o->warm_up;
  if (progress > o->hold)
    rate *= (1.0 - progress) / (1.0 - o->hold);

  return rate;
}

/* --- one step ------------------------------------------------------------ */

/* Gradients of a batch, part by part. Returns: its loss. */
static double
learn_batch (DmTrainer *self)
{
  DmLearner *learner = self->learner;
  double     loss = 0.0;

  dm_params_zero_gradients (self->params);
  for (size_t i = 0; i < self->options.batch; i += learner->part)
    loss += learner->class->learn (learner, self->images + i);

  return loss;
}

/* Moves weights and average along the gradient. */
static void
take_step (DmTrainer *self, double rate, double norm)
{
  dm_adamw_step (&self->adamw, self->params, rate, norm, &self->context);
  dm_ema_step (self->average, self->params,
               dm_ema_exponent (self->options.ema_length), self->adamw.n_steps,
               &self->context);
  self->learner->class->pack (self->learner, NULL);
}

/**
 * dm_trainer_step:
 * @report: (out)
 *
 * One batch, one step of the optimiser and of the average. A step that is not
 * finite or whose gradient is far longer than those of the last steps is
 * skipped: its pictures are seen, but weights and average stay.
 *
 * Errors: %DM_ERROR_DIVERGED if one step after the other is such; weights and
 * average are those of the last good step
 */
gboolean
dm_trainer_step (DmTrainer *self, DmTrainReport *report, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  double progress = dm_trainer_get_progress (self),
         rate = get_rate (self, progress);
  double    loss = learn_batch (self);
  double    norm = dm_adamw_norm (self->params, &self->context);
  DmVerdict verdict = dm_watch_judge (&self->watch, loss, norm,
                                      self->images >= self->options.warm_up);

  if (verdict == DM_WATCH_TAKE)
    take_step (self, rate, norm);

  self->images += self->options.batch;
  self->seconds += (g_get_monotonic_time () - start) * 1e-6;
  *report = (DmTrainReport){
    .train_step = self->adamw.n_steps,
    .images = self->images,
    .progress = progress,
    .seconds = self->seconds,
    .loss = loss,
    .norm = norm,
    .rate = rate,
    .skipped = verdict != DM_WATCH_TAKE,
    .n_skipped = self->watch.n_skipped,
  };

  if (verdict == DM_WATCH_STOP)
    g_set_error (error, DM_ERROR, DM_ERROR_DIVERGED,
                 _ ("training has gone astray after %" PRIu64
                    " pictures: %" PRIu64 " steps in a row were not "
                    "finite or far larger than those before them, and were "
                    "left out; go on from the weights with --init and a lower "
                    "--rate"),
                 self->images, self->watch.n_in_a_row);

  return verdict != DM_WATCH_STOP;
}

/**
 * dm_trainer_is_done:
 *
 * Returns: whether the run has had all its pictures or time.
 */
gboolean
dm_trainer_is_done (const DmTrainer *self)
{
  return dm_trainer_get_progress (self) >= 1.0;
}

guint64
dm_trainer_get_images (const DmTrainer *self)
{
  return self->images;
}

/**
 * dm_trainer_get_images_before:
 *
 * Returns: how many pictures the weights had seen that the run began with, in
 * all runs before as far as their files tell; 0 if it began with random ones.
 */
guint64
dm_trainer_get_images_before (const DmTrainer *self)
{
  return self->images_before;
}

double
dm_trainer_get_seconds (const DmTrainer *self)
{
  return self->seconds;
}

/**
 * dm_trainer_get_params:
 *
 * Returns: (transfer none): the network's, as the last step left them.
 */
DmParams *
dm_trainer_get_params (DmTrainer *self)
{
  return self->params;
}
