/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/linear.h"
#include "nn/packs.h"
#include "nn/planner.h"

/* A 3x3 convolution, stride 1 or 2, one pixel of padding. */
typedef struct
{
  DmParam        *weight, *bias;
  DmParam        *twin_bias; /* (nullable): has the gradient of bias */
  size_t          c_in, c_out, stride;
  DmConvWeights   forward, transposed;
  DmConvAlgorithm gradient; /* of the weight */
} DmConv2d;

void dm_conv2d_init (DmConv2d   *self,
                     DmBuilder  *builder,
                     const char *scope,
                     size_t      c_in,
                     size_t      c_out,
                     size_t      stride,
                     DmStart     start);
void
dm_conv2d_plan (const DmConv2d *self, DmPlanner *planner, size_t h, size_t w);
void dm_conv2d_forward (const DmConv2d  *self,
                        DmTensor        *y,
                        const DmTensor  *x,
                        const DmTensor  *add,
                        const DmContext *context);
void dm_conv2d_backward (const DmConv2d  *self,
                         DmTensor        *dx,
                         bool             add,
                         const DmTensor  *dy,
                         const DmTensor  *x,
                         DmTensor        *spread,
                         DmWrap           wrap,
                         const DmContext *context);
