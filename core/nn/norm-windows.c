/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/norm-windows.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "nn/sums.h"

/* --- plan -------------------------------------------------------------- */

/* Floats of what a window, or a block, has: two for each group. */
static size_t
moments_width (const DmGroupNorm *self)
{
  return 2 * self->n_groups;
}

/**
 * dm_norm_windows_plan:
 * @x: like the input, larger than the native size along some axis
 */
void
dm_norm_windows_plan (const DmGroupNorm *self,
                      DmGroupNormPlan   *plan,
                      DmPlanner         *planner,
                      const DmTensor    *x)
{
  DmNormAxis rows =
      dm_norm_axis_make (x->h, self->h, planner->wrap & DM_WRAP_Y);
  DmNormAxis columns =
      dm_norm_axis_make (x->w, self->w, planner->wrap & DM_WRAP_X);
  size_t width = moments_width (self);
  size_t line = MAX (columns.n_blocks, columns.n_windows) * width;

  *plan = (DmGroupNormPlan){ .rows = rows, .columns = columns };
  plan->windows = dm_arena_floats (
      planner->arena, x->n * rows.n_windows * columns.n_windows * width);
  plan->has_windows = true;

  dm_planner_need (
      planner, (DmScratchSize){
                   .worker = line + 6 * self->c,
                   .shared = x->n * rows.n_blocks * columns.n_windows * width,
               });
}

/* --- moments ----------------------------------------------------------- */

/* One call as the workers see it. */
typedef struct
{
  const DmGroupNorm     *self;
  const DmGroupNormPlan *plan;
  DmTensor              *y;
  const DmTensor        *x;
  const float           *condition;
  const DmContext       *context;
} Job;

/* moments[2 n_groups] = Σ x and Σ x² of each group over one block
 *
 * @sums: (out) [2 c]
 */
static void
sum_block (const Job *job,
           float     *moments,
           float     *sums,
           size_t     image,
           size_t     row,
           size_t     column)
{
  size_t c = job->self->c, n_groups = job->self->n_groups;
  size_t width = c / n_groups;
  size_t h = job->plan->rows.block, w = job->plan->columns.block;

  memset (sums, 0, 2 * c * sizeof *sums);
  for (size_t y = row * h; y < (row + 1) * h; y++)
    job->context->kernels->moments (sums, sums + c,
                                    dm_tensor_at (job->x, image, y, column * w),
                                    job->x->pixel, w, c);

  for (size_t i = 0; i < 2 * n_groups; i++)
    {
      moments[i] = 0.0f;
      for (size_t k = i * width; k < (i + 1) * width; k++)
        moments[i] += sums[k];
    }
}

/* out[n_windows, width] = Σ over the windows of blocks[n_blocks, width] */
static void
sum_windows (float            *out,
             const float      *blocks,
             const DmNormAxis *axis,
             size_t            width,
             const DmKernels  *kernels)
{
  for (size_t k = 0; k < axis->n_windows; k++)
    {
      memcpy (out + k * width, blocks + k * width, width * sizeof *out);
      for (size_t i = k + 1; i < k + axis->window; i++)
        kernels->add (out + k * width, blocks + i % axis->n_blocks * width,
                      width);
    }
}

/* Chunk: a row of blocks, summed over the windows of its columns. */
static void
columns_chunk (void *data, size_t chunk, size_t worker)
{
  const Job        *job = data;
  const DmNormAxis *rows = &job->plan->rows, *columns = &job->plan->columns;
  size_t            width = moments_width (job->self);
  float            *sums = dm_context_scratch (job->context, worker);
  float            *blocks = sums + 2 * job->self->c;

  for (size_t i = 0; i < columns->n_blocks; i++)
    sum_block (job, blocks + i * width, sums, chunk / rows->n_blocks,
               chunk % rows->n_blocks, i);

  sum_windows (job->context->shared + chunk * columns->n_windows * width,
               blocks, columns, width, job->context->kernels);
}

/* moments[2 n_groups]: from Σ x and Σ x² to 1 / deviation and
 * mean / deviation
 */
static void
finish_moments (float *moments, size_t n_groups, double count)
{
  for (size_t i = 0; i < n_groups; i++)
    {
      double mean = moments[i] / count;
      double mean2 = moments[n_groups + i] / count;
      double variance = MAX (mean2 - mean * mean, 0.0);
      double inverse = 1.0 / sqrt (variance + DM_NORM_VARIANCE_FLOOR);

      moments[i] = (float) inverse;
      moments[n_groups + i] = (float) (mean * inverse);
    }
}

/* Chunk: a row of windows. */
static void
windows_chunk (void *data, size_t chunk, size_t worker)
{
  const Job             *job = data;
  const DmGroupNormPlan *plan = job->plan;
  const DmNormAxis      *rows = &plan->rows, *columns = &plan->columns;
  size_t                 n_groups = job->self->n_groups;
  size_t       image = chunk / rows->n_windows, first = chunk % rows->n_windows;
  size_t       line = columns->n_windows * moments_width (job->self);
  float       *out = plan->windows + chunk * line;
  const float *in = job->context->shared + image * rows->n_blocks * line;
  double       count = (double) (job->self->c / n_groups) *
                 (double) (rows->window * rows->block) *
                 (double) (columns->window * columns->block);

  (void) worker;

  memcpy (out, in + first * line, line * sizeof *out);
  for (size_t i = first + 1; i < first + rows->window; i++)
    job->context->kernels->add (out, in + i % rows->n_blocks * line, line);

  for (size_t k = 0; k < columns->n_windows; k++)
    finish_moments (out + k * moments_width (job->self), n_groups, count);
}

/* --- apply ------------------------------------------------------------- */

/* line[n]: between two rows of windows */
static void
mix_lines (
    float *line, const float *from, const float *to, float share, size_t n)
{
  for (size_t i = 0; i < n; i++)
    line[i] = from[i] + share * (to[i] - from[i]);
}

/* a = r γ (1 + scale),  b = β (1 + scale) + shift - μ r γ (1 + scale)
 *
 * @coefficients: (out) [2c], a then b
 * @moments: [2 n_groups], r then μ r
 * @condition: (nullable) [2c], scale then shift. One for all pixels of a
 * picture; a run of pixels with another class would bring its own.
 */
static void
fill_coefficients (const DmGroupNorm *self,
                   float             *coefficients,
                   const float       *moments,
                   const float       *condition)
{
  size_t c = self->c, n_groups = self->n_groups, width = c / n_groups;

  for (size_t group = 0; group < n_groups; group++)
    for (size_t i = group * width; i < (group + 1) * width; i++)
      {
        float scale = condition != NULL ? 1.0f + condition[i] : 1.0f;
        float shift = condition != NULL ? condition[c + i] : 0.0f;
        float gain = self->weight->value[i] * scale;

        coefficients[i] = moments[group] * gain;
        coefficients[c + i] = self->bias->value[i] * scale + shift -
                              moments[n_groups + group] * gain;
      }
}

/* Row @y of the answer.
 *
 * @line: [n_windows, 2 n_groups], moments of the row
 * @here: (out) [2c], scratch; likewise @there and @step
 */
static void
apply_row (const Job   *job,
           size_t       image,
           size_t       y,
           const float *line,
           float       *here,
           float       *there,
           float       *step)
{
  const DmGroupNorm *self = job->self;
  const DmNormAxis  *columns = &job->plan->columns;
  size_t             c = self->c, width = moments_width (self), n_run;
  const float       *condition =
      job->condition != NULL ? job->condition + image * 2 * c : NULL;

  fill_coefficients (self, there,
                     line + dm_norm_axis_find_run (columns, 0).from * width,
                     condition);

  for (size_t x = 0; x < job->x->w; x += n_run)
    {
      DmNormRun run = dm_norm_axis_find_run (columns, x);

      n_run = MIN (run.n_cells, job->x->w - x);
      memcpy (here, there, 2 * c * sizeof *here);
      fill_coefficients (self, there, line + run.to * width, condition);
      for (size_t i = 0; i < 2 * c; i++)
        step[i] = there[i] - here[i];

      job->context->kernels->affine_between (
          dm_tensor_at (job->y, image, y, x), job->y->pixel,
          dm_tensor_at (job->x, image, y, x), job->x->pixel, here, step,
          run.share, run.step, n_run, c, self->silu);
    }
}

static void
apply_chunk (void *data, size_t chunk, size_t worker)
{
  const Job             *job = data;
  const DmGroupNormPlan *plan = job->plan;
  DmRows                 rows = dm_chunk_get_rows (job->x, chunk);
  size_t                 c = job->self->c;
  size_t       line = plan->columns.n_windows * moments_width (job->self);
  float       *here = dm_context_scratch (job->context, worker);
  float       *there = here + 2 * c, *step = there + 2 * c;
  float       *mixed = step + 2 * c;
  const float *windows =
      plan->windows + rows.image * plan->rows.n_windows * line;

  for (size_t y = rows.begin; y < rows.end; y++)
    {
      DmNormRun run = dm_norm_axis_find_run (&plan->rows, y);

      mix_lines (mixed, windows + run.from * line, windows + run.to * line,
                 run.share, line);
      apply_row (job, rows.image, y, mixed, here, there, step);
    }
}

/**
 * dm_norm_windows_forward:
 *
 * As dm_group_norm_forward(), with moments of windows. They are summed in an
 * order that follows from the size of the canvas alone.
 */
void
dm_norm_windows_forward (const DmGroupNorm     *self,
                         const DmGroupNormPlan *plan,
                         DmTensor              *y,
                         const DmTensor        *x,
                         const float           *condition,
                         const DmContext       *context)
{
  Job job = { self, plan, y, x, condition, context };

  dm_pool_run (context->pool, columns_chunk, &job, x->n * plan->rows.n_blocks);
  dm_pool_run (context->pool, windows_chunk, &job, x->n * plan->rows.n_windows);
  dm_pool_run (context->pool, apply_chunk, &job, x->n * dm_n_chunks (x));
}
