/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet-private.h"

#include <glib/gi18n-lib.h>

#include "tensor/error.h"

/* Products of sizes stay far below 2^64. */
#define MAX_SIDE 65536
#define MAX_PIXELS (G_GUINT64_CONSTANT (1) << 36)

/* Measures, or places what was measured. */
static void
plan_all (DmUnetPlan *self)
{
  size_t    n_workers = dm_pool_get_n_workers (self->context.pool);
  DmPlanner planner = {
    .arena = &self->arena,
    .kernels = self->context.kernels,
    .n = self->n,
    .wrap = self->wrap,
    .train = self->mode == DM_PLAN_TRAIN,
  };

  dm_unet_layout (self, &planner);
  self->n_value_bytes = self->arena.peak;

  /* scratch lies above all that is in use while it is in use */
  dm_arena_release (&self->arena, self->arena.peak);
  self->context.scratch_floats = (planner.scratch.worker + 15) / 16 * 16;
  self->context.scratch =
      dm_arena_floats (&self->arena, n_workers * self->context.scratch_floats);
  self->context.shared = dm_arena_floats (&self->arena, planner.scratch.shared);
}

static DmUnetPlan *
plan_new (const DmUnet *unet,
          DmPlanMode    mode,
          size_t        n,
          size_t        h,
          size_t        w,
          DmWrap        wrap,
          DmPool       *pool)
{
  DmUnetPlan *self = g_new0 (DmUnetPlan, 1);

  self->unet = unet;
  self->mode = mode;
  self->n = n;
  self->h = h;
  self->w = w;
  self->wrap = wrap;
  self->context.kernels = unet->packs.kernels;
  self->context.pool = pool;
  self->stages = g_new0 (DmStagePlan, unet->n_stages);
  self->concats = g_new0 (DmTensor, unet->n_concats);
  self->dconcats = g_new0 (DmTensor, unet->n_concats);

  plan_all (self);

  return self;
}

static gboolean
check_size (const DmUnet *unet, size_t n, size_t h, size_t w, GError **error)
{
  size_t stride = dm_unet_get_stride (unet);

  if (n < 1 || h < 1 || w < 1 || n > MAX_SIDE || h > MAX_SIDE || w > MAX_SIDE ||
      (guint64) n * h * w > MAX_PIXELS)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("%zu pictures of %zux%zu pixels cannot be drawn at "
                      "once; choose fewer or smaller ones"),
                   n, w, h);
      return FALSE;
    }

  if (h % stride != 0 || w % stride != 0)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("this network draws pictures whose sides are multiples "
                      "of %zu pixels, not %zux%zu"),
                   stride, w, h);
      return FALSE;
    }

  return TRUE;
}

/**
 * dm_unet_plan_new:
 * @n: pictures of one pass
 * @h, @w: their size in pixels, multiples of dm_unet_get_stride()
 * @wrap: which edges meet; training a circular network, both
 * @pool: (nullable): lent for the life of the plan
 *
 * Errors: %DM_ERROR_OPTION for a size that cannot be, %DM_ERROR_MEMORY
 *
 * Returns: (transfer full) (nullable)
 */
DmUnetPlan *
dm_unet_plan_new (const DmUnet *self,
                  DmPlanMode    mode,
                  size_t        n,
                  size_t        h,
                  size_t        w,
                  DmWrap        wrap,
                  DmPool       *pool,
                  GError      **error)
{
  g_autoptr (DmUnetPlan) plan = NULL;

  if (!check_size (self, n, h, w, error))
    return NULL;

  plan = plan_new (self, mode, n, h, w, wrap, pool);
  if (!dm_arena_reserve (&plan->arena, error))
    return NULL;

  plan_all (plan);

  return g_steal_pointer (&plan);
}

/**
 * dm_unet_plan_free:
 * @self: (nullable)
 */
void
dm_unet_plan_free (DmUnetPlan *self)
{
  if (self == NULL)
    return;

  dm_arena_clear (&self->arena);
  g_free (self->stages);
  g_free (self->concats);
  g_free (self->dconcats);
  g_free (self);
}

/**
 * dm_unet_plan_get_bytes:
 *
 * Returns: bytes of memory that the plan holds.
 */
size_t
dm_unet_plan_get_bytes (const DmUnetPlan *self)
{
  return self->arena.capacity;
}

/**
 * dm_unet_plan_measure:
 *
 * Returns: bytes that a plan for these pictures on all processors would take,
 * without taking them; 0 if there can be no such plan.
 */
size_t
dm_unet_plan_measure (const DmUnet *self,
                      DmPlanMode    mode,
                      size_t        n,
                      size_t        h,
                      size_t        w,
                      DmWrap        wrap)
{
  g_autoptr (DmUnetPlan) plan = NULL;

  if (!check_size (self, n, h, w, NULL))
    return 0;

  plan = plan_new (self, mode, n, h, w, wrap, dm_pool_get_default ());

  return plan->arena.peak;
}

/**
 * dm_unet_plan_measure_values:
 *
 * Returns: bytes of the values between the layers for one picture of this size,
 * which can be, when nothing is trained: the same on every machine.
 */
size_t
dm_unet_plan_measure_values (const DmUnet *self, size_t h, size_t w)
{
  g_autoptr (DmUnetPlan) plan =
      plan_new (self, DM_PLAN_INFER, 1, h, w, DM_WRAP_NONE, NULL);

  return plan->n_value_bytes;
}

/**
 * dm_unet_plan_set_dropout:
 * @seed: of the training run
 * @first_picture: number of pictures that went before the plan's first one in
 * this run, so that every picture has draws of its own however a batch is split
 */
void
dm_unet_plan_set_dropout (DmUnetPlan *self, guint64 seed, guint64 first_picture)
{
  self->dropout_seed = seed;
  self->first_picture = first_picture;
}

/**
 * dm_unet_plan_set_scale:
 * @scale: (nullable) [n]
 */
void
dm_unet_plan_set_scale (DmUnetPlan *self, const float *scale)
{
  self->scale = scale;
}

/**
 * dm_unet_plan_set_labels:
 * @labels: (nullable) [n, DM_AUGMENT_LABELS]
 */
void
dm_unet_plan_set_labels (DmUnetPlan *self, const float *labels)
{
  self->labels = labels;
}
