/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels/context.h"
#include "tensor/tensor.h"

/* y = mean of x over the pixels of each picture. */

void
dm_average_forward (DmTensor *y, const DmTensor *x, const DmContext *context);
void dm_average_backward (DmTensor        *dx,
                          bool             add,
                          const DmTensor  *dy,
                          const DmContext *context);
