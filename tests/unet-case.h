/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <string.h>

#include "check.h"
#include "model/unet.h"

#define UNET_CASE_MAX_N 4

/* A small network and one batch for it. */
typedef struct
{
  DmConfig    config;
  DmUnet     *unet;
  DmUnetPlan *plan;
  DmPool     *pool;
  size_t      n, h, w;
  size_t      n_values; /* of a batch of pictures */
  float      *xt, *pred, *dpred, *dxt;
  float       logsnr[UNET_CASE_MAX_N];
  int         class_id[UNET_CASE_MAX_N];
} UnetCase;

static inline DmConfig
unet_case_small_config (void)
{
  DmConfig config;

  dm_config_init (&config);
  config.resolution = 8;
  config.n_classes = 3;
  config.width = 8;
  config.n_levels = 2;
  config.multipliers[1] = 2;
  config.n_blocks = 1;
  config.attention[1] = true;
  config.head_width = 8;
  config.n_groups = 4;
  config.embedding = 12;

  return config;
}

/* First values with noise, so that no parameter is zero. */
static inline void
unet_case_fill_params (DmUnet *unet)
{
  DmParams         *params = dm_unet_get_params (unet);
  g_autofree float *noise = g_new (float, params->n_values);

  dm_params_init (params, 1);
  dm_test_random (noise, params->n_values, 7);
  for (size_t i = 0; i < params->n_params; i++)
    for (size_t j = 0; j < params->list[i]->n; j++)
      params->list[i]->value[j] += 0.1f * noise[params->list[i]->offset + j];
}

static inline void
unet_case_make_plan (UnetCase *self, DmPlanMode mode, DmWrap wrap)
{
  g_autoptr (GError) error = NULL;

  dm_unet_plan_free (self->plan);
  self->plan = dm_unet_plan_new (self->unet, mode, self->n, self->h, self->w,
                                 wrap, self->pool, &error);
  g_assert_no_error (error);
}

/* @unet: (transfer full): new */
static inline void
unet_case_set_up_with (
    UnetCase *self, DmUnet *unet, size_t n, size_t h, size_t w)
{
  DmConfig config = *dm_unet_get_config (unet);

  *self = (UnetCase){ .config = config, .n = n, .h = h, .w = w };
  self->unet = unet;
  self->n_values = n * h * w * config.channels;
  self->xt = g_new (float, self->n_values);
  self->pred = g_new (float, self->n_values);
  self->dpred = g_new (float, self->n_values);
  self->dxt = g_new0 (float, self->n_values);
  dm_test_random (self->xt, self->n_values, 1);
  dm_test_random (self->dpred, self->n_values, 2);

  for (size_t i = 0; i < n; i++)
    {
      self->logsnr[i] = 3.0f - 2.5f * (float) i;
      self->class_id[i] = i == 1 ? DM_CLASS_NULL : (int) i % 3;
    }

  dm_params_allocate_gradients (dm_unet_get_params (self->unet));
  unet_case_fill_params (self->unet);
  dm_unet_pack (self->unet, DM_PLAN_TRAIN, NULL, NULL);
  unet_case_make_plan (self, DM_PLAN_TRAIN,
                       config.circular ? DM_WRAP_XY : DM_WRAP_NONE);
}

static inline void
unet_case_set_up (UnetCase *self, DmConfig config, size_t n, size_t h, size_t w)
{
  unet_case_set_up_with (self, dm_unet_new (&config), n, h, w);
}

static inline void
unet_case_tear_down (UnetCase *self)
{
  dm_unet_plan_free (self->plan);
  dm_unet_free (self->unet);
  dm_pool_free (self->pool);
  g_free (self->xt);
  g_free (self->pred);
  g_free (self->dpred);
  g_free (self->dxt);
}

static inline void
unet_case_forward (UnetCase *self)
{
  dm_unet_forward (self->unet, self->plan, self->pred, self->xt, self->logsnr,
                   self->class_id);
}

static inline void
unet_case_backward (UnetCase *self)
{
  dm_params_zero_gradients (dm_unet_get_params (self->unet));
  memset (self->dxt, 0, self->n_values * sizeof *self->dxt);
  dm_unet_backward (self->unet, self->plan, self->dxt, self->dpred);
}

static inline double
unet_case_loss (void *data)
{
  UnetCase *self = data;
  double    sum = 0.0;

  dm_unet_pack (self->unet, DM_PLAN_INFER, NULL, NULL);
  unet_case_forward (self);
  for (size_t i = 0; i < self->n_values; i++)
    sum += (double) self->pred[i] * self->dpred[i];

  return sum;
}
