/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "model/classifier-private.h"
#include "tensor/error.h"

#define MAX_PICTURES 65536

/* --- layout ----------------------------------------------------------------
 */

static DmTensor
ask (DmPlanner *planner, size_t side, size_t c)
{
  return dm_arena_tensor (planner->arena, planner->n, side, side, c, false);
}

/* Side of what a stage writes. */
static size_t
get_side (const DmClassifier *self, size_t stage)
{
  const DmStage *s = self->stages[stage];
  size_t         side = self->config.resolution / self->config.patch;

  return side >> (s->level + (s->kind == DM_STAGE_DOWN));
}

static void
plan_forward (DmClassifierPlan *self, DmPlanner *planner)
{
  const DmClassifier *net = self->classifier;
  DmTensor x = ask (planner, net->config.resolution / net->config.patch,
                    net->stages[0]->c_in);

  for (size_t i = 0; i < net->n_stages; i++)
    {
      DmTensor y = ask (planner, get_side (net, i), net->stages[i]->c_out);

      if (net->stages[i]->kind == DM_STAGE_RES)
        dm_res_block_plan_condition (&net->stages[i]->res, &self->stages[i].res,
                                     planner);
      dm_stage_plan (net->stages[i], &self->stages[i], planner, y, x);
      x = y;
    }

  self->last = x;
  dm_group_norm_plan (&net->norm, &self->norm, planner, &x);
  self->normed = ask (planner, x.h, x.c);
  self->features = ask (planner, 1, x.c);
  self->logits = ask (planner, 1, net->config.n_classes);
  dm_linear_plan (&net->head, planner, &self->logits);
}

/* Two buffers that all gradients of activations fit into: each stage reads the
 * one and writes the other.
 */
static void
plan_buffers (const DmClassifierPlan *self,
              DmPlanner              *planner,
              float                  *buffer[2])
{
  size_t largest = dm_tensor_n_floats (&self->stages[0].x);

  for (size_t i = 0; i < self->classifier->n_stages; i++)
    largest = MAX (largest, dm_tensor_n_floats (&self->stages[i].y));

  buffer[0] = dm_arena_floats (planner->arena, largest);
  buffer[1] = dm_arena_floats (planner->arena, largest);
}

/* A tensor of another's shape. */
static DmTensor
place_like (const DmTensor *x, float *memory)
{
  DmTensor layout = dm_tensor_layout (x->n, x->h, x->w, x->c, false);

  return memory != NULL ? dm_tensor_place (layout, memory) : layout;
}

static void
plan_backward (DmClassifierPlan *self, DmPlanner *planner)
{
  const DmClassifier *net = self->classifier;
  float              *buffer[2];
  DmTensor            dy;

  self->dlogits = ask (planner, 1, net->config.n_classes);
  self->dfeatures = ask (planner, 1, self->last.c);
  self->dnormed = ask (planner, self->last.h, self->last.c);
  plan_buffers (self, planner, buffer);
  self->dlast = dy = place_like (&self->last, buffer[net->n_stages % 2]);

  for (size_t i = net->n_stages; i-- > 0;)
    {
      DmTensor dx = place_like (&self->stages[i].x, buffer[i % 2]);

      dm_stage_plan_backward (net->stages[i], &self->stages[i], planner, dx,
                              false, dy);
      dy = dx;
    }
}

/* Measures, or places what was measured. */
static void
plan_all (DmClassifierPlan *self)
{
  size_t    n_workers = dm_pool_get_n_workers (self->context.pool);
  DmPlanner planner = {
    .arena = &self->arena,
    .kernels = self->context.kernels,
    .n = self->n,
    .wrap = self->classifier->config.circular ? DM_WRAP_XY : DM_WRAP_NONE,
    .train = self->mode == DM_PLAN_TRAIN,
  };

  plan_forward (self, &planner);
  if (planner.train)
    plan_backward (self, &planner);

  /* scratch lies above all that is in use while it is in use */
  dm_arena_release (&self->arena, self->arena.peak);
  self->context.scratch_floats = (planner.scratch.worker + 15) / 16 * 16;
  self->context.scratch =
      dm_arena_floats (&self->arena, n_workers * self->context.scratch_floats);
  self->context.shared = dm_arena_floats (&self->arena, planner.scratch.shared);
}

/* --- plan ------------------------------------------------------------------
 */

/* Measured, but without memory. */
static DmClassifierPlan *
plan_new (const DmClassifier *classifier,
          DmPlanMode          mode,
          size_t              n,
          DmPool             *pool)
{
  DmClassifierPlan *self = g_new0 (DmClassifierPlan, 1);

  self->classifier = classifier;
  self->mode = mode;
  self->n = n;
  self->context.kernels = classifier->packs.kernels;
  self->context.pool = pool;
  self->stages = g_new0 (DmStagePlan, classifier->n_stages);
  plan_all (self);

  return self;
}

/**
 * dm_classifier_plan_new:
 * @n: pictures of one pass
 * @pool: (nullable): lent for the life of the plan
 *
 * Errors: %DM_ERROR_OPTION for a number that cannot be, %DM_ERROR_MEMORY
 *
 * Returns: (transfer full) (nullable)
 */
DmClassifierPlan *
dm_classifier_plan_new (const DmClassifier *self,
                        DmPlanMode          mode,
                        size_t              n,
                        DmPool             *pool,
                        GError            **error)
{
  g_autoptr (DmClassifierPlan) plan = NULL;

  if (n < 1 || n > MAX_PICTURES)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("%zu pictures cannot be looked at at once; choose a "
                      "batch of 1 to %d"),
                   n, MAX_PICTURES);
      return NULL;
    }

  plan = plan_new (self, mode, n, pool);
  if (!dm_arena_reserve (&plan->arena, error))
    return NULL;
  plan_all (plan);

  return g_steal_pointer (&plan);
}

/**
 * dm_classifier_plan_free:
 * @self: (nullable)
 */
void
dm_classifier_plan_free (DmClassifierPlan *self)
{
  if (self == NULL)
    return;

  dm_arena_clear (&self->arena);
  g_free (self->stages);
  g_free (self);
}

/**
 * dm_classifier_plan_get_bytes:
 *
 * Returns: bytes of memory that the plan holds.
 */
size_t
dm_classifier_plan_get_bytes (const DmClassifierPlan *self)
{
  return self->arena.capacity;
}

/**
 * dm_classifier_plan_measure:
 *
 * Returns: bytes that a plan for so many pictures on all processors would take,
 * without taking them; 0 if there can be no such plan.
 */
size_t
dm_classifier_plan_measure (const DmClassifier *self, DmPlanMode mode, size_t n)
{
  g_autoptr (DmClassifierPlan) plan = NULL;

  if (n < 1 || n > MAX_PICTURES)
    return 0;

  plan = plan_new (self, mode, n, dm_pool_get_default ());

  return plan->arena.peak;
}

/**
 * dm_classifier_plan_set_dropout:
 * @seed: of the training run
 * @first_picture: number of pictures that went before the plan's first one
 */
void
dm_classifier_plan_set_dropout (DmClassifierPlan *self,
                                guint64           seed,
                                guint64           first_picture)
{
  self->dropout_seed = seed;
  self->first_picture = first_picture;
}
