/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <string.h>

#include "check.h"
#include "nn/packs.h"
#include "nn/planner.h"

/* One layer between dense tensors x and y, for tests of gradients. The test
 * begins it, adds its layer, then says how it is planned and run.
 */
typedef struct LayerCase LayerCase;

struct LayerCase
{
  DmParams *params;
  DmPacks   packs;
  DmBuilder builder;
  DmArena   arena;
  DmPlanner planner;
  DmContext context;
  float    *scratch;

  DmTensor x, y, dx, dy;
  bool     add;   /* dx holds something that backward adds to */
  bool     infer; /* plan without backward                    */

  void (*plan) (LayerCase *self); /* after x, y, dx, dy are placed */
  void (*forward) (LayerCase *self);
  void (*backward) (LayerCase *self);
};

/* Native size @h, @w, for which algorithms are chosen. */
static inline void
layer_case_begin (LayerCase *self, size_t h, size_t w)
{
  self->params = dm_params_new ();
  dm_packs_init (&self->packs, dm_kernels_get_default ());
  self->builder = (DmBuilder){ self->params, &self->packs, h, w, false };
  self->context.kernels = self->packs.kernels;
}

static inline void
layer_case_place (LayerCase *self, DmTensor *tensor)
{
  *tensor = dm_arena_tensor (&self->arena, tensor->n, tensor->h, tensor->w,
                             tensor->c, false);
}

static inline void
layer_case_plan (LayerCase *self)
{
  self->planner.arena = &self->arena;
  self->planner.kernels = self->packs.kernels;
  self->planner.n = self->x.n;
  self->planner.train = !self->infer;

  layer_case_place (self, &self->x);
  layer_case_place (self, &self->y);
  self->dx = self->x;
  self->dy = self->y;
  layer_case_place (self, &self->dx);
  layer_case_place (self, &self->dy);
  self->plan (self);
}

/* After the layer has been added; x and y hold the sizes. */
static inline void
layer_case_finish (LayerCase *self, DmPool *pool)
{
  size_t n_workers = dm_pool_get_n_workers (pool);
  size_t worker;

  dm_params_allocate (self->params);
  dm_params_allocate_gradients (self->params);
  dm_test_random (self->params->values, self->params->n_values, 11);
  for (size_t i = 0; i < self->params->n_values; i++)
    self->params->values[i] *= 0.5f;
  dm_packs_run (&self->packs, true, NULL, NULL);

  layer_case_plan (self);
  g_assert_true (dm_arena_reserve (&self->arena, NULL));
  layer_case_plan (self);

  worker = (self->planner.scratch.worker + 15) / 16 * 16;
  self->scratch =
      g_aligned_alloc0 (n_workers * worker + self->planner.scratch.shared + 1,
                        sizeof (float), 64);
  self->context.pool = pool;
  self->context.scratch = self->scratch;
  self->context.scratch_floats = worker;
  self->context.shared = self->scratch + n_workers * worker;

  dm_test_random (self->x.data, dm_tensor_n_floats (&self->x), 1);
  dm_test_random (self->dy.data, dm_tensor_n_floats (&self->y), 2);
}

static inline void
layer_case_end (LayerCase *self)
{
  dm_arena_clear (&self->arena);
  dm_packs_clear (&self->packs);
  dm_params_free (self->params);
  g_aligned_free (self->scratch);
}

/* Σ y dy */
static inline double
layer_case_loss (void *data)
{
  LayerCase *self = data;
  size_t     n = dm_tensor_n_floats (&self->y);
  double     sum = 0.0;

  dm_packs_run (&self->packs, false, NULL, NULL);
  self->forward (self);
  for (size_t i = 0; i < n; i++)
    sum += (double) self->y.data[i] * self->dy.data[i];

  return sum;
}

/* One backward pass upon given contents of dx and zero gradients. */
static inline void
layer_case_backward (LayerCase *self, const float *dx)
{
  memcpy (self->dx.data, dx, dm_tensor_n_floats (&self->dx) * sizeof *dx);
  dm_params_zero_gradients (self->params);
  self->forward (self);
  self->backward (self);
}

static inline void
layer_case_check_params (LayerCase *self)
{
  for (size_t i = 0; i < self->params->n_params; i++)
    {
      DmParam *param = self->params->list[i];

      g_test_message ("%s", param->name);
      dm_assert_gradient (layer_case_loss, self, param->value, param->gradient,
                          param->n);
    }
}

/* A second pass adds the same to every parameter's gradient once more. */
static inline void
layer_case_check_added (LayerCase *self)
{
  size_t            n = self->params->n_values;
  g_autofree float *once = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    once[i] = 2.0f * self->params->gradients[i];

  self->forward (self);
  self->backward (self);
  for (size_t i = 0; i < n; i++)
    dm_assert_near (&self->params->gradients[i], &once[i], 1,
                    1e-4 * (1.0 + ABS (once[i])));
}

/* Gradients by differences, of x and of every parameter: written over what dx
 * holds, and added to it.
 */
static inline void
layer_case_check (LayerCase *self)
{
  size_t            n = dm_tensor_n_floats (&self->dx);
  g_autofree float *before = g_new (float, n);
  g_autofree float *dx = g_new (float, n);

  dm_test_random (before, n, 3);

  self->add = false;
  layer_case_backward (self, before);
  memcpy (dx, self->dx.data, n * sizeof *dx);
  layer_case_check_params (self);
  dm_assert_gradient (layer_case_loss, self, self->x.data, dx, n);

  self->add = true;
  layer_case_backward (self, before);
  for (size_t i = 0; i < n; i++)
    dx[i] += before[i];
  dm_assert_near (self->dx.data, dx, n, 1e-4);
  layer_case_check_added (self);
}
