/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels/conv3x3.h"

/* Shared by the files of the 3x3 convolution. */

/* Tiles of a chunk that one worker takes through all of Winograd's steps: its
 * transformed values stay in the second-level cache.
 */
#define DM_CHUNK_TILES 32

/* Up to this many tiles, workers share each step instead. */
#define DM_SHARED_TILES 128

/* Tiles whose transformed values are held at a time for the weight gradient. */
#define DM_GRADIENT_TILES 128

/* The tiles of a tensor, numbered image by image, row by row. */
typedef struct
{
  size_t m;            /* pixels a side           */
  size_t across, down; /* tiles of one image      */
  size_t n_tiles;      /* of all images           */
} DmTiling;

static inline DmTiling
dm_tiling (size_t m, size_t n, size_t h, size_t w)
{
  DmTiling tiling = { .m = m,
                      .across = (w + m - 1) / m,
                      .down = (h + m - 1) / m };

  tiling.n_tiles = n * tiling.across * tiling.down;

  return tiling;
}

/* Offset in floats of a tile's first pixel from a tensor's data. */
static inline size_t
dm_tiling_offset (const DmTiling *self, const DmTensor *x, size_t tile)
{
  size_t column = tile % self->across, row = tile / self->across % self->down;

  return tile / (self->across * self->down) * x->image +
         row * self->m * x->row + column * self->m * x->pixel;
}

static inline size_t
dm_round_up (size_t n, size_t multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

static inline size_t
dm_conv3x3_frequencies (DmConvAlgorithm algorithm)
{
  return algorithm == DM_CONV_F4 ? 36 : algorithm == DM_CONV_F2 ? 16 : 9;
}

void dm_winograd_forward (DmTensor            *y,
                          const DmTensor      *x,
                          const DmConvWeights *w,
                          const float         *bias,
                          const DmTensor      *add,
                          const DmContext     *context);

/* The two ways of dm_conv3x3_backward_weight(). */
void dm_winograd_backward_weight (float           *dw,
                                  const DmTensor  *dy,
                                  const DmTensor  *x,
                                  const DmContext *context);
void dm_direct_backward_weight (float           *dw,
                                const DmTensor  *dy,
                                const DmTensor  *x,
                                const DmContext *context);
