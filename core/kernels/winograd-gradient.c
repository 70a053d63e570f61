/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "kernels/conv3x3-private.h"

#define FREQUENCIES 36

/* Tiles transformed, and rows of dw transformed back, by one chunk. */
#define CHUNK_TILES 8
#define CHUNK_ROWS 4

/* The weight gradient in F4's domain: each step of the forward pass is linear,
 * so its adjoint is the same steps backwards,
 *
 *   z = A dy Aᵀ,  du[f] += z[f]ᵀ v[f],  dw = Gᵀ du G
 */
typedef struct
{
  float           *dw;
  const DmTensor  *dy, *x;
  const DmContext *context;
  DmTiling         tiling;
  size_t           v_tile, z_tile;
  size_t           v_frequency, z_frequency;
  float *v, *z, *du; /* [36, tiles, c_in], [.., c_out], [36, c_out, c_in] */
  size_t first, n;   /* tiles at hand */
} Gradient;

static void
transform_tile (const Gradient *job, size_t i)
{
  const DmKernels *kernels = job->context->kernels;
  const DmTiling  *tiling = &job->tiling;
  const DmTensor  *x = job->x, *dy = job->dy;
  size_t           number = job->first + i;
  size_t           left = number % tiling->across * 4;
  size_t           top = number / tiling->across % tiling->down * 4;

  kernels->f4_input (job->v + i * job->v_tile, job->v_frequency,
                     x->data - x->row - x->pixel +
                         dm_tiling_offset (tiling, x, number),
                     x->row, x->pixel, x->c);
  kernels->f4_gradient (job->z + i * job->z_tile, job->z_frequency,
                        dy->data + dm_tiling_offset (tiling, dy, number),
                        dy->row, dy->pixel, MIN (4, dy->h - top),
                        MIN (4, dy->w - left), dy->c);
}

static void
transform_chunk (void *data, size_t chunk, size_t worker)
{
  const Gradient *job = data;
  size_t          end = MIN ((chunk + 1) * CHUNK_TILES, job->n);

  (void) worker;
  for (size_t i = chunk * CHUNK_TILES; i < end; i++)
    transform_tile (job, i);
}

static void
multiply_chunk (void *data, size_t frequency, size_t worker)
{
  const Gradient *job = data;
  size_t          c_in = job->x->c, c_out = job->dy->c;
  DmOuterProducts products = {
    .y = job->du + frequency * c_out * c_in,
    .y_row = c_in,
    .x = job->z + frequency * job->z_frequency,
    .x_row = job->z_tile,
    .w = job->v + frequency * job->v_frequency,
    .w_row = job->v_tile,
    .n_terms = job->n,
    .n_rows = c_out,
    .n_columns = c_in,
    .add = job->first > 0,
  };

  (void) worker;
  job->context->kernels->outer_products (&products);
}

static void
finish_chunk (void *data, size_t chunk, size_t worker)
{
  const Gradient *job = data;
  size_t          c_in = job->x->c, c_out = job->dy->c;
  size_t          end = MIN ((chunk + 1) * CHUNK_ROWS, c_out);

  (void) worker;
  for (size_t o = chunk * CHUNK_ROWS; o < end; o++)
    job->context->kernels->f4_weight_gradient (
        job->dw + o * c_in * 9, job->du + o * c_in, c_out * c_in, c_in);
}

static size_t
tiles_at_hand (const DmTiling *tiling)
{
  return MIN (tiling->n_tiles, DM_GRADIENT_TILES);
}

DmScratchSize
dm_conv3x3_backward_weight_scratch (const DmKernels *kernels,
                                    DmConvAlgorithm  algorithm,
                                    size_t           n,
                                    size_t           h,
                                    size_t           w,
                                    size_t           c_in,
                                    size_t           c_out)
{
  DmTiling tiling = dm_tiling (4, n, h, w);
  size_t   tile =
      dm_round_up (c_in, kernels->block) + dm_round_up (c_out, kernels->lanes);

  if (algorithm == DM_CONV_DIRECT)
    return (DmScratchSize){ .shared = 9 * c_in * c_out };

  return (DmScratchSize){
    .shared = FREQUENCIES * (tiles_at_hand (&tiling) * tile + c_in * c_out),
  };
}

/* As dm_conv3x3_backward_weight(), by F4. */
void
dm_winograd_backward_weight (float           *dw,
                             const DmTensor  *dy,
                             const DmTensor  *x,
                             const DmContext *context)
{
  const DmKernels *kernels = context->kernels;
  DmPool          *pool = context->pool;
  Gradient         job = {
            .dw = dw,
            .dy = dy,
            .x = x,
            .context = context,
            .tiling = dm_tiling (4, x->n, x->h, x->w),
            .v_tile = dm_round_up (x->c, kernels->block),
            .z_tile = dm_round_up (dy->c, kernels->lanes),
            .v = context->shared,
  };
  size_t held = tiles_at_hand (&job.tiling);

  job.v_frequency = held * job.v_tile;
  job.z_frequency = held * job.z_tile;
  job.z = job.v + FREQUENCIES * job.v_frequency;
  job.du = job.z + FREQUENCIES * job.z_frequency;

  for (job.first = 0; job.first < job.tiling.n_tiles; job.first += held)
    {
      job.n = MIN (held, job.tiling.n_tiles - job.first);
      dm_pool_run (pool, transform_chunk, &job,
                   (job.n + CHUNK_TILES - 1) / CHUNK_TILES);
      dm_pool_run (pool, multiply_chunk, &job, FREQUENCIES);
    }

  dm_pool_run (pool, finish_chunk, &job, (dy->c + CHUNK_ROWS - 1) / CHUNK_ROWS);
}
