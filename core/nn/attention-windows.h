/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/attention.h"

/* Attention on a canvas larger than the pictures that the network was trained
 * on: each cell looks at those of a window of that size around it, as it has
 * learnt to. Along an axis that does not wrap the window is moved within.
 *
 * In a picture of that size that wraps every window is all of it. So a canvas
 * that repeats such a picture gives its answer, repeated.
 *
 * Source of the idea: Hassani et al. 2023, neighbourhood attention; there it is
 * trained, here it stands for what was.
 */
bool dm_attention_windows_are_needed (const DmAttention *self,
                                      const DmPlanner   *planner,
                                      const DmTensor    *x);
void dm_attention_windows_plan (const DmAttention *self,
                                DmAttentionPlan   *plan,
                                DmPlanner         *planner);
void dm_attention_windows_forward (const DmAttention *self,
                                   DmAttentionPlan   *plan,
                                   const DmContext   *context);
