/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet-private.h"

#include "nn/resample.h"

/* --- plan -------------------------------------------------------------- */

/* Stages that are one convolution of a changed copy of x. */
static void
plan_conv (const DmStage *self,
           DmStagePlan   *plan,
           DmPlanner     *planner,
           size_t         h,
           size_t         w)
{
  plan->bordered =
      dm_arena_tensor (planner->arena, planner->n, h, w, self->c_in, true);
  dm_conv2d_plan (&self->conv, planner, h, w);
}

/* @y: (out) [n, h, w, c_out], @x: [n, h, w, c_in]; for the stages in and out
 * one of them is a picture, as the network sees it.
 */
void
dm_stage_plan (const DmStage *self,
               DmStagePlan   *plan,
               DmPlanner     *planner,
               DmTensor       y,
               DmTensor       x)
{
  size_t mark = dm_arena_mark (planner->arena);

  plan->x = x;
  plan->y = y;

  switch (self->kind)
    {
    case DM_STAGE_RES:
      dm_res_block_plan (&self->res, &plan->res, planner, y, x);
      return;

    case DM_STAGE_ATTENTION:
      dm_attention_plan (&self->attention, &plan->attention, planner, y, x);
      return;

    case DM_STAGE_UP:
      plan_conv (self, plan, planner, 2 * x.h, 2 * x.w);
      break;

    case DM_STAGE_OUT:
      dm_group_norm_plan (&self->norm, &plan->norm, planner, &x);
      plan_conv (self, plan, planner, x.h, x.w);
      break;

    case DM_STAGE_IN:
    case DM_STAGE_DOWN:
      plan_conv (self, plan, planner, x.h, x.w);
      break;
    }

  dm_planner_release (planner, mark);
}

/* @dx: (inout) like x, @dy: like y; @add: whether @dx already holds a gradient
 */
void
dm_stage_plan_backward (const DmStage *self,
                        DmStagePlan   *plan,
                        DmPlanner     *planner,
                        DmTensor       dx,
                        bool           add,
                        DmTensor       dy)
{
  DmArena        *arena = planner->arena;
  const DmTensor *bordered = &plan->bordered;
  size_t mark = dm_arena_mark (arena), h = bordered->h, w = bordered->w;

  plan->dx = dx;
  plan->dy = dy;
  plan->add = add;

  switch (self->kind)
    {
    case DM_STAGE_RES:
      dm_res_block_plan_backward (&self->res, &plan->res, planner, dx, add, dy);
      return;

    case DM_STAGE_ATTENTION:
      dm_attention_plan_backward (&self->attention, &plan->attention, planner,
                                  dx, add, dy);
      return;

    case DM_STAGE_UP:
    case DM_STAGE_OUT:
      plan->dbordered =
          dm_arena_tensor (arena, planner->n, h, w, self->c_in, false);
      break;

    case DM_STAGE_IN:
    case DM_STAGE_DOWN:
      break;
    }

  plan->spread = dm_arena_tensor (arena, planner->n, h, w, self->c_out, true);
  dm_arena_release (arena, mark);
}

/* --- run --------------------------------------------------------------- */

void
dm_stage_forward (const DmStage   *self,
                  DmStagePlan     *plan,
                  const DmDropout *dropout,
                  DmWrap           wrap,
                  const DmContext *context)
{
  switch (self->kind)
    {
    case DM_STAGE_RES:
      dm_res_block_forward (&self->res, &plan->res, dropout, context);
      return;

    case DM_STAGE_ATTENTION:
      dm_attention_forward (&self->attention, &plan->attention, context);
      return;

    case DM_STAGE_IN:
    case DM_STAGE_DOWN:
      dm_tensor_copy (&plan->bordered, &plan->x, context);
      break;

    case DM_STAGE_UP:
      dm_upsample_forward (&plan->bordered, &plan->x, context);
      break;

    case DM_STAGE_OUT:
      dm_group_norm_forward (&self->norm, &plan->norm, &plan->bordered,
                             &plan->x, NULL, context);
      break;
    }

  dm_border_fill (&plan->bordered, wrap, context);
  dm_conv2d_forward (&self->conv, &plan->y, &plan->bordered, NULL, context);
}

static void
conv_backward (const DmStage   *self,
               DmStagePlan     *plan,
               DmTensor        *dx,
               bool             add,
               DmWrap           wrap,
               const DmContext *context)
{
  dm_conv2d_backward (&self->conv, dx, add, &plan->dy, &plan->bordered,
                      &plan->spread, wrap, context);
}

void
dm_stage_backward (const DmStage   *self,
                   DmStagePlan     *plan,
                   const DmDropout *dropout,
                   DmWrap           wrap,
                   const DmContext *context)
{
  switch (self->kind)
    {
    case DM_STAGE_RES:
      dm_res_block_backward (&self->res, &plan->res, dropout, context);
      break;

    case DM_STAGE_ATTENTION:
      dm_attention_backward (&self->attention, &plan->attention, context);
      break;

    case DM_STAGE_IN:
    case DM_STAGE_DOWN:
      conv_backward (self, plan, plan->unwanted ? NULL : &plan->dx, plan->add,
                     wrap, context);
      break;

    case DM_STAGE_UP:
      conv_backward (self, plan, &plan->dbordered, false, wrap, context);
      dm_upsample_backward (&plan->dx, plan->add, &plan->dbordered, context);
      break;

    case DM_STAGE_OUT:
      conv_backward (self, plan, &plan->dbordered, false, wrap, context);
      dm_group_norm_backward (&self->norm, &plan->norm, &plan->dx, plan->add,
                              NULL, NULL, &plan->dbordered, &plan->x, NULL,
                              context);
      break;
    }
}
