/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/group-norm.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "nn/norm-windows.h"
#include "nn/sums.h"

/**
 * dm_group_norm_init:
 * @c: channels, a multiple of @n_groups
 * @silu: whether SiLU follows
 */
void
dm_group_norm_init (DmGroupNorm *self,
                    DmBuilder   *builder,
                    const char  *scope,
                    size_t       c,
                    size_t       n_groups,
                    bool         silu)
{
  g_assert (c % n_groups == 0);

  *self = (DmGroupNorm){
    .c = c, .n_groups = n_groups, .h = builder->h, .w = builder->w, .silu = silu
  };
  self->weight = dm_params_add (builder->params, scope, "weight", DM_SHAPE (c),
                                DM_INIT_ONE, 0);
  self->bias = dm_params_add (builder->params, scope, "bias", DM_SHAPE (c),
                              DM_INIT_ZERO, 0);
}

/**
 * dm_group_norm_plan:
 * @x: like the input
 *
 * Trained are whole pictures. What is drawn on a larger canvas gets the moments
 * of windows of the native size.
 */
void
dm_group_norm_plan (const DmGroupNorm *self,
                    DmGroupNormPlan   *plan,
                    DmPlanner         *planner,
                    const DmTensor    *x)
{
  size_t n = planner->n;

  if (!planner->train && (x->h > self->h || x->w > self->w))
    {
      dm_norm_windows_plan (self, plan, planner, x);
      return;
    }

  *plan = (DmGroupNormPlan){
    .a = dm_arena_floats (planner->arena, n * self->c),
    .b = dm_arena_floats (planner->arena, n * self->c),
    .mean = dm_arena_floats (planner->arena, n * self->n_groups),
    .inverse = dm_arena_floats (planner->arena, n * self->n_groups),
  };
  if (planner->train)
    {
      plan->k = dm_arena_floats (planner->arena, n * self->c);
      plan->l = dm_arena_floats (planner->arena, n * self->c);
    }

  dm_planner_need (planner, dm_channel_sums_scratch (x));
}

/* One call, forward or backward, as the workers see it. The partial sums of
 * chunk i are two rows of c floats at 2 i c of the shared scratch.
 */
typedef struct
{
  const DmGroupNorm     *self;
  const DmGroupNormPlan *plan;
  const DmContext       *context;
  DmTensor              *y;
  const DmTensor        *x;
  const DmTensor        *dy;
  DmTensor              *dx;
  bool                   add;
  const DmTensor        *around;
} Job;

/* Sums that chunks of one image left for channel @i of row @which. */
static double
sum_partial (const Job *job, size_t image, size_t which, size_t i)
{
  size_t       n_chunks = dm_n_chunks (job->x), c = job->self->c;
  const float *partial = job->context->shared + image * n_chunks * 2 * c;
  double       total = 0.0;

  for (size_t chunk = 0; chunk < n_chunks; chunk++)
    total += partial[(2 * chunk + which) * c + i];

  return total;
}

/* --- forward ----------------------------------------------------------- */

static void
moments_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;
  size_t     c = job->self->c;
  float     *partial = job->context->shared + chunk * 2 * c;
  DmRows     rows = dm_chunk_get_rows (job->x, chunk);

  (void) worker;

  memset (partial, 0, 2 * c * sizeof *partial);
  for (size_t y = rows.begin; y < rows.end; y++)
    job->context->kernels->moments (partial, partial + c,
                                    dm_tensor_at (job->x, rows.image, y, 0),
                                    job->x->pixel, job->x->w, c);
}

/* Mean and inverse deviation of one group, from the chunks' moments. */
static void
finish_moments (const Job *job, size_t image, size_t group)
{
  const DmGroupNorm     *self = job->self;
  const DmGroupNormPlan *plan = job->plan;
  size_t                 width = self->c / self->n_groups;
  double count = (double) width * job->x->h * job->x->w, mean, variance;
  double sum = 0.0, sum2 = 0.0;

  for (size_t i = group * width; i < (group + 1) * width; i++)
    {
      sum += sum_partial (job, image, 0, i);
      sum2 += sum_partial (job, image, 1, i);
    }

  mean = sum / count;
  variance = MAX (sum2 / count - mean * mean, 0.0);
  plan->mean[image * self->n_groups + group] = (float) mean;
  plan->inverse[image * self->n_groups + group] =
      (float) (1.0 / sqrt (variance + DM_NORM_VARIANCE_FLOOR));
}

/* y = f (a x + b):  a = r γ (1 + scale),  b = (β - μ r γ) (1 + scale) + shift
 *
 * @condition: (nullable) [2c], scale then shift
 */
static void
finish_coefficients (const Job *job, size_t image, const float *condition)
{
  const DmGroupNorm     *self = job->self;
  const DmGroupNormPlan *plan = job->plan;
  size_t                 c = self->c, width = c / self->n_groups;

  for (size_t i = 0; i < c; i++)
    {
      size_t group = image * self->n_groups + i / width;
      float  scale = condition != NULL ? 1.0f + condition[i] : 1.0f;
      float  shift = condition != NULL ? condition[c + i] : 0.0f;
      float  r_gamma = plan->inverse[group] * self->weight->value[i];

      plan->a[image * c + i] = r_gamma * scale;
      plan->b[image * c + i] =
          (self->bias->value[i] - plan->mean[group] * r_gamma) * scale + shift;
    }
}

static void
apply_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;
  DmRows     rows = dm_chunk_get_rows (job->x, chunk);
  size_t     c = job->self->c;

  (void) worker;

  for (size_t y = rows.begin; y < rows.end; y++)
    job->context->kernels->affine (
        dm_tensor_at (job->y, rows.image, y, 0), job->y->pixel,
        dm_tensor_at (job->x, rows.image, y, 0), job->x->pixel,
        job->plan->a + rows.image * c, job->plan->b + rows.image * c, job->x->w,
        c, job->self->silu);
}

/**
 * dm_group_norm_forward:
 * @y: (out) [n, h, w, c]; its border, if any, is left alone
 * @x: [n, h, w, c]
 * @condition: (nullable) [n, 2c], scale then shift of each picture
 *
 *   y = f ((γ (x - μ) / √(σ² + floor) + β) (1 + scale) + shift)
 *
 * Source: Wu & He 2018, eq. 1-2; the condition as in Dhariwal & Nichol 2021.
 */
void
dm_group_norm_forward (const DmGroupNorm *self,
                       DmGroupNormPlan   *plan,
                       DmTensor          *y,
                       const DmTensor    *x,
                       const float       *condition,
                       const DmContext   *context)
{
  Job job = { .self = self, .plan = plan, .context = context, .y = y, .x = x };
  size_t n_chunks = x->n * dm_n_chunks (x);

  if (plan->has_windows)
    {
      dm_norm_windows_forward (self, plan, y, x, condition, context);
      return;
    }

  dm_pool_run (context->pool, moments_chunk, &job, n_chunks);

  for (size_t image = 0; image < x->n; image++)
    {
      for (size_t group = 0; group < self->n_groups; group++)
        finish_moments (&job, image, group);
      finish_coefficients (&job, image,
                           condition != NULL ? condition + image * 2 * self->c :
                                               NULL);
    }

  dm_pool_run (context->pool, apply_chunk, &job, n_chunks);
}

/* --- backward ---------------------------------------------------------- */

static void
backward_sums_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;
  size_t     c = job->self->c;
  float     *partial = job->context->shared + chunk * 2 * c;
  DmRows     rows = dm_chunk_get_rows (job->x, chunk);

  (void) worker;

  memset (partial, 0, 2 * c * sizeof *partial);
  for (size_t y = rows.begin; y < rows.end; y++)
    job->context->kernels->affine_backward_sums (
        partial, partial + c, dm_tensor_at (job->dy, rows.image, y, 0),
        job->dy->pixel, dm_tensor_at (job->x, rows.image, y, 0), job->x->pixel,
        job->plan->a + rows.image * c, job->plan->b + rows.image * c, job->x->w,
        c, job->self->silu);
}

/* With g the gradient of a x + b, S = Σ g and X = Σ g (x - μ) r of a channel:
 *
 *   dγ += (1 + scale) X;  dβ += (1 + scale) S
 *   dscale += γ X + β S;  dshift += S
 *   dx = a g - r A - r B (x - μ) r
 *
 * where A and B are the sums of γ (1 + scale) S and γ (1 + scale) X over the
 * group, divided by its number of elements.
 */
static void
finish_backward (const Job   *job,
                 size_t       image,
                 size_t       group,
                 const float *condition,
                 float       *dcondition)
{
  const DmGroupNorm     *self = job->self;
  const DmGroupNormPlan *plan = job->plan;
  size_t                 c = self->c, width = c / self->n_groups;
  double                 mean = plan->mean[image * self->n_groups + group];
  double                 r = plan->inverse[image * self->n_groups + group];
  double count = (double) width * job->x->h * job->x->w, a = 0.0, b = 0.0;

  for (size_t i = group * width; i < (group + 1) * width; i++)
    {
      double scale = condition != NULL ? 1.0 + condition[i] : 1.0;
      double gamma = self->weight->value[i], beta = self->bias->value[i];
      double sum = sum_partial (job, image, 0, i);
      double sum_x = r * (sum_partial (job, image, 1, i) - mean * sum);

      self->weight->gradient[i] += (float) (scale * sum_x);
      self->bias->gradient[i] += (float) (scale * sum);
      if (dcondition != NULL)
        {
          dcondition[i] += (float) (gamma * sum_x + beta * sum);
          dcondition[c + i] += (float) sum;
        }

      a += gamma * scale * sum / count;
      b += gamma * scale * sum_x / count;
    }

  for (size_t i = group * width; i < (group + 1) * width; i++)
    {
      plan->k[image * c + i] = (float) (r * a - r * r * b * mean);
      plan->l[image * c + i] = (float) (r * r * b);
    }
}

/* A row of what the norm's own gradient is added to. */
static void
begin_row (const Job *job, size_t image, size_t y)
{
  const DmTensor *around = job->around;
  size_t          c = job->self->c;

  for (size_t x = 0; x < job->x->w; x++)
    {
      float *dx = dm_tensor_at (job->dx, image, y, x);

      if (around == NULL && !job->add)
        memset (dx, 0, c * sizeof *dx);
      else if (around != NULL && !job->add)
        memcpy (dx, dm_tensor_at (around, image, y, x), c * sizeof *dx);
      else if (around != NULL)
        job->context->kernels->add (dx, dm_tensor_at (around, image, y, x), c);
    }
}

static void
backward_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;
  DmRows     rows = dm_chunk_get_rows (job->x, chunk);
  size_t     c = job->self->c, at = rows.image * c;

  (void) worker;

  for (size_t y = rows.begin; y < rows.end; y++)
    {
      float *dx = dm_tensor_at (job->dx, rows.image, y, 0);

      begin_row (job, rows.image, y);
      job->context->kernels->affine_backward (
          dx, job->dx->pixel, dm_tensor_at (job->dy, rows.image, y, 0),
          job->dy->pixel, dm_tensor_at (job->x, rows.image, y, 0),
          job->x->pixel, job->plan->a + at, job->plan->b + at,
          job->plan->k + at, job->plan->l + at, job->x->w, c, job->self->silu);
    }
}

/**
 * dm_group_norm_backward:
 * @plan: as dm_group_norm_forward() left it
 * @dx: (inout) like @x; its border, if any, is left alone
 * @add: whether @dx already holds a gradient, to be added to
 * @around: (nullable): like @dx, the gradient that came around the norm by a
 * skip, to be added too
 * @dcondition: (inout) (nullable) [n, 2c]
 * @dy: [n, h, w, c], gradient of y
 * @x, @condition: as in forward
 */
void
dm_group_norm_backward (const DmGroupNorm *self,
                        DmGroupNormPlan   *plan,
                        DmTensor          *dx,
                        bool               add,
                        const DmTensor    *around,
                        float             *dcondition,
                        const DmTensor    *dy,
                        const DmTensor    *x,
                        const float       *condition,
                        const DmContext   *context)
{
  Job    job = { .self = self,
                 .plan = plan,
                 .context = context,
                 .x = x,
                 .dy = dy,
                 .dx = dx,
                 .add = add,
                 .around = around };
  size_t n_chunks = x->n * dm_n_chunks (x), row = 2 * self->c;

  dm_pool_run (context->pool, backward_sums_chunk, &job, n_chunks);

  for (size_t image = 0; image < x->n; image++)
    for (size_t group = 0; group < self->n_groups; group++)
      finish_backward (&job, image, group,
                       condition != NULL ? condition + image * row : NULL,
                       dcondition != NULL ? dcondition + image * row : NULL);

  dm_pool_run (context->pool, backward_chunk, &job, n_chunks);
}
