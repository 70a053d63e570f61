/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/attention-windows.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "kernels/gemm.h"

/* Cells side by side whose products are one: their windows overlap. */
#define BLOCK 8

typedef struct
{
  const DmAttention *self;
  DmAttentionPlan   *plan;
  const DmContext   *context;
} Job;

/* A row of cells, one head of it, and what it looks at: its band, of all cells
 * that a window of the row has, column by column, so that each window's lie
 * together.
 */
typedef struct
{
  size_t image, y, h;
  float *kv;     /* [band columns, rows.window, 2 d]: keys beside values */
  float *weight; /* [BLOCK, columns of their windows, rows.window]       */
} Row;

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

/* First cell of the window around cell @i. */
static size_t
get_first (const DmAttentionAxis *self, size_t i)
{
  size_t before = self->window / 2;

  if (self->wrap)
    return (i + self->n - before) % self->n;

  return MIN (i > before ? i - before : 0, self->n - self->window);
}

/* Where it is in the band, which begins with the window of cell 0. */
static size_t
get_start (const DmAttentionAxis *self, size_t i)
{
  return (get_first (self, i) + self->n - get_first (self, 0)) % self->n;
}

/* Columns of a band. */
static size_t
get_band (const DmAttentionAxis *self)
{
  return get_start (self, self->n - 1) + self->window;
}

static size_t
get_head_width (const DmAttention *self)
{
  return self->c / self->n_heads;
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
  size_t band, block;

  plan->rows = make_axis (plan->x.h, self->norm.h, planner->wrap & DM_WRAP_Y);
  plan->columns =
      make_axis (plan->x.w, self->norm.w, planner->wrap & DM_WRAP_X);
  band = get_band (&plan->columns) * plan->rows.window;
  block = (BLOCK - 1 + plan->columns.window) * plan->rows.window;
  dm_planner_need (planner,
                   (DmScratchSize){ .worker = band * 2 * get_head_width (self) +
                                              BLOCK * block });
}

static void
read_band (const Job *job, const Row *row)
{
  const DmAttentionAxis *rows = &job->plan->rows,
                        *columns = &job->plan->columns;
  const DmTensor *qkv = &job->plan->qkv;
  size_t          d = get_head_width (job->self), n = get_band (columns);
  size_t          y = get_first (rows, row->y), x = get_first (columns, 0);
  float          *kv = row->kv;

  for (size_t j = 0; j < n; j++)
    for (size_t i = 0; i < rows->window; i++, kv += 2 * d)
      memcpy (kv,
              dm_tensor_at (qkv, row->image, (y + i) % rows->n,
                            (x + j) % columns->n) +
                  row->h * 3 * d + d,
              2 * d * sizeof *kv);
}

/* softmax in the window of each of @n cells from column @x on, 0 outside;
 * @width: of the rows of weights
 */
static void
weigh (const Job *job, const Row *row, size_t x, size_t n, size_t width)
{
  const DmAttentionAxis *columns = &job->plan->columns;
  size_t                 cells = job->plan->rows.window;
  size_t                 within = columns->window * cells;
  float scale = 1.0f / sqrtf ((float) get_head_width (job->self));

  for (size_t i = 0; i < n; i++)
    {
      float *all = row->weight + i * width;
      size_t before =
          (get_start (columns, x + i) - get_start (columns, x)) * cells;
      size_t after = width - before - within;

      memset (all, 0, before * sizeof *all);
      job->context->kernels->softmax (all + before, 1, within, scale);
      memset (all + before + within, 0, after * sizeof *all);
    }
}

/* mixed = softmax (q kᵀ / √d) v, for @n cells from column @x on */
static void
attend_block (const Job *job, const Row *row, size_t x, size_t n)
{
  DmAttentionPlan       *plan = job->plan;
  const DmAttentionAxis *columns = &plan->columns;
  size_t                 d = get_head_width (job->self);
  size_t                 first = get_start (columns, x);
  size_t width = (get_start (columns, x + n - 1) + columns->window - first) *
                 plan->rows.window;
  const float *k = row->kv + first * plan->rows.window * 2 * d, *v = k + d;

  dm_gemm_nt (row->weight, width,
              dm_tensor_at (&plan->qkv, row->image, row->y, x) + row->h * 3 * d,
              plan->qkv.pixel, k, 2 * d, n, width, d, 1.0f, 0.0f);
  weigh (job, row, x, n, width);
  dm_gemm_nn (dm_tensor_at (&plan->mixed, row->image, row->y, x) + row->h * d,
              plan->mixed.pixel, row->weight, width, v, 2 * d, n, d, width,
              1.0f, 0.0f);
}

/* One row of cells, for one head. */
static void
attend_row (void *data, size_t chunk, size_t worker)
{
  const Job             *job = data;
  const DmAttentionPlan *plan = job->plan;
  size_t                 n_heads = job->self->n_heads;
  Row                    row = {
                       .y = chunk % plan->x.h,
                       .h = chunk / plan->x.h % n_heads,
                       .image = chunk / plan->x.h / n_heads,
                       .kv = dm_context_scratch (job->context, worker),
  };

  row.weight = row.kv + get_band (&plan->columns) * plan->rows.window * 2 *
                            get_head_width (job->self);
  read_band (job, &row);
  for (size_t x = 0; x < plan->x.w; x += BLOCK)
    attend_block (job, &row, x, MIN (BLOCK, plan->x.w - x));
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
