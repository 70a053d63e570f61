/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "network-run.h"

#include "train/ema.h"
#include "train/loss.h"

/* As in bench/peers/torch_worker.py. */
#define RATE 1e-4
#define DECAY 0.01
#define EMA_EXPONENT 6.94

static void
prepare_training (DmNetworkRun *self)
{
  DmAdamwOptions options = DM_ADAMW_INIT;
  DmParams      *params = dm_unet_get_params (self->unet);

  options.beta2 = 0.999;
  options.decay = DECAY;
  options.clip = 0.0;
  dm_params_allocate_gradients (params);
  dm_adamw_init (&self->adamw, &options, params);
  self->average = g_new0 (float, params->n_values);
  self->rate = RATE;
}

gboolean
dm_network_run_init (DmNetworkRun *self,
                     DmUnet       *unet,
                     DmPlanMode    mode,
                     size_t        n,
                     size_t        h,
                     size_t        w,
                     DmPool       *pool,
                     GError      **error)
{
  const DmConfig *config = dm_unet_get_config (unet);
  DmWrap          wrap = config->circular ? DM_WRAP_XY : DM_WRAP_NONE;

  *self = (DmNetworkRun){
    .unet = unet,
    .mode = mode,
    .n = n,
    .n_floats = n * h * w * config->channels,
    .context = { .kernels = dm_kernels_get_default (), .pool = pool },
  };

  self->plan = dm_unet_plan_new (unet, mode, n, h, w, wrap, pool, error);
  if (self->plan == NULL)
    return FALSE;

  self->xt = g_new0 (float, self->n_floats);
  self->want = g_new0 (float, self->n_floats);
  self->pred = g_new0 (float, self->n_floats);
  self->dpred = g_new0 (float, self->n_floats);
  self->logsnr = g_new0 (float, n);
  self->class_id = g_new0 (int, n);
  if (mode == DM_PLAN_TRAIN)
    prepare_training (self);

  return dm_unet_pack (unet, mode, pool, error);
}

void
dm_network_run_clear (DmNetworkRun *self)
{
  dm_unet_plan_free (self->plan);
  dm_adamw_clear (&self->adamw);
  g_free (self->average);
  g_free (self->xt);
  g_free (self->want);
  g_free (self->pred);
  g_free (self->dpred);
  g_free (self->logsnr);
  g_free (self->class_id);
}

static void
learn (DmNetworkRun *self)
{
  DmParams *params = dm_unet_get_params (self->unet);
  double    norm;

  self->loss = dm_loss_measure (self->dpred, self->pred, self->want,
                                self->n_floats, 1.0 / self->n_floats);
  dm_params_zero_gradients (params);
  dm_unet_backward (self->unet, self->plan, NULL, self->dpred);
  norm = dm_adamw_norm (params, &self->context);
  dm_adamw_step (&self->adamw, params, self->rate, norm, &self->context);
  dm_ema_step (self->average, params, EMA_EXPONENT, self->adamw.n_steps,
               &self->context);
  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->context.pool, NULL);
}

/* One pass, which leaves @pred; when training also backward, the optimiser's
 * step, the average's, and packing of the new weights.
 */
void
dm_network_run_step (DmNetworkRun *self)
{
  dm_unet_forward (self->unet, self->plan, self->pred, self->xt, self->logsnr,
                   self->class_id);
  if (self->mode == DM_PLAN_TRAIN)
    learn (self);
}
