/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/norm-axis.h"
#include "nn/packs.h"
#include "nn/planner.h"

/* y = f (norm (x) (1 + scale) + shift), f the identity or SiLU: each group of
 * channels of each picture is brought to mean 0 and deviation 1, then scaled
 * and shifted by parameters and, if given, by the condition.
 */
typedef struct
{
  DmParam *weight, *bias;
  size_t   c, n_groups;
  size_t   h, w; /* native size */
  bool     silu;
} DmGroupNorm;

/* Keeps the deviation of a constant group from being 0; PyTorch's value. */
#define DM_NORM_VARIANCE_FLOOR 1e-5

/* What forward found and backward needs. */
typedef struct
{
  float *a, *b;          /* [n, c]: y = f (a x + b)                       */
  float *mean, *inverse; /* [n, n_groups]: of x, and 1 / its deviation    */
  float *k, *l;          /* [n, c]: coefficients of backward              */

  /* on a canvas larger than the native size, when nothing is trained */
  bool       has_windows;
  DmNormAxis rows, columns;
  float     *windows; /* [n, rows.n_windows, columns.n_windows, 2, n_groups]:
                         1 / deviation and mean / deviation               */
} DmGroupNormPlan;

void dm_group_norm_init (DmGroupNorm *self,
                         DmBuilder   *builder,
                         const char  *scope,
                         size_t       c,
                         size_t       n_groups,
                         bool         silu);
void dm_group_norm_plan (const DmGroupNorm *self,
                         DmGroupNormPlan   *plan,
                         DmPlanner         *planner,
                         const DmTensor    *x);
void dm_group_norm_forward (const DmGroupNorm *self,
                            DmGroupNormPlan   *plan,
                            DmTensor          *y,
                            const DmTensor    *x,
                            const float       *condition,
                            const DmContext   *context);
void dm_group_norm_backward (const DmGroupNorm *self,
                             DmGroupNormPlan   *plan,
                             DmTensor          *dx,
                             bool               add,
                             const DmTensor    *around,
                             float             *dcondition,
                             const DmTensor    *dy,
                             const DmTensor    *x,
                             const float       *condition,
                             const DmContext   *context);
