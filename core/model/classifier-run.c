/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "model/classifier-private.h"
#include "nn/resample.h"

/* A dense array of pictures as a tensor. */
static DmTensor
view (const DmClassifierPlan *plan, const float *data)
{
  const DmConfig *config = &plan->classifier->config;

  return dm_tensor_place (dm_tensor_layout (plan->n, config->resolution,
                                            config->resolution,
                                            config->channels, false),
                          (float *) data);
}

static DmWrap
get_wrap (const DmClassifierPlan *plan)
{
  return plan->classifier->config.circular ? DM_WRAP_XY : DM_WRAP_NONE;
}

static DmDropout
get_dropout (const DmClassifierPlan *plan, size_t stage)
{
  return (DmDropout){
    .p = plan->mode == DM_PLAN_TRAIN ? plan->classifier->config.dropout : 0.0,
    .rng = { .seed = plan->dropout_seed,
             .stream = DM_STREAM_DROPOUT,
             .sub = (uint32_t) stage },
    .first_picture = plan->first_picture,
  };
}

static void
copy_rows (float *out, const DmTensor *x)
{
  for (size_t i = 0; i < x->n; i++)
    memcpy (out + i * x->c, dm_tensor_at (x, i, 0, 0), x->c * sizeof *out);
}

/**
 * dm_classifier_forward:
 * @self: packed, see dm_classifier_pack()
 * @plan: one of @self; used by one caller at a time
 */
void
dm_classifier_forward (const DmClassifier *self,
                       DmClassifierPlan   *plan,
                       float              *logits,
                       float              *features,
                       const float        *x0)
{
  const DmContext *context = &plan->context;
  DmTensor         x = view (plan, x0);

  g_assert (plan->classifier == self);

  dm_space_to_depth (&plan->stages[0].x, &x, self->config.patch, context);
  for (size_t i = 0; i < self->n_stages; i++)
    {
      DmDropout dropout = get_dropout (plan, i);

      dm_stage_forward (self->stages[i], &plan->stages[i], &dropout,
                        get_wrap (plan), context);
    }

  dm_group_norm_forward (&self->norm, &plan->norm, &plan->normed, &plan->last,
                         NULL, context);
  dm_average_forward (&plan->features, &plan->normed, context);
  dm_linear_forward (&self->head, &plan->logits, &plan->features, NULL,
                     context);

  copy_rows (logits, &plan->logits);
  if (features != NULL)
    copy_rows (features, &plan->features);
}

/**
 * dm_classifier_backward:
 * @dx0: (inout) (nullable) [n, resolution, resolution, channels], added to
 * @dlogits: [n, n_classes], gradient of logits
 */
void
dm_classifier_backward (const DmClassifier *self,
                        DmClassifierPlan   *plan,
                        float              *dx0,
                        const float        *dlogits)
{
  const DmContext *context = &plan->context;

  g_assert (plan->classifier == self && plan->mode == DM_PLAN_TRAIN &&
            self->params->gradients != NULL);

  for (size_t i = 0; i < plan->n; i++)
    memcpy (dm_tensor_at (&plan->dlogits, i, 0, 0),
            dlogits + i * plan->dlogits.c, plan->dlogits.c * sizeof *dlogits);

  dm_linear_backward (&self->head, &plan->dfeatures, false, &plan->dlogits,
                      &plan->features, context);
  dm_average_backward (&plan->dnormed, false, &plan->dfeatures, context);
  dm_group_norm_backward (&self->norm, &plan->norm, &plan->dlast, false, NULL,
                          NULL, &plan->dnormed, &plan->last, NULL, context);

  plan->stages[0].unwanted = dx0 == NULL;
  for (size_t i = self->n_stages; i-- > 0;)
    {
      DmDropout dropout = get_dropout (plan, i);

      dm_stage_backward (self->stages[i], &plan->stages[i], &dropout,
                         get_wrap (plan), context);
    }

  if (dx0 != NULL)
    {
      DmTensor dx = view (plan, dx0);

      dm_depth_to_space (&dx, &plan->stages[0].dx, self->config.patch, true,
                         context);
    }
}
