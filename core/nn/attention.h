/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/group-norm.h"
#include "nn/linear.h"

/* y = x + proj (attend (qkv (norm (x)))), every cell looking at every other,
 * but on a canvas larger than what the network was trained on: see
 * nn/attention-windows.h.
 */
typedef struct
{
  size_t      c, n_heads;
  DmGroupNorm norm;
  DmLinear    qkv, proj;
} DmAttention;

/* Cells of an axis, and how many of them are looked at. */
typedef struct
{
  size_t n, window;
  bool   wrap;
} DmAttentionAxis;

typedef struct
{
  DmTensor        x, y;
  DmTensor        normed, qkv, mixed; /* mixed: what the heads gathered */
  DmGroupNormPlan norm;
  DmAttentionAxis rows, columns; /* of windows, if there are any */
  bool            windowed;

  /* backward */
  DmTensor dx, dy;
  bool     add;
  DmTensor dnormed, dqkv, dmixed;
} DmAttentionPlan;

void dm_attention_init (DmAttention *self,
                        DmBuilder   *builder,
                        const char  *scope,
                        size_t       c,
                        size_t       head_width,
                        size_t       n_groups);
void dm_attention_plan (const DmAttention *self,
                        DmAttentionPlan   *plan,
                        DmPlanner         *planner,
                        DmTensor           y,
                        DmTensor           x);
void dm_attention_plan_backward (const DmAttention *self,
                                 DmAttentionPlan   *plan,
                                 DmPlanner         *planner,
                                 DmTensor           dx,
                                 bool               add,
                                 DmTensor           dy);
void dm_attention_forward (const DmAttention *self,
                           DmAttentionPlan   *plan,
                           const DmContext   *context);
void dm_attention_backward (const DmAttention *self,
                            DmAttentionPlan   *plan,
                            const DmContext   *context);
