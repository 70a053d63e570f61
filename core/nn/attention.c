/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/attention.h"

#include <glib.h>
#include <math.h>

#include "kernels/gemm.h"
#include "nn/attention-windows.h"
#include "nn/sums.h"

/* Queries that are handled together, so that the table of how much each pixel
 * looks at each other one stays small.
 */
#define BLOCK 64

/**
 * dm_attention_init:
 * @head_width: channels of one head; the number of heads is at least one
 */
void
dm_attention_init (DmAttention *self,
                   DmBuilder   *builder,
                   const char  *scope,
                   size_t       c,
                   size_t       head_width,
                   size_t       n_groups)
{
  g_autofree char *norm = g_strconcat (scope, ".norm", NULL);
  g_autofree char *qkv = g_strconcat (scope, ".qkv", NULL);
  g_autofree char *proj = g_strconcat (scope, ".proj", NULL);

  self->c = c;
  self->n_heads = MAX (1, c / head_width);
  g_assert (c % self->n_heads == 0);

  dm_group_norm_init (&self->norm, builder, norm, c, n_groups, false);
  dm_linear_init (&self->qkv, builder, qkv, c, 3 * c, 1, DM_START_RANDOM);
  dm_linear_init (&self->proj, builder, proj, c, c, 1, DM_START_ZERO);
}

/* How much each cell of a block looks at each of all, and in backward the
 * gradient of that.
 */
static void
need_tables (DmPlanner *planner, size_t n)
{
  size_t n_tables = planner->train ? 2 : 1;

  dm_planner_need (planner,
                   (DmScratchSize){ .worker = n_tables * MIN (BLOCK, n) * n });
}

/**
 * dm_attention_plan:
 * @y: (out) [n, h, w, c], not @x
 * @x: [n, h, w, c]
 */
void
dm_attention_plan (const DmAttention *self,
                   DmAttentionPlan   *plan,
                   DmPlanner         *planner,
                   DmTensor           y,
                   DmTensor           x)
{
  DmArena *arena = planner->arena;
  size_t   mark = dm_arena_mark (arena);

  *plan = (DmAttentionPlan){ .x = x, .y = y };

  plan->normed = dm_arena_tensor (arena, x.n, x.h, x.w, self->c, false);
  plan->qkv = dm_arena_tensor (arena, x.n, x.h, x.w, 3 * self->c, false);
  plan->mixed = dm_arena_tensor (arena, x.n, x.h, x.w, self->c, false);
  dm_group_norm_plan (&self->norm, &plan->norm, planner, &x);
  dm_linear_plan (&self->qkv, planner, &plan->qkv);
  dm_linear_plan (&self->proj, planner, &plan->y);
  plan->windowed = dm_attention_windows_are_needed (self, planner, &x);
  if (plan->windowed)
    dm_attention_windows_plan (self, plan, planner);
  else
    need_tables (planner, x.h * x.w);

  dm_planner_release (planner, mark);
}

/**
 * dm_attention_plan_backward:
 * @dx: (inout) [n, h, w, c]
 * @add: whether @dx already holds a gradient, to be added to
 * @dy: [n, h, w, c]
 */
void
dm_attention_plan_backward (const DmAttention *self,
                            DmAttentionPlan   *plan,
                            DmPlanner         *planner,
                            DmTensor           dx,
                            bool               add,
                            DmTensor           dy)
{
  DmArena *arena = planner->arena;
  size_t   mark = dm_arena_mark (arena), n = dy.n, h = dy.h, w = dy.w;

  plan->dx = dx;
  plan->dy = dy;
  plan->add = add;
  plan->dqkv = dm_arena_tensor (arena, n, h, w, 3 * self->c, false);
  plan->dmixed = dm_arena_tensor (arena, n, h, w, self->c, false);
  plan->dnormed = plan->dmixed; /* which is used up before */

  dm_arena_release (arena, mark);
}

/* --- one head of one picture ------------------------------------------- */

typedef struct
{
  const DmAttention *self;
  DmAttentionPlan   *plan;
  const DmContext   *context;
} Job;

/* Queries, keys and values of one head in a tensor like @qkv. */
typedef struct
{
  float *q, *k, *v;
  size_t stride;
} Head;

static Head
get_head (const DmAttention *self, const DmTensor *qkv, size_t image, size_t h)
{
  size_t d = self->c / self->n_heads;
  float *q = dm_tensor_at (qkv, image, 0, 0) + h * 3 * d;

  return (Head){ q, q + d, q + 2 * d, qkv->pixel };
}

/* weight[m, n] = softmax (q[first...] · k / √d) */
static void
look (float           *weight,
      const Head      *head,
      size_t           first,
      size_t           m,
      size_t           n,
      size_t           d,
      const DmKernels *kernels)
{
  dm_gemm_nt (weight, n, head->q + first * head->stride, head->stride, head->k,
              head->stride, m, n, d, 1.0f, 0.0f);
  kernels->softmax (weight, m, n, 1.0f / sqrtf ((float) d));
}

static size_t
count_blocks (const DmTensor *x)
{
  return (x->h * x->w + BLOCK - 1) / BLOCK;
}

/* mixed = softmax (q kᵀ / √d) v, for one block of queries */
static void
attend_chunk (void *data, size_t chunk, size_t worker)
{
  const Job         *job = data;
  const DmAttention *self = job->self;
  const DmTensor    *mixed = &job->plan->mixed;
  size_t             n = mixed->h * mixed->w, d = self->c / self->n_heads;
  size_t             n_blocks = count_blocks (mixed);
  size_t             image = chunk / n_blocks / self->n_heads;
  size_t             h = chunk / n_blocks % self->n_heads;
  size_t             first = chunk % n_blocks * BLOCK;
  size_t             m = MIN (BLOCK, n - first);
  float             *weight = dm_context_scratch (job->context, worker);
  Head               head = get_head (self, &job->plan->qkv, image, h);

  look (weight, &head, first, m, n, d, job->context->kernels);
  dm_gemm_nn (dm_tensor_at (mixed, image, 0, 0) + first * mixed->pixel + h * d,
              mixed->pixel, weight, n, head.v, head.stride, m, d, n, 1.0f,
              0.0f);
}

/**
 * dm_attention_forward:
 *
 * Source: Vaswani et al. 2017, eq. 1; the block as in Dhariwal & Nichol 2021.
 */
void
dm_attention_forward (const DmAttention *self,
                      DmAttentionPlan   *plan,
                      const DmContext   *context)
{
  Job job = { self, plan, context };

  dm_group_norm_forward (&self->norm, &plan->norm, &plan->normed, &plan->x,
                         NULL, context);
  dm_linear_forward (&self->qkv, &plan->qkv, &plan->normed, NULL, context);
  if (plan->windowed)
    dm_attention_windows_forward (self, plan, context);
  else
    dm_pool_run (context->pool, attend_chunk, &job,
                 plan->x.n * self->n_heads * count_blocks (&plan->x));
  dm_linear_forward (&self->proj, &plan->y, &plan->mixed, &plan->x, context);
}

/* --- backward ---------------------------------------------------------- */

/* With P the weights of a block of queries and o the gradient of mixed:
 *
 *   dv += Pᵀ o;  dP = o vᵀ;  dS = softmaxᵀ (dP);  dq = dS k;  dk += dSᵀ q
 *
 * The weights are computed again: cheaper than keeping n² numbers a head. One
 * chunk does all blocks of a head, in order, since they add to dk and dv.
 */
static void
backward_block (
    const Job *job, float *table, size_t image, size_t h, size_t first)
{
  const DmAttention *self = job->self;
  const DmTensor    *dmixed = &job->plan->dmixed;
  size_t             n = dmixed->h * dmixed->w, d = self->c / self->n_heads;
  size_t             m = MIN (BLOCK, n - first), ldo = dmixed->pixel;
  Head               head = get_head (self, &job->plan->qkv, image, h);
  Head               dhead = get_head (self, &job->plan->dqkv, image, h);
  size_t             ld = head.stride;
  float             *weight = table, *dweight = table + m * n;
  const float *o = dm_tensor_at (dmixed, image, 0, 0) + first * ldo + h * d;
  float        beta = first == 0 ? 0.0f : 1.0f;

  look (weight, &head, first, m, n, d, job->context->kernels);
  dm_gemm_tn (dhead.v, ld, weight, n, o, ldo, n, d, m, 1.0f, beta);
  dm_gemm_nt (dweight, n, o, ldo, head.v, ld, m, n, d, 1.0f, 0.0f);
  job->context->kernels->softmax_backward (dweight, dweight, weight, m, n,
                                           1.0f / sqrtf ((float) d));
  dm_gemm_nn (dhead.q + first * ld, ld, dweight, n, head.k, ld, m, d, n, 1.0f,
              0.0f);
  dm_gemm_tn (dhead.k, ld, dweight, n, head.q + first * ld, ld, n, d, m, 1.0f,
              beta);
}

static void
backward_head (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;
  size_t     n_heads = job->self->n_heads;
  size_t     n = job->plan->x.h * job->plan->x.w;

  for (size_t first = 0; first < n; first += BLOCK)
    backward_block (job, dm_context_scratch (job->context, worker),
                    chunk / n_heads, chunk % n_heads, first);
}

/**
 * dm_attention_backward:
 * @plan: as dm_attention_forward() left it, with dy set; @plan->dx is written
 * or added to
 */
void
dm_attention_backward (const DmAttention *self,
                       DmAttentionPlan   *plan,
                       const DmContext   *context)
{
  Job job = { self, plan, context };

  dm_linear_backward (&self->proj, &plan->dmixed, false, &plan->dy,
                      &plan->mixed, context);
  dm_pool_run (context->pool, backward_head, &job, plan->x.n * self->n_heads);
  dm_linear_backward (&self->qkv, &plan->dnormed, false, &plan->dqkv,
                      &plan->normed, context);

  dm_group_norm_backward (&self->norm, &plan->norm, &plan->dx, plan->add,
                          &plan->dy, NULL, &plan->dnormed, &plan->x, NULL,
                          context);
}
