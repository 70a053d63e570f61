/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/group-norm.h"

/* Moments of a canvas larger than the pictures that the network was trained on.
 *
 * A group norm makes what it sees everywhere depend on the whole picture, and
 * was trained on whole pictures of one size. On a larger canvas each position
 * therefore gets the moments of a window of that size around it.
 *
 * Both axes are cut into equal blocks, a whole number of them a window. Windows
 * begin at blocks. Between the centres of neighbouring windows 1 / deviation
 * and mean / deviation are interpolated linearly; that is the same as
 * interpolating the coefficients of y = a x + b. Beyond the first and last
 * centre of an axis that does not wrap the window stays what it is there.
 *
 * Windows of a canvas that repeats a picture of their size all have the moments
 * of that picture: such a canvas gives its answer, repeated.
 */
void dm_norm_windows_plan (const DmGroupNorm *self,
                           DmGroupNormPlan   *plan,
                           DmPlanner         *planner,
                           const DmTensor    *x);
void dm_norm_windows_forward (const DmGroupNorm     *self,
                              const DmGroupNormPlan *plan,
                              DmTensor              *y,
                              const DmTensor        *x,
                              const float           *condition,
                              const DmContext       *context);
