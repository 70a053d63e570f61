/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernels/context.h"
#include "kernels/conv3x3.h"
#include "tensor/tensor.h"

/* Rows of one picture that one worker handles at a time. It follows from the
 * shape alone, so that sums over chunks have the same bits whatever the number
 * of workers and pictures. 64 KiB of floats: large beside the cost of handing
 * out a chunk, small beside a second level cache.
 */
#define DM_CHUNK_FLOATS 16384

static inline size_t
dm_chunk_rows (const DmTensor *x)
{
  size_t rows = DM_CHUNK_FLOATS / (x->w * x->c);

  return rows < 1 ? 1 : rows < x->h ? rows : x->h;
}

/* Chunks of one picture. */
static inline size_t
dm_n_chunks (const DmTensor *x)
{
  size_t rows = dm_chunk_rows (x);

  return (x->h + rows - 1) / rows;
}

/* The rows of one chunk of all pictures: image, first row, one past the last.
 */
typedef struct
{
  size_t image, begin, end;
} DmRows;

static inline DmRows
dm_chunk_get_rows (const DmTensor *x, size_t chunk)
{
  size_t n_chunks = dm_n_chunks (x), rows = dm_chunk_rows (x);
  size_t begin = chunk % n_chunks * rows;

  return (DmRows){
    .image = chunk / n_chunks,
    .begin = begin,
    .end = begin + rows < x->h ? begin + rows : x->h,
  };
}

/* @x as rows of c floats, one pixel a row; for tensors without a border. */
static inline size_t
dm_tensor_n_pixels (const DmTensor *x)
{
  return x->n * x->h * x->w;
}

DmScratchSize dm_channel_sums_scratch (const DmTensor *x);
void dm_channel_sums (float *sum, const DmTensor *x, const DmContext *context);
void dm_reduce_sums (float       *sum,
                     const float *partial,
                     size_t       n_partial,
                     size_t       stride,
                     size_t       c);
