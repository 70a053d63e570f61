/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "kernels/conv3x3-private.h"

/* One convolution: tiles are transformed (v), multiplied frequency by
 * frequency (m = v u), and transformed back.
 */
typedef struct
{
  DmTensor            *y;
  const DmTensor      *x, *add;
  const DmConvWeights *w;
  const float         *bias;
  const DmContext     *context;
  DmTiling             tiling;
  size_t               n_frequencies;
  size_t               v_tile, m_tile; /* floats of one tile and frequency */
} Winograd;

/* Some tiles, and where their transformed values are. */
typedef struct
{
  size_t first, n;
  float *v, *m;
  size_t v_frequency, m_frequency;
} Batch;

static void
transform_input (const Winograd *job, const Batch *batch, size_t i)
{
  const DmKernels *kernels = job->context->kernels;
  const DmTensor  *x = job->x;
  const float     *patch = x->data - x->row - x->pixel +
                       dm_tiling_offset (&job->tiling, x, batch->first + i);
  float *v = batch->v + i * job->v_tile;

  if (job->w->algorithm == DM_CONV_F4)
    kernels->f4_input (v, batch->v_frequency, patch, x->row, x->pixel, x->c);
  else
    kernels->f2_input (v, batch->v_frequency, patch, x->row, x->pixel, x->c);
}

static void
multiply (const Winograd *job, const Batch *batch, size_t frequency)
{
  static const size_t no_offset[1] = { 0 };
  const DmKernels    *kernels = job->context->kernels;
  size_t              c_in = job->w->c_in;
  const float        *u = job->w->data + frequency * c_in * job->m_tile;

  for (size_t c = 0; c < job->m_tile; c += kernels->block)
    {
      DmProduct product = {
        .y = batch->m + frequency * batch->m_frequency + c,
        .y_pixel = job->m_tile,
        .x = batch->v + frequency * batch->v_frequency,
        .x_pixel = job->v_tile,
        .taps = no_offset,
        .n_taps = 1,
        .c_in = c_in,
        .w = u + c * c_in,
        .n_pixels = batch->n,
        .n_channels = kernels->block,
      };

      kernels->product (&product);
    }
}

static void
transform_output (const Winograd *job, const Batch *batch, size_t i)
{
  const DmTiling *tiling = &job->tiling;
  DmTensor       *y = job->y;
  size_t          number = batch->first + i;
  size_t          left = number % tiling->across * tiling->m;
  size_t          top = number / tiling->across % tiling->down * tiling->m;
  DmTile          tile = {
             .v = batch->m + i * job->m_tile,
             .v_frequency = batch->m_frequency,
             .y = y->data + dm_tiling_offset (tiling, y, number),
             .row = y->row,
             .pixel = y->pixel,
             .bias = job->bias,
             .n_rows = MIN (tiling->m, y->h - top),
             .n_columns = MIN (tiling->m, y->w - left),
             .c = y->c,
  };

  if (job->add != NULL)
    {
      tile.add = job->add->data + dm_tiling_offset (tiling, job->add, number);
      tile.add_row = job->add->row;
      tile.add_pixel = job->add->pixel;
    }

  if (job->w->algorithm == DM_CONV_F4)
    job->context->kernels->f4_output (&tile);
  else
    job->context->kernels->f2_output (&tile);
}

/* --- many tiles: each worker takes a chunk through all steps ------------- */

static void
convolve_chunk (void *data, size_t chunk, size_t worker)
{
  const Winograd *job = data;
  float          *scratch = dm_context_scratch (job->context, worker);
  Batch           batch = {
              .first = chunk * DM_CHUNK_TILES,
              .v = scratch,
              .m = scratch + job->n_frequencies * DM_CHUNK_TILES * job->v_tile,
              .v_frequency = DM_CHUNK_TILES * job->v_tile,
              .m_frequency = DM_CHUNK_TILES * job->m_tile,
  };

  batch.n = MIN (DM_CHUNK_TILES, job->tiling.n_tiles - batch.first);

  for (size_t i = 0; i < batch.n; i++)
    transform_input (job, &batch, i);
  for (size_t f = 0; f < job->n_frequencies; f++)
    multiply (job, &batch, f);
  for (size_t i = 0; i < batch.n; i++)
    transform_output (job, &batch, i);
}

/* --- few tiles: workers share each step ---------------------------------- */

typedef struct
{
  const Winograd *job;
  Batch           all;
} Shared;

static void
input_chunk (void *data, size_t chunk, size_t worker)
{
  const Shared *shared = data;
  size_t        end = MIN ((chunk + 1) * 4, shared->all.n);

  (void) worker;
  for (size_t i = chunk * 4; i < end; i++)
    transform_input (shared->job, &shared->all, i);
}

static void
multiply_chunk (void *data, size_t chunk, size_t worker)
{
  const Shared *shared = data;

  (void) worker;
  multiply (shared->job, &shared->all, chunk);
}

static void
output_chunk (void *data, size_t chunk, size_t worker)
{
  const Shared *shared = data;
  size_t        end = MIN ((chunk + 1) * 4, shared->all.n);

  (void) worker;
  for (size_t i = chunk * 4; i < end; i++)
    transform_output (shared->job, &shared->all, i);
}

static void
convolve_together (const Winograd *job)
{
  DmPool *pool = job->context->pool;
  size_t  n = job->tiling.n_tiles;
  Shared  shared = {
     .job = job,
     .all = { .n = n,
              .v = job->context->shared,
              .m = job->context->shared + job->n_frequencies * n * job->v_tile,
              .v_frequency = n * job->v_tile,
              .m_frequency = n * job->m_tile },
  };

  dm_pool_run (pool, input_chunk, &shared, (n + 3) / 4);
  dm_pool_run (pool, multiply_chunk, &shared, job->n_frequencies);
  dm_pool_run (pool, output_chunk, &shared, (n + 3) / 4);
}

/* As dm_conv3x3_forward(), stride 1, by Winograd's algorithm. Both ways of
 * sharing the work sum in the same order.
 */
void
dm_winograd_forward (DmTensor            *y,
                     const DmTensor      *x,
                     const DmConvWeights *w,
                     const float         *bias,
                     const DmTensor      *add,
                     const DmContext     *context)
{
  const DmKernels *kernels = context->kernels;
  Winograd         job = {
            .y = y,
            .x = x,
            .add = add,
            .w = w,
            .bias = bias,
            .context = context,
            .tiling = dm_tiling (w->algorithm == DM_CONV_F4 ? 4 : 2, x->n, x->h, x->w),
            .n_frequencies = dm_conv3x3_frequencies (w->algorithm),
            .v_tile = dm_round_up (x->c, kernels->lanes),
            .m_tile = dm_round_up (y->c, kernels->block),
  };

  if (job.tiling.n_tiles <= DM_SHARED_TILES)
    convolve_together (&job);
  else
    dm_pool_run (context->pool, convolve_chunk, &job,
                 (job.tiling.n_tiles + DM_CHUNK_TILES - 1) / DM_CHUNK_TILES);
}
