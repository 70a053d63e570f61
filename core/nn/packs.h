/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernels/conv3x3.h"
#include "kernels/gemm.h"
#include "nn/params.h"
#include "tensor/arena.h"

/* The one list of weights in the order that kernels read. Layers add theirs
 * while the network is built; then all are packed in one go, by all workers.
 */
typedef struct
{
  const DmParam   *weight;
  DmConvWeights   *conv;       /* either this, lent by the layer */
  DmMatmulWeights *matmul;     /* or this                        */
  bool             transposed; /* for the data gradient only */
  DmConvShape      shape;      /* of a convolution           */
} DmPack;

typedef struct
{
  const DmKernels *kernels;
  DmPack          *list;
  size_t           n_packs;
  DmArena          memory[2]; /* packs as they are, transposed packs */
} DmPacks;

/* Bytes that the packs of forward passes, and once more those of the data
 * gradient, may take as long as slower algorithms can make them smaller. To
 * networks of up to about 70 million parameters it does nothing; one of 121
 * million, whose quickest packs take 1.6 GB, loses 3 % of its speed.
 */
#define DM_PACKS_LIMIT ((size_t) 1 << 30)

void dm_packs_init (DmPacks *self, const DmKernels *kernels);
void dm_packs_clear (DmPacks *self);
void dm_packs_add_conv (DmPacks           *self,
                        const DmParam     *weight,
                        DmConvWeights     *conv,
                        const DmConvShape *shape,
                        bool               transposed);
void dm_packs_add_matmul (DmPacks         *self,
                          const DmParam   *weight,
                          DmMatmulWeights *matmul,
                          bool             transposed);
void dm_packs_limit (DmPacks *self, size_t bytes);
bool
dm_packs_run (DmPacks *self, bool transposed, DmPool *pool, GError **error);
size_t dm_packs_measure (const DmPacks *self, bool transposed);

/* What layers are built from: they add their parameters and packs to it. */
typedef struct
{
  DmParams *params;
  DmPacks  *packs;
  size_t    h, w; /* native size of the pictures that the layer will see: the
                     choice of algorithms must not depend on the canvas  */
  bool direct;    /* weight gradients of 3x3 convolutions directly, to
                     compare with; for the rest there is dm_packs_limit() */
} DmBuilder;
