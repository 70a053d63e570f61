/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet-private.h"

/* One past the last stage of the group that begins at @first. */
static size_t
group_end (const DmUnet *unet, size_t first)
{
  size_t end = first;

  while (end < unet->n_stages &&
         unet->stages[end]->group == unet->stages[first]->group)
    end++;

  return end;
}

static size_t
group_begin (const DmUnet *unet, size_t end)
{
  size_t begin = end - 1;

  while (begin > 0 &&
         unet->stages[begin - 1]->group == unet->stages[begin]->group)
    begin--;

  return begin;
}

static DmTensor
place (const DmUnetPlan *self, DmArena *arena, size_t level, size_t c)
{
  size_t patch = self->unet->config.patch;

  return dm_arena_tensor (arena, self->n, self->h / patch >> level,
                          self->w / patch >> level, c, false);
}

/* Where a stage's output lives, and its level. */
static size_t
output_level (const DmStage *stage)
{
  return stage->level + (stage->kind == DM_STAGE_DOWN) -
         (stage->kind == DM_STAGE_UP);
}

/* The place, in @concats, of the value that the group ending before @end gives
 * to the rest of the network.
 */
static DmTensor
group_value (const DmUnet *unet, const DmTensor *concats, size_t end)
{
  size_t pushed = unet->stages[end - 1]->pushes;
  size_t popped = unet->stages[end]->pops;

  if (pushed != DM_NO_CONCAT)
    return dm_tensor_slice (&concats[pushed], unet->concats[pushed].c_below,
                            unet->concats[pushed].c_skip);

  return dm_tensor_slice (&concats[popped], 0, unet->concats[popped].c_below);
}

/* Pushes the tensor of a concat. Returns: where the stack was. */
static size_t
push (DmUnetPlan *self, DmArena *arena, DmTensor *concats, size_t index)
{
  const DmConcat *concat = &self->unet->concats[index];
  size_t          mark = dm_arena_mark (arena);

  concats[index] =
      place (self, arena, concat->level, concat->c_below + concat->c_skip);

  return mark;
}

static void
plan_conditions (DmUnetPlan *self, DmPlanner *planner)
{
  const DmUnet *unet = self->unet;

  dm_embedding_plan (&unet->embedding, &self->embedding, planner);
  for (size_t i = 0; i < unet->n_stages; i++)
    if (unet->stages[i]->kind == DM_STAGE_RES)
      dm_res_block_plan_condition (&unet->stages[i]->res, &self->stages[i].res,
                                   planner);
}

/* --- forward ----------------------------------------------------------- */

static void
plan_group (DmUnetPlan *self, DmPlanner *planner, size_t first, size_t end)
{
  const DmUnet *unet = self->unet;
  DmStagePlan  *plans = self->stages;

  for (size_t i = first; i < end; i++)
    {
      const DmStage *stage = unet->stages[i];
      DmTensor       x, y;

      if (stage->pops != DM_NO_CONCAT)
        x = self->concats[stage->pops];
      else
        x = i > 0 ? plans[i - 1].y : plans[0].x;

      if (i + 1 < end)
        y = place (self, planner->arena, output_level (stage), stage->c_out);
      else
        y = end < unet->n_stages ? group_value (unet, self->concats, end) :
                                   plans[i].y;

      dm_stage_plan (stage, &plans[i], planner, y, x);
    }
}

static void
plan_forward (DmUnetPlan *self, DmPlanner *planner)
{
  const DmUnet      *unet = self->unet;
  DmArena           *arena = planner->arena;
  g_autofree size_t *marks = g_new0 (size_t, unet->n_concats);
  size_t             last = unet->n_stages - 1, end;

  self->stages[0].x = place (self, arena, 0, unet->stages[0]->c_in);
  self->stages[last].y = place (self, arena, 0, unet->stages[last]->c_out);

  for (size_t first = 0; first < unet->n_stages; first = end)
    {
      size_t pushes, pops = unet->stages[first]->pops, mark;

      end = group_end (unet, first);
      pushes = unet->stages[end - 1]->pushes;

      if (pushes != DM_NO_CONCAT)
        marks[pushes] = push (self, arena, self->concats, pushes);

      mark = dm_arena_mark (arena);
      plan_group (self, planner, first, end);
      dm_planner_release (planner, mark);

      if (pops != DM_NO_CONCAT)
        dm_planner_release (planner, marks[pops]);
    }
}

/* --- backward: the mirror image ---------------------------------------- */

static void
plan_group_backward (DmUnetPlan *self,
                     DmPlanner  *planner,
                     size_t      first,
                     size_t      end)
{
  const DmUnet *unet = self->unet;
  DmStagePlan  *plans = self->stages;

  for (size_t i = end; i-- > first;)
    {
      const DmStage *stage = unet->stages[i];
      bool           add = false;
      DmTensor       dx, dy;

      if (i + 1 < end)
        dy = plans[i + 1].dx;
      else
        dy = end < unet->n_stages ? group_value (unet, self->dconcats, end) :
                                    plans[i].dy;

      if (stage->pops != DM_NO_CONCAT)
        dx = self->dconcats[stage->pops];
      else if (i > first || i == 0)
        dx = place (self, planner->arena, stage->level, stage->c_in);
      else
        {
          /* the way up has left the gradient of the skip there */
          dx = group_value (unet, self->dconcats, i);
          add = true;
        }

      dm_stage_plan_backward (stage, &plans[i], planner, dx, add, dy);
    }
}

static void
plan_backward (DmUnetPlan *self, DmPlanner *planner)
{
  const DmUnet      *unet = self->unet;
  DmArena           *arena = planner->arena;
  g_autofree size_t *marks = g_new0 (size_t, unet->n_concats);
  size_t             last = unet->n_stages - 1, first;

  self->stages[last].dy = place (self, arena, 0, unet->stages[last]->c_out);

  for (size_t end = unet->n_stages; end > 0; end = first)
    {
      size_t pushes = unet->stages[end - 1]->pushes, pops, mark;

      first = group_begin (unet, end);
      pops = unet->stages[first]->pops;

      if (pops != DM_NO_CONCAT)
        marks[pops] = push (self, arena, self->dconcats, pops);

      mark = dm_arena_mark (arena);
      plan_group_backward (self, planner, first, end);
      dm_arena_release (arena, mark);

      if (pushes != DM_NO_CONCAT)
        dm_arena_release (arena, marks[pushes]);
    }
}

/**
 * dm_unet_layout:
 * @planner: its arena measures, or places what it has measured
 *
 * Asks for all that the stages need but scratch, whose size is known after.
 */
void
dm_unet_layout (DmUnetPlan *self, DmPlanner *planner)
{
  plan_conditions (self, planner);
  plan_forward (self, planner);
  if (planner->train)
    plan_backward (self, planner);
}
