/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "bench.h"
#include "check.h"
#include "kernels/conv3x3.h"
#include "kernels/gemm.h"
#include "nn/group-norm.h"
#include "tensor/arena.h"

typedef struct
{
  size_t c, side, n; /* channels in and out, pixels, pictures */
} Shape;

/* Those of networks that a processor can serve: a guided step has two pictures.
 */
static const Shape shapes[] = {
  { 64, 32, 2 },   { 64, 32, 16 }, { 128, 16, 2 }, { 128, 16, 16 },
  { 128, 8, 2 },   { 128, 8, 16 }, { 128, 64, 2 }, { 256, 32, 2 },
  { 256, 32, 16 }, { 384, 16, 2 }, { 512, 8, 2 },
};

typedef enum
{
  DIRECT,
  F2,
  F4,
  DATA_GRADIENT,
  WEIGHT_GRADIENT,
  MATMUL,
  NORM,
  NORM_GRADIENT,
  N_KINDS
} Kind;

static const char *const kind_names[N_KINDS] = {
  "direct", "f2", "f4", "conv-dx", "conv-dw", "matmul", "norm", "norm-dx",
};

/* One kernel with all that it reads and writes, in an arena. */
typedef struct
{
  Kind            kind;
  Shape           shape;
  DmArena         arena;
  DmContext       context;
  DmTensor        x, y, dx; /* y bordered, as the next layer wants it */
  float          *w, *bias, *dw, *condition;
  DmConvWeights   conv;
  DmMatmulWeights matmul;

  DmParams       *params;
  DmGroupNorm     norm;
  DmGroupNormPlan norm_plan;
} Kernel;

static DmConvAlgorithm
choose_algorithm (const Kernel *self)
{
  Shape s = self->shape;

  switch (self->kind)
    {
    case DIRECT:
      return DM_CONV_DIRECT;
    case F2:
      return DM_CONV_F2;
    case F4:
      return DM_CONV_F4;
    default:
      return dm_conv3x3_plan (
          &(DmConvShape){ DM_CONV_INFER_N, s.side, s.side, s.c, s.c, 1 });
    }
}

/* Measures, or places what was measured. */
static void
place (Kernel *self)
{
  const DmKernels *k = self->context.kernels;
  DmArena         *arena = &self->arena;
  Shape            s = self->shape;
  DmConvAlgorithm  algorithm = choose_algorithm (self);
  DmPlanner planner = { .arena = arena, .kernels = k, .n = s.n, .train = true };

  self->x = dm_arena_tensor (arena, s.n, s.side, s.side, s.c, true);
  self->y = dm_arena_tensor (arena, s.n, s.side, s.side, s.c, true);
  self->dx = dm_arena_tensor (arena, s.n, s.side, s.side, s.c, false);
  self->w = dm_arena_floats (arena, 9 * s.c * s.c);
  self->dw = dm_arena_floats (arena, 9 * s.c * s.c);
  self->bias = dm_arena_floats (arena, s.c);
  self->condition = dm_arena_floats (arena, 2 * s.n * s.c);
  self->conv = (DmConvWeights){ algorithm, s.c, s.c, NULL };
  self->conv.data = dm_arena_floats (
      arena, dm_conv3x3_packed_floats (k, algorithm, s.c, s.c));
  self->matmul = (DmMatmulWeights){ s.c, s.c, NULL };
  self->matmul.data =
      dm_arena_floats (arena, dm_matmul_packed_floats (k, s.c, s.c));

  dm_planner_need (&planner, dm_conv3x3_scratch (k, algorithm, s.n, s.side,
                                                 s.side, s.c, s.c));
  dm_planner_need (&planner, dm_conv3x3_backward_weight_scratch (
                                 k, DM_CONV_F4, s.n, s.side, s.side, s.c, s.c));
  dm_group_norm_plan (&self->norm, &self->norm_plan, &planner, &self->x);
  self->context.scratch_floats = (planner.scratch.worker + 15) / 16 * 16;
  self->context.scratch =
      dm_arena_floats (arena, dm_pool_get_n_workers (self->context.pool) *
                                  self->context.scratch_floats);
  self->context.shared = dm_arena_floats (arena, planner.scratch.shared);
}

static void
fill (DmTensor *x, uint32_t sub)
{
  for (size_t i = 0; i < x->n; i++)
    for (size_t y = 0; y < x->h; y++)
      dm_test_random (dm_tensor_at (x, i, y, 0), x->w * x->pixel,
                      sub + (uint32_t) (i * x->h + y));
}

static void
kernel_free (void *data)
{
  Kernel *self = data;

  dm_arena_clear (&self->arena);
  dm_params_free (self->params);
  g_free (self);
}

static Kernel *
kernel_new (Kind kind, Shape shape, DmPool *pool)
{
  Kernel   *self = g_new0 (Kernel, 1);
  DmPacks   packs;
  DmBuilder builder = { .packs = &packs, .h = shape.side, .w = shape.side };
  g_autoptr (GError) error = NULL;

  self->kind = kind;
  self->shape = shape;
  self->context.kernels = dm_kernels_get_default ();
  self->context.pool = pool;
  self->params = builder.params = dm_params_new ();
  dm_packs_init (&packs, self->context.kernels);
  dm_group_norm_init (&self->norm, &builder, "norm", shape.c, 32, true);
  dm_packs_clear (&packs);
  dm_params_allocate (self->params);
  dm_params_allocate_gradients (self->params);
  dm_params_init (self->params, 1);

  place (self);
  if (!dm_arena_reserve (&self->arena, &error))
    g_error ("%s", error->message);
  place (self);

  fill (&self->x, 1000);
  fill (&self->y, 500000);
  dm_test_random (self->w, 9 * shape.c * shape.c, 1);
  dm_test_random (self->bias, shape.c, 2);
  dm_test_random (self->condition, 2 * shape.n * shape.c, 3);
  dm_border_fill (&self->x, DM_WRAP_NONE, &self->context);
  dm_border_fill (&self->y, DM_WRAP_NONE, &self->context);
  dm_conv3x3_pack (&self->conv, self->w, kind == DATA_GRADIENT, &self->context);
  dm_matmul_pack (&self->matmul, self->w, false, &self->context);
  dm_group_norm_forward (&self->norm, &self->norm_plan, &self->y, &self->x,
                         self->condition, &self->context);

  return self;
}

static void
run_matmul (Kernel *self)
{
  size_t n_rows = self->shape.n * self->shape.side * self->shape.side;
  size_t c = self->shape.c;

  /* any dense rows will do: those of y's memory, which has more */
  dm_matmul (self->dx.data, c, self->y.data, c, &self->matmul, self->bias, NULL,
             0, n_rows, &self->context);
}

static void
kernel_run (void *data)
{
  Kernel *self = data;

  switch (self->kind)
    {
    case MATMUL:
      run_matmul (self);
      break;
    case WEIGHT_GRADIENT:
      dm_conv3x3_backward_weight (self->dw, &self->y, &self->x, DM_CONV_F4,
                                  &self->context);
      break;
    case NORM:
      dm_group_norm_forward (&self->norm, &self->norm_plan, &self->y, &self->x,
                             self->condition, &self->context);
      break;
    case NORM_GRADIENT:
      dm_group_norm_backward (&self->norm, &self->norm_plan, &self->dx, false,
                              NULL, NULL, &self->y, &self->x, self->condition,
                              &self->context);
      break;
    case DATA_GRADIENT:
      dm_conv3x3_forward (&self->dx, &self->x, &self->conv, NULL, NULL, 1,
                          &self->context);
      break;
    default:
      dm_conv3x3_forward (&self->dx, &self->x, &self->conv, self->bias, NULL, 1,
                          &self->context);
      break;
    }
}

static void
add_kernel (Bench *bench, Kind kind, Shape s)
{
  g_autofree char *name =
      g_strdup_printf ("%s/%zu@%zu/%zu", kind_names[kind], s.c, s.side, s.n);
  double elements = (double) (s.n * s.side * s.side * s.c), flops = 0.0;

  if (!bench_wants (bench, name))
    return;

  if (kind < MATMUL)
    flops = 2.0 * 9.0 * (double) s.c * elements;
  else if (kind == MATMUL)
    flops = 2.0 * (double) s.c * elements;

  bench_add (bench, name, flops, elements, kernel_run,
             kernel_new (kind, s, bench->pool), kernel_free);
}

/* Convolutions by each algorithm, both gradients as training computes them,
 * products with packed weights, and the fused group norm.
 */
void
bench_add_kernels (Bench *self)
{
  for (Kind kind = 0; kind < N_KINDS; kind++)
    for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
      add_kernel (self, kind, shapes[i]);
}
