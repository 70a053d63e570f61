/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/attention-windows.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "kernels/gemm.h"

typedef struct
{
  const DmAttention *self;
  DmAttentionPlan   *plan;
  const DmContext   *context;
} Job;

/**
 * dm_attention_windows_are_needed:
 * @x: the input
 *
 * Returns: whether it is larger than what the network was trained on; while it
 * is trained nothing is.
 */
bool
dm_attention_windows_are_needed (const DmAttention *self,
                                 const DmPlanner   *planner,
                                 const DmTensor    *x)
{
  return !planner->train && (x->h > self->norm.h || x->w > self->norm.w);
}

static DmAttentionAxis
make_axis (size_t n, size_t native, bool wrap)
{
  return (DmAttentionAxis){ n, MIN (n, native), wrap };
}

/**
 * dm_attention_windows_plan:
 * @plan: with all tensors
 */
void
dm_attention_windows_plan (const DmAttention *self,
                           DmAttentionPlan   *plan,
                           DmPlanner         *planner)
{
  size_t d = self->c / self->n_heads, n;

  plan->rows = make_axis (plan->x.h, self->norm.h, planner->wrap & DM_WRAP_Y);
  plan->columns =
      make_axis (plan->x.w, self->norm.w, planner->wrap & DM_WRAP_X);
  n = plan->rows.window * plan->columns.window;
  dm_planner_need (planner, (DmScratchSize){ .worker = n * (2 * d + 1) });
}

/* First cell of the window around cell @i. */
static size_t
get_first (const DmAttentionAxis *self, size_t i)
{
  size_t before = self->window / 2;

  if (self->wrap)
    return (i + self->n - before) % self->n;

  return MIN (i > before ? i - before : 0, self->n - self->window);
}

/* Keys and values of a head, which lie side by side, of all cells of a window,
 * whose first one is at (y, x): [rows.window columns.window, 2 d]
 */
static void
read_window (
    const Job *job, float *kv, size_t image, size_t h, size_t y, size_t x)
{
  const DmAttentionAxis *rows = &job->plan->rows,
                        *columns = &job->plan->columns;
  const DmTensor *qkv = &job->plan->qkv;
  size_t          d = job->self->c / job->self->n_heads;

  for (size_t i = 0; i < rows->window; i++)
    for (size_t j = 0; j < columns->window; j++, kv += 2 * d)
      memcpy (
          kv,
          dm_tensor_at (qkv, image, (y + i) % rows->n, (x + j) % columns->n) +
              h * 3 * d + d,
          2 * d * sizeof *kv);
}

/* mixed = softmax (q kᵀ / √d) v, for one row of cells and one head */
static void
attend_row (void *data, size_t chunk, size_t worker)
{
  const Job       *job = data;
  DmAttentionPlan *plan = job->plan;
  size_t           n_heads = job->self->n_heads, d = job->self->c / n_heads;
  size_t           n = plan->rows.window * plan->columns.window;
  size_t           y = chunk % plan->x.h, h = chunk / plan->x.h % n_heads;
  size_t           image = chunk / plan->x.h / n_heads;
  float           *kv = dm_context_scratch (job->context, worker);
  float           *weight = kv + n * 2 * d;

  for (size_t x = 0; x < plan->x.w; x++)
    {
      read_window (job, kv, image, h, get_first (&plan->rows, y),
                   get_first (&plan->columns, x));
      dm_gemm_nt (weight, n, dm_tensor_at (&plan->qkv, image, y, x) + h * 3 * d,
                  plan->qkv.pixel, kv, 2 * d, 1, n, d, 1.0f, 0.0f);
      job->context->kernels->softmax (weight, 1, n, 1.0f / sqrtf ((float) d));
      dm_gemm_nn (dm_tensor_at (&plan->mixed, image, y, x) + h * d,
                  plan->mixed.pixel, weight, n, kv + d, 2 * d, 1, d, n, 1.0f,
                  0.0f);
    }
}

/**
 * dm_attention_windows_forward:
 * @plan: its mixed is written from its qkv
 */
void
dm_attention_windows_forward (const DmAttention *self,
                              DmAttentionPlan   *plan,
                              const DmContext   *context)
{
  Job job = { self, plan, context };

  dm_pool_run (context->pool, attend_row, &job,
               plan->x.n * self->n_heads * plan->x.h);
}
