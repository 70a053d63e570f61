/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/trainer.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "tensor/error.h"
#include "train/ema.h"
#include "train/trainer-private.h"

static DmWrap
config_wrap (const DmConfig *config)
{
  return config->circular ? DM_WRAP_XY : DM_WRAP_NONE;
}

static void
allocate_batch (DmTrainer *self)
{
  size_t n = self->options.batch,
         floats = n * dm_trainer_picture_floats (&self->config);

  self->x0 = g_new (float, floats);
  self->pred = g_new (float, floats);
  self->dpred = g_new (float, floats);
  self->drawn = (DmLossBatch){
    .input = g_new (float, floats),
    .want = g_new (float, floats),
    .logsnr = g_new (float, n),
    .class_id = g_new (int, n),
  };
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
  g_autoptr (DmTrainer) self = g_new0 (DmTrainer, 1);
  size_t side = config->resolution;

  g_return_val_if_fail (dataset->side == side &&
                            dataset->channels == config->channels &&
                            dataset->n_classes == config->n_classes,
                        NULL);

  if (!dm_config_check (config, error))
    return NULL;

  self->config = *config;
  self->dataset = dataset;
  self->options = *options;
  self->context = (DmContext){
    .kernels = dm_kernels_get_default (),
    .pool = pool,
  };
  self->loss = (DmLoss){
    .target = { config->prediction, config->sigma_data },
    .schedule = { config->logsnr_min, config->logsnr_max },
    .p_uncond = options->p_uncond,
    .seed = options->seed,
  };

  self->unet = dm_unet_new (config);
  self->params = dm_unet_get_params (self->unet);
  dm_params_init (self->params, options->seed);
  dm_params_allocate_gradients (self->params);
  self->plan = dm_unet_plan_new (self->unet, DM_PLAN_TRAIN, options->batch,
                                 side, side, config_wrap (config), pool, error);
  if (self->plan == NULL)
    return NULL;

  if (dataset->n_held_out > 0)
    {
      self->measure_plan =
          dm_unet_plan_new (self->unet, DM_PLAN_INFER, options->batch, side,
                            side, config_wrap (config), pool, error);
      if (self->measure_plan == NULL)
        return NULL;
    }

  dm_adamw_init (&self->adamw, &options->adamw, self->params);
  self->average = g_new0 (float, self->params->n_values);
  allocate_batch (self);
  if (!dm_unet_pack (self->unet, DM_PLAN_TRAIN, pool, error))
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

  dm_unet_plan_free (self->plan);
  dm_unet_plan_free (self->measure_plan);
  dm_unet_free (self->unet);
  dm_adamw_clear (&self->adamw);
  g_free (self->average);
  g_free (self->x0);
  g_free (self->pred);
  g_free (self->dpred);
  g_free (self->drawn.input);
  g_free (self->drawn.want);
  g_free (self->drawn.logsnr);
  g_free (self->drawn.class_id);
  g_free (self);
}

/* Share of the run that is done, by pictures or by time, whatever is more. */
static double
get_progress (const DmTrainer *self)
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

static void
draw_picture (void *data, size_t i, size_t worker)
{
  DmTrainer *self = data;
  size_t     floats = dm_trainer_picture_floats (&self->config);
  guint64    picture = self->images + i;
  float     *x0 = self->x0 + i * floats, scale;

  (void) worker;
  self->drawn.class_id[i] =
      dm_dataset_draw (self->dataset, x0, &scale, self->options.seed, picture);
  dm_loss_draw (&self->loss, &self->drawn, x0, i, floats, picture);
}

/* Adds the gradients of a batch. Returns: its loss. */
static double
learn_batch (DmTrainer *self)
{
  size_t n = self->options.batch,
         floats = n * dm_trainer_picture_floats (&self->config);
  double loss;

  dm_pool_run (self->context.pool, draw_picture, self, n);
  dm_unet_plan_set_dropout (self->plan, self->options.seed, self->images);
  dm_unet_forward (self->unet, self->plan, self->pred, self->drawn.input,
                   self->drawn.logsnr, self->drawn.class_id);
  loss = dm_loss_measure (self->dpred, self->pred, self->drawn.want, floats,
                          1.0 / floats);
  dm_unet_backward (self->unet, self->plan, NULL, self->dpred);

  return loss;
}

/**
 * dm_trainer_step:
 * @report: (out)
 *
 * One batch, one step of the optimiser and of the average.
 *
 * Errors: %DM_ERROR_DIVERGED if loss or gradient is not finite; weights and
 * average are as before the step
 */
gboolean
dm_trainer_step (DmTrainer *self, DmTrainReport *report, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  double progress = get_progress (self), loss, norm;

  dm_params_zero_gradients (self->params);
  loss = learn_batch (self);
  norm = dm_adamw_norm (self->params, &self->context);

  if (!isfinite (loss) || !isfinite (norm))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DIVERGED,
                   _ ("the loss is not finite after %" G_GUINT64_FORMAT
                      " pictures; try a lower learning rate"),
                   self->images);
      return FALSE;
    }

  *report = (DmTrainReport){
    .loss = loss,
    .norm = norm,
    .rate = get_rate (self, progress),
    .progress = progress,
  };

  dm_adamw_step (&self->adamw, self->params, report->rate, norm,
                 &self->context);
  dm_ema_step (self->average, self->params,
               dm_ema_exponent (self->options.ema_length), self->adamw.n_steps,
               &self->context);
  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->context.pool, NULL);

  self->images += self->options.batch;
  self->seconds += (g_get_monotonic_time () - start) * 1e-6;
  report->train_step = self->adamw.n_steps;
  report->images = self->images;
  report->seconds = self->seconds;

  return TRUE;
}

/**
 * dm_trainer_is_done:
 *
 * Returns: whether the run has had all its pictures or time.
 */
gboolean
dm_trainer_is_done (const DmTrainer *self)
{
  return get_progress (self) >= 1.0;
}

guint64
dm_trainer_get_images (const DmTrainer *self)
{
  return self->images;
}

double
dm_trainer_get_seconds (const DmTrainer *self)
{
  return self->seconds;
}

/**
 * dm_trainer_get_unet:
 *
 * Returns: (transfer none): the network, with the weights of the last step.
 */
DmUnet *
dm_trainer_get_unet (DmTrainer *self)
{
  return self->unet;
}

/**
 * dm_trainer_forecast:
 *
 * Returns: bytes that a trainer with these options will use: the plan of the
 * network, the weights in both orders that the kernels read, and for each
 * parameter its value, gradient, average and two moments.
 */
size_t
dm_trainer_forecast (const DmTrainer *self)
{
  size_t n = self->options.batch;
  size_t floats = n * dm_trainer_picture_floats (&self->config);
  size_t measure = self->measure_plan != NULL ?
                       dm_unet_plan_get_bytes (self->measure_plan) :
                       0;

  return dm_unet_plan_get_bytes (self->plan) + measure +
         dm_unet_measure_packs (self->unet, DM_PLAN_TRAIN) +
         5 * self->params->n_values * sizeof (float) +
         5 * floats * sizeof (float) + self->dataset->n_bytes;
}
