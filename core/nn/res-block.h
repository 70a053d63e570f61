/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/conv2d.h"
#include "nn/group-norm.h"
#include "nn/linear.h"
#include "tensor/rng.h"

/* h = conv1 (silu (norm1 (x)))
 * y = skip (x) + conv2 (dropout (silu (norm2 (h) (1 + scale) + shift)))
 *
 * where skip is the identity unless the number of channels changes, and
 * [scale, shift] = condition (embedding); without an embedding, both are 0.
 */
typedef struct
{
  size_t      c_in, c_out;
  DmGroupNorm norm1, norm2;
  DmConv2d    conv1, conv2;
  DmLinear    condition; /* c_in = 0: none */
  DmLinear    skip;      /* c_in = 0: the identity */
} DmResBlock;

/* Chance of dropping an element, and where its draws come from. */
typedef struct
{
  double   p; /* 0: none */
  DmRng    rng;
  uint64_t first_picture;
} DmDropout;

typedef struct
{
  DmTensor        x, y;
  DmTensor        active1, h, active2; /* active: SiLU of the norm, bordered */
  DmTensor        condition;           /* [n, 1, 1, 2 c_out], or no data     */
  DmGroupNormPlan norm1, norm2;
  DmWrap          wrap;

  /* backward */
  DmTensor dx, dy;
  bool     add;
  DmTensor spread, dactive2, dh, dactive1, dcondition;
} DmResBlockPlan;

void dm_res_block_init (DmResBlock *self,
                        DmBuilder  *builder,
                        const char *scope,
                        size_t      c_in,
                        size_t      c_out,
                        size_t      embedding,
                        size_t      n_groups);
void dm_res_block_plan_condition (const DmResBlock *self,
                                  DmResBlockPlan   *plan,
                                  DmPlanner        *planner);
void dm_res_block_plan (const DmResBlock *self,
                        DmResBlockPlan   *plan,
                        DmPlanner        *planner,
                        DmTensor          y,
                        DmTensor          x);
void dm_res_block_plan_backward (const DmResBlock *self,
                                 DmResBlockPlan   *plan,
                                 DmPlanner        *planner,
                                 DmTensor          dx,
                                 bool              add,
                                 DmTensor          dy);
void dm_res_block_forward (const DmResBlock *self,
                           DmResBlockPlan   *plan,
                           const DmDropout  *dropout,
                           const DmContext  *context);
void dm_res_block_backward (const DmResBlock *self,
                            DmResBlockPlan   *plan,
                            const DmDropout  *dropout,
                            const DmContext  *context);
