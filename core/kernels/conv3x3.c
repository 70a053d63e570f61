/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/conv3x3.h"

#include <glib.h>
#include <string.h>

#include "kernels/conv3x3-private.h"

/* Rows of output that one chunk of the direct convolution computes. */
#define CHUNK_ROWS 4

/**
 * dm_conv3x3_packed_floats:
 *
 * Returns: floats that packed weights take: [frequencies or taps, blocks, c_in,
 * block] for Winograd, [blocks, taps, c_in, block] for the direct convolution.
 */
size_t
dm_conv3x3_packed_floats (const DmKernels *kernels,
                          DmConvAlgorithm  algorithm,
                          size_t           c_in,
                          size_t           c_out)
{
  return dm_conv3x3_frequencies (algorithm) * c_in *
         dm_round_up (c_out, kernels->block);
}

/* --- packing ------------------------------------------------------------ */

typedef struct
{
  DmConvWeights   *self;
  const float     *w;
  bool             transposed;
  const DmKernels *kernels;
} Packing;

/* taps[9, block] of input channel k for the output channels from @first on.
 * Transposed weights are also turned by half a turn: the data gradient reads
 * dy where the forward pass has written y.
 */
static void
gather_taps (const Packing *job, float *taps, size_t first, size_t k)
{
  size_t block = job->kernels->block;
  size_t c_in = job->self->c_in, c_out = job->self->c_out;

  memset (taps, 0, 9 * block * sizeof *taps);
  for (size_t i = 0; i < block && first + i < c_out; i++)
    {
      size_t       o = first + i;
      const float *w =
          job->w + 9 * (job->transposed ? k * c_out + o : o * c_in + k);

      for (size_t tap = 0; tap < 9; tap++)
        taps[tap * block + i] = w[job->transposed ? 8 - tap : tap];
    }
}

static void
pack_block (void *data, size_t chunk, size_t worker)
{
  const Packing   *job = data;
  const DmKernels *kernels = job->kernels;
  size_t           block = kernels->block, c_in = job->self->c_in;
  size_t           n_blocks = (job->self->c_out + block - 1) / block;
  float            taps[9 * 64];
  float           *out;

  (void) worker;
  g_assert (block <= 64);

  for (size_t k = 0; k < c_in; k++)
    {
      gather_taps (job, taps, chunk * block, k);

      switch (job->self->algorithm)
        {
        case DM_CONV_F4:
          out = job->self->data + (chunk * c_in + k) * block;
          kernels->f4_weights (out, n_blocks * c_in * block, taps);
          break;
        case DM_CONV_F2:
          out = job->self->data + (chunk * c_in + k) * block;
          kernels->f2_weights (out, n_blocks * c_in * block, taps);
          break;
        case DM_CONV_DIRECT:
          out = job->self->data + (chunk * 9 * c_in + k) * block;
          for (size_t tap = 0; tap < 9; tap++)
            memcpy (out + tap * c_in * block, taps + tap * block,
                    block * sizeof *taps);
          break;
        }
    }
}

void
dm_conv3x3_pack (DmConvWeights   *self,
                 const float     *w,
                 bool             transposed,
                 const DmContext *context)
{
  const DmKernels *kernels = context->kernels;
  Packing          job = { self, w, transposed, kernels };

  dm_pool_run (context->pool, pack_block, &job,
               (self->c_out + kernels->block - 1) / kernels->block);
}

/* --- direct ------------------------------------------------------------- */

typedef struct
{
  DmTensor            *y;
  const DmTensor      *x, *add;
  const DmConvWeights *w;
  const float         *bias;
  size_t               stride;
  const DmKernels     *kernels;
} Direct;

static void
direct_row (const Direct *job, size_t image, size_t row, size_t first)
{
  const DmTensor *x = job->x, *y = job->y;
  size_t          block = job->kernels->block;
  size_t          taps[9];
  DmProduct       product = {
          .y = dm_tensor_at (y, image, row, 0) + first,
          .y_pixel = y->pixel,
          .x = dm_tensor_at (x, image, row * job->stride, 0) - x->row - x->pixel,
          .x_pixel = x->pixel * job->stride,
          .taps = taps,
          .n_taps = 9,
          .c_in = x->c,
          .w = job->w->data + first * 9 * x->c,
          .bias = job->bias != NULL ? job->bias + first : NULL,
          .n_pixels = y->w,
          .n_channels = MIN (block, y->c - first),
  };

  for (size_t tap = 0; tap < 9; tap++)
    taps[tap] = tap / 3 * x->row + tap % 3 * x->pixel;

  if (job->add != NULL)
    {
      product.add = dm_tensor_at (job->add, image, row, 0) + first;
      product.add_pixel = job->add->pixel;
    }

  job->kernels->product (&product);
}

static void
direct_rows (void *data, size_t chunk, size_t worker)
{
  const Direct *job = data;
  size_t        per_image = (job->y->h + CHUNK_ROWS - 1) / CHUNK_ROWS;
  size_t        row = chunk % per_image * CHUNK_ROWS;
  size_t        end = MIN (row + CHUNK_ROWS, job->y->h);

  (void) worker;
  for (size_t first = 0; first < job->y->c; first += job->kernels->block)
    for (size_t i = row; i < end; i++)
      direct_row (job, chunk / per_image, i, first);
}

/* --- any algorithm ------------------------------------------------------ */

DmScratchSize
dm_conv3x3_scratch (const DmKernels *kernels,
                    DmConvAlgorithm  algorithm,
                    size_t           n,
                    size_t           h,
                    size_t           w,
                    size_t           c_in,
                    size_t           c_out)
{
  size_t   frequencies = dm_conv3x3_frequencies (algorithm);
  DmTiling tiling = dm_tiling (algorithm == DM_CONV_F4 ? 4 : 2, n, h, w);
  size_t   floats = frequencies * (dm_round_up (c_in, kernels->lanes) +
                                 dm_round_up (c_out, kernels->block));

  if (algorithm == DM_CONV_DIRECT)
    return (DmScratchSize){ 0, 0 };

  if (tiling.n_tiles <= DM_SHARED_TILES)
    return (DmScratchSize){ 0, tiling.n_tiles * floats };

  return (DmScratchSize){ DM_CHUNK_TILES * floats, 0 };
}

void
dm_conv3x3_forward (DmTensor            *y,
                    const DmTensor      *x,
                    const DmConvWeights *w,
                    const float         *bias,
                    const DmTensor      *add,
                    size_t               stride,
                    const DmContext     *context)
{
  Direct job = { y, x, add, w, bias, stride, context->kernels };

  g_assert (x->bordered && x->c == w->c_in && y->c == w->c_out);

  if (w->algorithm == DM_CONV_DIRECT)
    dm_pool_run (context->pool, direct_rows, &job,
                 y->n * ((y->h + CHUNK_ROWS - 1) / CHUNK_ROWS));
  else
    dm_winograd_forward (y, x, w, bias, add, context);
}

void
dm_conv3x3_backward_weight (float           *dw,
                            const DmTensor  *dy,
                            const DmTensor  *x,
                            DmConvAlgorithm  algorithm,
                            const DmContext *context)
{
  g_assert (x->bordered && dy->h == x->h && dy->w == x->w);

  if (algorithm == DM_CONV_DIRECT)
    dm_direct_backward_weight (dw, dy, x, context);
  else
    dm_winograd_backward_weight (dw, dy, x, context);
}
