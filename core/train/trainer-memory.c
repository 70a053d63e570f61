/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/trainer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "train/trainer-private.h"

/* Blocks of one value for each parameter: values, gradients, the average and
 * two moments. Those of a batch: pictures, input, wanted and found output, and
 * the gradient of it.
 */
#define N_PARAMETER_BLOCKS 5
#define N_PICTURE_BLOCKS 5

static DmWrap
get_wrap (const DmTrainer *self)
{
  return self->config.circular ? DM_WRAP_XY : DM_WRAP_NONE;
}

/* --- forecast ------------------------------------------------------------- */

static size_t
measure_part (const DmTrainer *self, size_t part)
{
  size_t side = self->config.resolution;
  size_t picture = dm_trainer_picture_floats (&self->config);
  DmWrap wrap = get_wrap (self);
  size_t bytes =
      dm_unet_plan_measure (self->unet, DM_PLAN_TRAIN, part, side, side, wrap) +
      N_PICTURE_BLOCKS * part * picture * sizeof (float);

  if (self->dataset->n_held_out > 0)
    bytes += dm_unet_plan_measure (self->unet, DM_PLAN_INFER, part, side, side,
                                   wrap);

  return bytes;
}

static size_t
measure_all (const DmTrainer *self, size_t part)
{
  return measure_part (self, part) +
         dm_unet_measure_packs (self->unet, DM_PLAN_TRAIN) +
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
  return measure_all (self, self->part);
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
  g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
               _ ("this network takes %.2f GB of memory to train with one "
                  "picture at a time, and there are %.2f GB for it; choose a "
                  "smaller network, close other programs, or allow more with "
                  "--memory"),
               measure_all (self, 1) / 1e9, self->options.memory / 1e9);
}

static gboolean
check_there (guint64 bytes, GError **error)
{
  if (dm_memory_is_there (bytes))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
               _ ("%.2f GB of memory are needed to train this network and "
                  "cannot be had; choose a smaller network or close other "
                  "programs"),
               bytes / 1e9);

  return FALSE;
}

/* --- parts ---------------------------------------------------------------- */

static void
clear_part (DmTrainer *self)
{
  g_clear_pointer (&self->plan, dm_unet_plan_free);
  g_clear_pointer (&self->measure_plan, dm_unet_plan_free);
  g_clear_pointer (&self->x0, g_free);
  g_clear_pointer (&self->pred, g_free);
  g_clear_pointer (&self->dpred, g_free);
  g_clear_pointer (&self->drawn.input, g_free);
  g_clear_pointer (&self->drawn.want, g_free);
  g_clear_pointer (&self->drawn.logsnr, g_free);
  g_clear_pointer (&self->drawn.class_id, g_free);
  g_clear_pointer (&self->drawn.scale, g_free);
}

static gboolean
make_plan (DmTrainer *self, DmUnetPlan **plan, DmPlanMode mode, GError **error)
{
  size_t side = self->config.resolution;

  *plan = dm_unet_plan_new (self->unet, mode, self->part, side, side,
                            get_wrap (self), self->context.pool, error);

  return *plan != NULL;
}

static void
allocate_pictures (DmTrainer *self)
{
  size_t n = self->part, floats = n * dm_trainer_picture_floats (&self->config);

  self->x0 = g_new (float, floats);
  self->pred = g_new (float, floats);
  self->dpred = g_new (float, floats);
  self->drawn = (DmLossBatch){
    .input = g_new (float, floats),
    .want = g_new (float, floats),
    .logsnr = g_new (float, n),
    .class_id = g_new (int, n),
    .scale = g_new (float, n),
  };
}

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
  size_t picture = dm_trainer_picture_floats (&self->config);

  g_assert (part > 0 && self->options.batch % part == 0);

  clear_part (self);
  self->part = part;
  if (!make_plan (self, &self->plan, DM_PLAN_TRAIN, error) ||
      (self->dataset->n_held_out > 0 &&
       !make_plan (self, &self->measure_plan, DM_PLAN_INFER, error)) ||
      !check_there (
          N_PICTURE_BLOCKS * part * (guint64) picture * sizeof (float), error))
    return FALSE;

  allocate_pictures (self);

  return TRUE;
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
  return self->part;
}

/* --- the whole ------------------------------------------------------------ */

static gboolean
allocate_blocks (DmTrainer *self, GError **error)
{
  size_t block = self->params->n_values * sizeof (float);

  if (!check_there ((N_PARAMETER_BLOCKS - 1) * (guint64) block, error))
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
  self->loss = (DmLoss){
    .target = { config->prediction, config->sigma_data },
    .schedule = { config->logsnr_min, config->logsnr_max },
    .p_uncond = options->p_uncond,
    .noise_mean = options->noise_mean,
    .noise_spread = options->noise_spread,
    .seed = options->seed,
  };

  return self;
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
  if (!check_there (N_PARAMETER_BLOCKS * sizeof (float) * n_parameters, error))
    return NULL;

  self = new_empty (config, dataset, options, pool);
  self->unet = dm_unet_new (config);
  self->params = dm_unet_get_params (self->unet);
  part = choose_part (self);
  if (part == 0)
    {
      set_too_little (self, error);
      return NULL;
    }

  dm_params_init (self->params, options->seed);
  if (!allocate_blocks (self, error) ||
      !dm_trainer_set_part (self, part, error) ||
      !dm_unet_pack (self->unet, DM_PLAN_TRAIN, pool, error))
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

  clear_part (self);
  dm_unet_free (self->unet);
  dm_adamw_clear (&self->adamw);
  g_free (self->average);
  g_free (self);
}
