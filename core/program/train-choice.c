/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "program/train-run.h"
#include "train/pace.h"
#include "train/sides.h"

/* Each network is tried for this share of the run, but no longer than this. */
#define TRY_SHARE 0.003
#define TRY_SECONDS 1.5

/* A step up the ladder may be cheaper than the ladder says, by this factor. */
#define CHEAPER 1.5

/* Batch that is tried where none is given: the smallest that may be chosen, so
 * that trying takes no more memory than the run.
 */
#define TRY_BATCH 16

/* Side at which the speed is measured before the pictures are known: in cells,
 * as large as any that is chosen by itself.
 */
#define BLANK_SIDE 64

/* Over so few passes there is no need to make more of the pictures. */
#define FEW_PASSES 10.0

static double
get_seconds_to_try (const DmTrainRun *self)
{
  return MIN (TRY_SHARE * self->trainer_options.duration, TRY_SECONDS);
}

static size_t
get_batch_to_try (const DmTrainRun *self)
{
  return self->options.given.batch ? (size_t) self->options.batch : TRY_BATCH;
}

/* Pictures of the run at a speed, by whatever ends it first. */
static guint64
count_images (const DmTrainRun *self, double speed)
{
  const DmTrainerOptions *o = &self->trainer_options;
  guint64                 n = G_MAXUINT64;

  if (o->duration > 0.0)
    n = (guint64) (speed * o->duration);
  if (o->n_images > 0)
    n = MIN (n, o->n_images);

  return n;
}

static gboolean
is_timed (const DmTrainRun *self)
{
  return self->trainer_options.duration > 0.0;
}

static gboolean
is_classifier (const DmTrainRun *self)
{
  return self->config.task == DM_TASK_CLASSIFIER;
}

/**
 * dm_train_limit_side:
 *
 * Before the pictures are read: how large they may be, at most, for what the
 * run can see of them. What is given is not limited.
 *
 * Errors: those of dm_pace_measure()
 */
gboolean
dm_train_limit_side (DmTrainRun *self, GError **error)
{
  const DmTrainOptions *o = &self->options;
  DmTrainerOptions      trainer = self->trainer_options;
  DmConfig              config = self->config;
  double                speed = 0.0;

  if (o->given.size || o->resume || is_classifier (self))
    return TRUE;

  config.resolution = BLANK_SIDE;
  trainer.batch = get_batch_to_try (self);
  if (is_timed (self) && dm_config_check (&config, NULL) &&
      !dm_pace_measure_blank (&speed, &config, &trainer, self->pool,
                              get_seconds_to_try (self), error))
    return FALSE;

  self->data_options.side_limit =
      dm_ladder_choose_limit (count_images (self, speed));

  return TRUE;
}

/* --- the network ---------------------------------------------------------- */

/* Network of the options as they are, for the pictures as they are. */
static gboolean
make_config (DmTrainRun *self, GError **error)
{
  const DmDataset *set = self->dataset;

  if (!dm_train_options_get_config (&self->options, &self->config, error))
    return FALSE;

  self->config.resolution = set->side;
  self->config.channels = set->channels;
  self->config.n_classes = set->n_classes;
  self->config.augmented = self->options.augment > 0.0 && !is_classifier (self);
  if (self->options.scaled)
    {
      self->config.scale_min = set->augment.scale_min;
      self->config.scale_max = set->augment.scale_max;
    }

  return dm_config_check (&self->config, error);
}

static gboolean
take_rung (DmTrainRun *self, size_t i, DmRung *rung, GError **error)
{
  dm_ladder_get (rung, i, self->dataset->side);
  dm_train_options_take (&self->options, rung);

  return make_config (self, error);
}

/* With the memory that the run would have. */
static gboolean
measure_speed (DmTrainRun *self, double *speed, GError **error)
{
  DmTrainerOptions trainer;

  dm_train_set_memory (self);
  trainer = self->trainer_options;
  trainer.batch = get_batch_to_try (self);

  return dm_pace_measure (speed, &self->config, self->dataset, &trainer,
                          self->pool, get_seconds_to_try (self), error);
}

/* The largest that is worth its pictures, from the smallest up: the speed of
 * each is measured, if time counts. What cannot be made, for the options or for
 * its memory, is left out; @error says why if nothing is left.
 */
static gboolean
climb (DmTrainRun *self, size_t *best, GError **error)
{
  DmConfig former = { 0 };
  double   speed = 0.0, work = 0.0;
  gboolean found = FALSE;

  for (size_t i = 0; i < DM_N_RUNGS; i++)
    {
      DmRung rung;

      dm_ladder_get (&rung, i, self->dataset->side);
      if (found && is_timed (self) &&
          count_images (self, CHEAPER * speed * work / rung.work) < rung.worth)
        break;

      g_clear_error (error);
      if (!take_rung (self, i, &rung, error))
        continue;

      if (is_timed (self) && memcmp (&former, &self->config, sizeof former) &&
          !measure_speed (self, &speed, error))
        break;

      former = self->config;
      work = rung.work;
      if (found && count_images (self, speed) < rung.worth)
        break;

      found = TRUE;
      *best = i;
      self->choice.speed = speed;
    }

  if (found)
    g_clear_error (error);

  return found;
}

static gboolean
is_network_given (const DmTrainOptions *o)
{
  return o->given.width && o->given.multipliers && o->given.blocks &&
         o->given.patch && o->given.attention;
}

static gboolean
choose_network (DmTrainRun *self, GError **error)
{
  g_autoptr (GError) fault = NULL;
  size_t best = 0;
  DmRung rung;

  if (is_classifier (self) || self->options.resume)
    return make_config (self, error);

  if (is_network_given (&self->options))
    return make_config (self, error) &&
           (!is_timed (self) ||
            measure_speed (self, &self->choice.speed, error));

  if (climb (self, &best, &fault))
    return take_rung (self, best, &rung, error);

  g_propagate_error (error, g_steal_pointer (&fault));

  return FALSE;
}

/* --- the rest ------------------------------------------------------------- */

static double
count_passes (const DmTrainRun *self)
{
  return (double) count_images (self, self->choice.speed) /
         (double) self->dataset->n_images;
}

static void
choose_mirror (DmTrainRun *self)
{
  if (count_passes (self) <= FEW_PASSES)
    return;

  self->choice.looked_at_sides = TRUE;
  self->options.mirror = dm_sides_are_alike (dm_sides_measure (self->dataset));
}

/**
 * dm_train_choose:
 *
 * With the pictures known, chooses what was not given: the network, the batch,
 * and how much is made of few pictures. By a run's length in pictures the same
 * is chosen on every machine.
 *
 * Errors: those of dm_config_check() and dm_trainer_new()
 */
gboolean
dm_train_choose (DmTrainRun *self, GError **error)
{
  DmTrainOptions *o = &self->options;

  if (!choose_network (self, error))
    return FALSE;

  if (is_classifier (self) || o->resume)
    return TRUE;

  if (!o->given.batch)
    o->batch =
        (int) dm_ladder_choose_batch (count_images (self, self->choice.speed));
  if (!o->given.warm_up)
    o->warm_up = (gint64) dm_ladder_choose_warm_up (
        count_images (self, self->choice.speed));
  if (!o->given.dropout)
    o->dropout = dm_ladder_choose_dropout (count_passes (self));
  if (!o->given.mirror)
    choose_mirror (self);

  if (!o->given.evaluate)
    o->evaluate =
        dm_train_is_worth_evaluating (count_images (self, self->choice.speed));

  self->choice.n_images = count_images (self, self->choice.speed);
  self->trainer_options.batch = (size_t) o->batch;
  self->trainer_options.warm_up = (guint64) o->warm_up;
  self->config.dropout = o->dropout;
  self->dataset->augment.mirror = o->mirror;

  return TRUE;
}
