/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernels/context.h"
#include "tensor/tensor.h"

/* 3x3 convolution, stride 1 or 2, one pixel of border. */

typedef enum
{
  DM_CONV_DIRECT, /* nine taps, any stride        */
  DM_CONV_F2,     /* Winograd F(2x2, 3x3)         */
  DM_CONV_F4      /* Winograd F(4x4, 3x3)         */
} DmConvAlgorithm;

/* Weights in the order that one algorithm and instruction set reads. */
typedef struct
{
  DmConvAlgorithm algorithm;
  size_t          c_in, c_out;
  float          *data; /* [dm_conv3x3_packed_floats ()] */
} DmConvWeights;

/* A layer as the planner sees it. It plans for one number and size of pictures,
 * whatever the layer is given later: @n is 2 for the class and the null class
 * of one picture, or a small batch to train on.
 */
typedef struct
{
  size_t n, h, w; /* pictures; pixels of the input at the network's own size */
  size_t c_in, c_out, stride;
} DmConvShape;

#define DM_CONV_INFER_N 2
#define DM_CONV_TRAIN_N 16

DmConvAlgorithm dm_conv3x3_plan (const DmConvShape *shape);
double          dm_conv3x3_estimate (DmConvAlgorithm    algorithm,
                                     const DmConvShape *shape);
size_t dm_conv3x3_weigh (DmConvAlgorithm algorithm, const DmConvShape *shape);

size_t dm_conv3x3_packed_floats (const DmKernels *kernels,
                                 DmConvAlgorithm  algorithm,
                                 size_t           c_in,
                                 size_t           c_out);

/* @w: [c_out, c_in, 3, 3] as PyTorch has it; @self->data is lent.
 * @transposed: packs the weights of the data gradient, so that @self->c_in is
 * the number of rows of @w and @self->c_out the number of its columns.
 */
void dm_conv3x3_pack (DmConvWeights   *self,
                      const float     *w,
                      bool             transposed,
                      const DmContext *context);

/* Scratch that the two functions below need. Bounds that hold for any number
 * of images: both are fixed by the shape of one image and @n.
 */
typedef struct
{
  size_t worker; /* floats for each worker */
  size_t shared; /* floats for all         */
} DmScratchSize;

DmScratchSize dm_conv3x3_scratch (const DmKernels *kernels,
                                  DmConvAlgorithm  algorithm,
                                  size_t           n,
                                  size_t           h,
                                  size_t           w,
                                  size_t           c_in,
                                  size_t           c_out);
DmScratchSize dm_conv3x3_backward_weight_scratch (const DmKernels *kernels,
                                                  DmConvAlgorithm  algorithm,
                                                  size_t           n,
                                                  size_t           h,
                                                  size_t           w,
                                                  size_t           c_in,
                                                  size_t           c_out);

/* y = conv (x, w) + bias + add;  bias, add may be NULL; y may be add
 *
 * @y: [n, ceil (h / stride), ceil (w / stride), c_out], with or without border
 * @x: [n, h, w, c_in], bordered, the border filled
 */
void dm_conv3x3_forward (DmTensor            *y,
                         const DmTensor      *x,
                         const DmConvWeights *w,
                         const float         *bias,
                         const DmTensor      *add,
                         size_t               stride,
                         const DmContext     *context);

/* dw[c_out, c_in, 3, 3] += dy * x, stride 1; x bordered, dy with or without.
 * @algorithm: DM_CONV_F4, or DM_CONV_DIRECT to compare with. The data gradient
 * is dm_conv3x3_forward() of a bordered dy with transposed weights.
 */
void dm_conv3x3_backward_weight (float           *dw,
                                 const DmTensor  *dy,
                                 const DmTensor  *x,
                                 DmConvAlgorithm  algorithm,
                                 const DmContext *context);

/* Fills border and slack: border pixels with the opposite edge where @wrap
 * says so, all else with zero.
 */
void dm_border_fill (DmTensor *x, DmWrap wrap, const DmContext *context);
