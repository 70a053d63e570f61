/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/trainer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "tensor/error.h"
#include "train/trainer-private.h"

/* Blocks of one value for each parameter: values, gradients, the average and
 * two moments.
 */
#define N_PARAMETER_BLOCKS 5

/* What is learnt, by the network's task. */
static DmLearner *(*const new_learner[DM_N_TASKS]) (const DmLesson *lesson) = {
  [DM_TASK_DIFFUSION] = dm_denoiser_new,
  [DM_TASK_CLASSIFIER] = dm_class_learner_new,
};

/* --- forecast ------------------------------------------------------------- */

static size_t
measure_all (const DmTrainer *self, size_t part)
{
  const DmLearner *learner = self->learner;

  return learner->class->measure_part (learner, part) +
         learner->class->measure_packs (learner) +
         N_PARAMETER_BLOCKS * self->params->n_values * sizeof (float);
}

/**
 * dm_trainer_forecast:
 *
 * Returns: bytes that the trainer will use, its dataset apart: the plans of the
 * network, the weights in both orders that the kernels read, and what there is
 * for each parameter.
 */
size_t
dm_trainer_forecast (const DmTrainer *self)
{
  return measure_all (self, self->learner->part);
}

gboolean
dm_trainer_part_fits (const DmTrainer *self, size_t part)
{
  return self->options.memory == 0 ||
         measure_all (self, part) <= self->options.memory;
}

/* The largest equal parts of a batch that fit; 0 if none do. */
static size_t
choose_part (const DmTrainer *self)
{
  size_t batch = self->options.batch;

  for (size_t n_parts = 1; n_parts <= batch; n_parts++)
    if (batch % n_parts == 0 && dm_trainer_part_fits (self, batch / n_parts))
      return batch / n_parts;

  return 0;
}

static void
set_too_little (const DmTrainer *self, GError **error)
{
  g_autofree char *least = g_format_size (measure_all (self, 1));
  g_autofree char *limit = g_format_size (self->options.memory);

  g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
               _ ("this network takes %s of memory to train with one "
                  "picture at a time, and there are %s for it; choose a "
                  "smaller network, close other programs, or allow more with "
                  "--memory"),
               least, limit);
}

/* --- parts ---------------------------------------------------------------- */

/**
 * dm_trainer_set_part:
 * @part: pictures that go through the network together, a divisor of the batch
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_OPTION; then the trainer must not be used
 * further
 */
gboolean
dm_trainer_set_part (DmTrainer *self, size_t part, GError **error)
{
  g_assert (part > 0 && self->options.batch % part == 0);

  self->learner->part = part;

  return self->learner->class->set_part (self->learner, error);
}

/**
 * dm_trainer_get_part:
 *
 * Returns: pictures of a batch that go through the network together: all of
 * them, if memory allows.
 */
size_t
dm_trainer_get_part (const DmTrainer *self)
{
  return self->learner->part;
}

/* --- the whole ------------------------------------------------------------ */

static gboolean
allocate_blocks (DmTrainer *self, GError **error)
{
  size_t block = self->params->n_values * sizeof (float);

  if (!dm_learner_check_memory ((N_PARAMETER_BLOCKS - 1) * (guint64) block,
                                error))
    return FALSE;

  dm_params_allocate_gradients (self->params);
  dm_adamw_init (&self->adamw, &self->options.adamw, self->params);
  self->average = g_new0 (float, self->params->n_values);

  return TRUE;
}

static DmTrainer *
new_empty (const DmConfig         *config,
           const DmDataset        *dataset,
           const DmTrainerOptions *options,
           DmPool                 *pool)
{
  DmTrainer *self = g_new0 (DmTrainer, 1);

  self->config = *config;
  self->dataset = dataset;
  self->options = *options;
  self->best = INFINITY;
  self->context = (DmContext){
    .kernels = dm_kernels_get_default (),
    .pool = pool,
  };

  return self;
}

static DmLearner *
make_learner (const DmTrainer *self)
{
  DmLesson lesson = {
    .config = &self->config,
    .dataset = self->dataset,
    .options = &self->options,
    .pool = self->context.pool,
  };

  return new_learner[self->config.task](&lesson);
}

/**
 * dm_trainer_new:
 * @config: fits @dataset
 * @dataset: lent for the life of the trainer
 *
 * Errors: %DM_ERROR_OPTION, %DM_ERROR_MEMORY
 *
 * Returns: (transfer full) (nullable)
 */
DmTrainer *
dm_trainer_new (const DmConfig         *config,
                const DmDataset        *dataset,
                const DmTrainerOptions *options,
                DmPool                 *pool,
                GError                **error)
{
  g_autoptr (DmTrainer) self = NULL;
  guint64 n_parameters;
  size_t  part;

  g_return_val_if_fail (dataset->side == config->resolution &&
                            dataset->channels == config->channels &&
                            dataset->n_classes == config->n_classes,
                        NULL);

  if (!dm_config_check (config, error))
    return NULL;

  n_parameters = dm_config_estimate_parameters (config);
  if (!dm_learner_check_memory (
          N_PARAMETER_BLOCKS * sizeof (float) * n_parameters, error))
    return NULL;

  self = new_empty (config, dataset, options, pool);
  self->learner = make_learner (self);
  self->params = self->learner->params;
  part = choose_part (self);
  if (part == 0)
    {
      set_too_little (self, error);
      return NULL;
    }

  dm_params_init (self->params, options->seed);
  if (!allocate_blocks (self, error) ||
      !dm_trainer_set_part (self, part, error) ||
      !self->learner->class->pack (self->learner, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * dm_trainer_free:
 * @self: (nullable)
 */
void
dm_trainer_free (DmTrainer *self)
{
  if (self == NULL)
    return;

  if (self->learner != NULL)
    self->learner->class->free (self->learner);
  dm_adamw_clear (&self->adamw);
  g_free (self->average);
  g_free (self->digest);
  g_free (self);
}
