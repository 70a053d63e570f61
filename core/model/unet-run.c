/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet-private.h"

#include "nn/resample.h"

/* A dense array of pictures as a tensor. */
static DmTensor
view (const DmUnetPlan *plan, const float *data)
{
  return dm_tensor_place (dm_tensor_layout (plan->n, plan->h, plan->w,
                                            plan->unet->config.channels, false),
                          (float *) data);
}

static DmDropout
get_dropout (const DmUnetPlan *plan, size_t stage)
{
  return (DmDropout){
    .p = plan->mode == DM_PLAN_TRAIN ? plan->unet->config.dropout : 0.0,
    .rng = { .seed = plan->dropout_seed,
             .stream = DM_STREAM_DROPOUT,
             .sub = (uint32_t) stage },
    .first_picture = plan->first_picture,
  };
}

/* Scales and shifts of one block; small products, so one chunk a block. */
static void
condition_chunk (void *data, size_t chunk, size_t worker)
{
  DmUnetPlan    *plan = data;
  const DmStage *stage = plan->unet->stages[chunk];
  DmContext      alone = { .kernels = plan->context.kernels };

  (void) worker;

  if (stage->kind == DM_STAGE_RES)
    dm_linear_forward (&stage->res.condition,
                       &plan->stages[chunk].res.condition, &plan->embedding.y,
                       NULL, &alone);
}

/**
 * dm_unet_forward:
 * @self: packed, see dm_unet_pack()
 * @plan: one of @self; used by one caller at a time
 */
void
dm_unet_forward (const DmUnet *self,
                 DmUnetPlan   *plan,
                 float        *pred,
                 const float  *xt,
                 const float  *logsnr,
                 const int    *class_id)
{
  const DmContext *context = &plan->context;
  DmTensor         x = view (plan, xt), y = view (plan, pred);

  g_assert (plan->unet == self);

  dm_embedding_forward (&self->embedding, &plan->embedding, logsnr, class_id,
                        plan->scale, plan->labels, context);
  dm_pool_run (context->pool, condition_chunk, plan, self->n_stages);

  dm_space_to_depth (&plan->stages[0].x, &x, self->config.patch, context);
  for (size_t i = 0; i < self->n_stages; i++)
    {
      DmDropout dropout = get_dropout (plan, i);

      dm_stage_forward (self->stages[i], &plan->stages[i], &dropout, plan->wrap,
                        context);
    }
  dm_depth_to_space (&y, &plan->stages[self->n_stages - 1].y,
                     self->config.patch, false, context);
}

static void
conditions_backward (const DmUnet *self, DmUnetPlan *plan)
{
  bool add = false;

  for (size_t i = 0; i < self->n_stages; i++)
    if (self->stages[i]->kind == DM_STAGE_RES)
      {
        dm_linear_backward (&self->stages[i]->res.condition,
                            &plan->embedding.dy, add,
                            &plan->stages[i].res.dcondition, &plan->embedding.y,
                            &plan->context);
        add = true;
      }

  dm_embedding_backward (&self->embedding, &plan->embedding, &plan->context);
}

/**
 * dm_unet_backward:
 * @dxt: (inout) (nullable) [n, h, w, channels], added to
 * @dpred: [n, h, w, channels], gradient of pred
 */
void
dm_unet_backward (const DmUnet *self,
                  DmUnetPlan   *plan,
                  float        *dxt,
                  const float  *dpred)
{
  const DmContext *context = &plan->context;
  DmTensor         dy = view (plan, dpred);

  g_assert (plan->unet == self && plan->mode == DM_PLAN_TRAIN &&
            self->params->gradients != NULL);

  dm_space_to_depth (&plan->stages[self->n_stages - 1].dy, &dy,
                     self->config.patch, context);
  plan->stages[0].unwanted = dxt == NULL;
  for (size_t i = self->n_stages; i-- > 0;)
    {
      DmDropout dropout = get_dropout (plan, i);

      dm_stage_backward (self->stages[i], &plan->stages[i], &dropout,
                         plan->wrap, context);
    }
  conditions_backward (self, plan);

  if (dxt != NULL)
    {
      DmTensor dx = view (plan, dxt);

      dm_depth_to_space (&dx, &plan->stages[0].dx, self->config.patch, true,
                         context);
    }
}
