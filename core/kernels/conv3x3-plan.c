/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/conv3x3.h"

#include <glib.h>
#include <math.h>

#include "kernels/conv3x3-private.h"

/* Below this many channels Winograd's transforms cost more than they save. */
#define WINOGRAD_CHANNELS 8

/* What two cores of a 2024 server were measured to do: multiplications and
 * additions in registers, and reading of weights that lie in main memory, as
 * they do when the rest of the network has passed since they were last used.
 */
#define FLOPS 234e9
#define BYTES_PER_SECOND 30e9

/* The share of FLOPS that is left to the products, transforms included: one
 * thread ran 105, 209 and 340 GFLOP/s, counted as a direct convolution's, where
 * the peak is 117; F2 has 4/9 of its multiplications and F4 has 1/4.
 */
static const double efficiency[] = {
  [DM_CONV_DIRECT] = 0.90,
  [DM_CONV_F2] = 0.80,
  [DM_CONV_F4] = 0.72,
};

static size_t
count_multiplications (DmConvAlgorithm algorithm, const DmConvShape *shape)
{
  size_t stride = shape->stride, m = algorithm == DM_CONV_F4 ? 4 : 2;
  size_t n_products = algorithm == DM_CONV_DIRECT ?
                          shape->n * ((shape->h + stride - 1) / stride) *
                              ((shape->w + stride - 1) / stride) :
                          dm_tiling (m, shape->n, shape->h, shape->w).n_tiles;

  return dm_conv3x3_frequencies (algorithm) * n_products * shape->c_in *
         shape->c_out;
}

/**
 * dm_conv3x3_weigh:
 *
 * Returns: bytes of packed weights, but for what an instruction set adds to
 * fill its vectors.
 */
size_t
dm_conv3x3_weigh (DmConvAlgorithm algorithm, const DmConvShape *shape)
{
  return dm_conv3x3_frequencies (algorithm) * shape->c_in * shape->c_out *
         sizeof (float);
}

/**
 * dm_conv3x3_estimate:
 *
 *   max (multiplications / speed, bytes of weights / bandwidth)
 *
 * Large pictures are bound by the first, small ones with many channels by the
 * second: F4's weights take four times the memory of the direct convolution's.
 *
 * Returns: seconds, on a machine that is always the same one: the choice that
 * is made by them must be the same everywhere. Infinite if the algorithm cannot
 * serve.
 */
double
dm_conv3x3_estimate (DmConvAlgorithm algorithm, const DmConvShape *shape)
{
  double compute, read;

  if (algorithm != DM_CONV_DIRECT &&
      (shape->stride != 1 ||
       MIN (shape->c_in, shape->c_out) < WINOGRAD_CHANNELS))
    return INFINITY;

  compute = 2.0 * (double) count_multiplications (algorithm, shape) /
            (FLOPS * efficiency[algorithm]);
  read = (double) dm_conv3x3_weigh (algorithm, shape) / BYTES_PER_SECOND;

  return MAX (compute, read);
}

/**
 * dm_conv3x3_plan:
 *
 * Depends on nothing but the shape, so that a picture has the same bits in
 * every batch and with any number of threads.
 *
 * Returns: the algorithm that is quickest by dm_conv3x3_estimate().
 */
DmConvAlgorithm
dm_conv3x3_plan (const DmConvShape *shape)
{
  static const DmConvAlgorithm others[] = { DM_CONV_F2, DM_CONV_DIRECT };
  DmConvAlgorithm              best = DM_CONV_F4;

  for (size_t i = 0; i < G_N_ELEMENTS (others); i++)
    if (dm_conv3x3_estimate (others[i], shape) <
        dm_conv3x3_estimate (best, shape))
      best = others[i];

  return best;
}
