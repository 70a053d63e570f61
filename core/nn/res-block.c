/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/res-block.h"

#include <glib.h>
#include <string.h>

#include "nn/resample.h"

static bool
has_skip (const DmResBlock *self)
{
  return self->c_in != self->c_out;
}

static bool
is_conditioned (const DmResBlock *self)
{
  return self->condition.c_in > 0;
}

/**
 * dm_res_block_init:
 * @embedding: width of the vector that conditions the block; 0: nothing does
 */
void
dm_res_block_init (DmResBlock *self,
                   DmBuilder  *builder,
                   const char *scope,
                   size_t      c_in,
                   size_t      c_out,
                   size_t      embedding,
                   size_t      n_groups)
{
  g_autofree char *norm1 = g_strconcat (scope, ".norm1", NULL);
  g_autofree char *conv1 = g_strconcat (scope, ".conv1", NULL);
  g_autofree char *condition = g_strconcat (scope, ".condition", NULL);
  g_autofree char *norm2 = g_strconcat (scope, ".norm2", NULL);
  g_autofree char *conv2 = g_strconcat (scope, ".conv2", NULL);
  g_autofree char *skip = g_strconcat (scope, ".skip", NULL);

  self->c_in = c_in;
  self->c_out = c_out;

  dm_group_norm_init (&self->norm1, builder, norm1, c_in, n_groups, true);
  dm_conv2d_init (&self->conv1, builder, conv1, c_in, c_out, 1,
                  DM_START_RANDOM);
  if (embedding > 0)
    dm_linear_init (&self->condition, builder, condition, embedding, 2 * c_out,
                    0, DM_START_RANDOM);
  dm_group_norm_init (&self->norm2, builder, norm2, c_out, n_groups, true);
  dm_conv2d_init (&self->conv2, builder, conv2, c_out, c_out, 1, DM_START_ZERO);
  if (has_skip (self))
    {
      dm_linear_init (&self->skip, builder, skip, c_in, c_out, 2,
                      DM_START_RANDOM);
      /* both biases are added to y, so their gradients are the same */
      self->skip.is_twin = true;
      self->conv2.twin_bias = self->skip.bias;
    }
}

/**
 * dm_res_block_plan_condition:
 *
 * Places the tables of scales and shifts, if there are any, which live through
 * the whole pass; to be called before dm_res_block_plan().
 */
void
dm_res_block_plan_condition (const DmResBlock *self,
                             DmResBlockPlan   *plan,
                             DmPlanner        *planner)
{
  DmArena *arena = planner->arena;
  size_t   n = planner->n, c = 2 * self->c_out;

  *plan = (DmResBlockPlan){ .wrap = planner->wrap };
  if (!is_conditioned (self))
    return;

  plan->condition = dm_arena_tensor (arena, n, 1, 1, c, false);
  if (planner->train)
    plan->dcondition = dm_arena_tensor (arena, n, 1, 1, c, false);
  dm_linear_plan (&self->condition, planner, &plan->condition);
}

/**
 * dm_res_block_plan:
 * @y: (out) [n, h, w, c_out], not @x
 * @x: [n, h, w, c_in]
 */
void
dm_res_block_plan (const DmResBlock *self,
                   DmResBlockPlan   *plan,
                   DmPlanner        *planner,
                   DmTensor          y,
                   DmTensor          x)
{
  DmArena *arena = planner->arena;
  size_t   mark = dm_arena_mark (arena), mark1;
  size_t   n = x.n, h = x.h, w = x.w, c_in = self->c_in, c_out = self->c_out;

  plan->x = x;
  plan->y = y;

  dm_group_norm_plan (&self->norm1, &plan->norm1, planner, &x);
  plan->h = dm_arena_tensor (arena, n, h, w, c_out, false);
  dm_group_norm_plan (&self->norm2, &plan->norm2, planner, &plan->h);

  mark1 = dm_arena_mark (arena);
  plan->active1 = dm_arena_tensor (arena, n, h, w, c_in, true);
  dm_planner_release (planner, mark1);
  plan->active2 = dm_arena_tensor (arena, n, h, w, c_out, true);

  dm_conv2d_plan (&self->conv1, planner, h, w);
  dm_conv2d_plan (&self->conv2, planner, h, w);
  if (has_skip (self))
    dm_linear_plan (&self->skip, planner, &y);

  dm_planner_release (planner, mark);
}

/**
 * dm_res_block_plan_backward:
 * @dx: (inout) [n, h, w, c_in]
 * @add: whether @dx already holds a gradient, to be added to
 * @dy: [n, h, w, c_out]
 */
void
dm_res_block_plan_backward (const DmResBlock *self,
                            DmResBlockPlan   *plan,
                            DmPlanner        *planner,
                            DmTensor          dx,
                            bool              add,
                            DmTensor          dy)
{
  DmArena *arena = planner->arena;
  size_t   mark = dm_arena_mark (arena);
  size_t   n = dy.n, h = dy.h, w = dy.w;

  plan->dx = dx;
  plan->dy = dy;
  plan->add = add;

  plan->spread = dm_arena_tensor (arena, n, h, w, self->c_out, true);
  plan->dh = plan->spread; /* the gradient of y is used up before */
  plan->dactive2 = dm_arena_tensor (arena, n, h, w, self->c_out, false);
  plan->dactive1 = dm_arena_tensor (arena, n, h, w, self->c_in, false);

  dm_arena_release (arena, mark);
}

/**
 * dm_res_block_forward:
 * @plan: its condition [n, 2 c_out] is set, if the block has one
 * @dropout: (nullable)
 *
 * Source: Dhariwal & Nichol 2021, section 3.1.
 */
void
dm_res_block_forward (const DmResBlock *self,
                      DmResBlockPlan   *plan,
                      const DmDropout  *dropout,
                      const DmContext  *context)
{
  dm_group_norm_forward (&self->norm1, &plan->norm1, &plan->active1, &plan->x,
                         NULL, context);
  dm_border_fill (&plan->active1, plan->wrap, context);
  dm_conv2d_forward (&self->conv1, &plan->h, &plan->active1, NULL, context);

  dm_group_norm_forward (&self->norm2, &plan->norm2, &plan->active2, &plan->h,
                         plan->condition.data, context);
  if (dropout != NULL && dropout->p > 0.0)
    dm_dropout (&plan->active2, dropout->p, dropout->rng,
                dropout->first_picture, context);
  dm_border_fill (&plan->active2, plan->wrap, context);

  if (has_skip (self))
    dm_linear_forward (&self->skip, &plan->y, &plan->x, NULL, context);
  dm_conv2d_forward (&self->conv2, &plan->y, &plan->active2,
                     has_skip (self) ? &plan->y : &plan->x, context);
}

/**
 * dm_res_block_backward:
 * @plan: as dm_res_block_forward() left it, with dy set; its dx is written or
 * added to, and its dcondition [n, 2 c_out], if any, written
 * @dropout: as in forward
 */
void
dm_res_block_backward (const DmResBlock *self,
                       DmResBlockPlan   *plan,
                       const DmDropout  *dropout,
                       const DmContext  *context)
{
  DmTensor *dcondition = &plan->dcondition;

  dm_conv2d_backward (&self->conv2, &plan->dactive2, false, &plan->dy,
                      &plan->active2, &plan->spread, plan->wrap, context);
  if (dropout != NULL && dropout->p > 0.0)
    dm_dropout (&plan->dactive2, dropout->p, dropout->rng,
                dropout->first_picture, context);

  if (is_conditioned (self))
    memset (dcondition->data, 0,
            dcondition->n * dcondition->c * sizeof (float));
  dm_group_norm_backward (&self->norm2, &plan->norm2, &plan->dh, false, NULL,
                          dcondition->data, &plan->dactive2, &plan->h,
                          plan->condition.data, context);
  dm_conv2d_backward (&self->conv1, &plan->dactive1, false, &plan->dh,
                      &plan->active1, &plan->dh, plan->wrap, context);

  if (has_skip (self))
    dm_linear_backward (&self->skip, &plan->dx, plan->add, &plan->dy, &plan->x,
                        context);
  dm_group_norm_backward (&self->norm1, &plan->norm1, &plan->dx,
                          has_skip (self) || plan->add,
                          has_skip (self) ? NULL : &plan->dy, NULL,
                          &plan->dactive1, &plan->x, NULL, context);
}
