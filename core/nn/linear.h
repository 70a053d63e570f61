/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/packs.h"
#include "nn/planner.h"

/* y = x wᵀ + b for each pixel: a linear layer, and a convolution of size 1. */
typedef struct
{
  DmParam        *weight, *bias;
  size_t          c_in, c_out;
  DmMatmulWeights forward, transposed;
  bool            is_twin; /* the bias' gradient is another layer's work */
} DmLinear;

/* What the parameters start with. */
typedef enum
{
  DM_START_RANDOM,
  DM_START_ZERO /* the layer's contribution is none at first */
} DmStart;

/* @kernel_dims: dimensions of 1 that follow [c_out, c_in] in the file */
void dm_linear_init (DmLinear   *self,
                     DmBuilder  *builder,
                     const char *scope,
                     size_t      c_in,
                     size_t      c_out,
                     size_t      kernel_dims,
                     DmStart     start);
void
dm_linear_plan (const DmLinear *self, DmPlanner *planner, const DmTensor *y);
void dm_linear_forward (const DmLinear  *self,
                        DmTensor        *y,
                        const DmTensor  *x,
                        const DmTensor  *add,
                        const DmContext *context);
void dm_linear_backward (const DmLinear  *self,
                         DmTensor        *dx,
                         bool             add,
                         const DmTensor  *dy,
                         const DmTensor  *x,
                         const DmContext *context);
