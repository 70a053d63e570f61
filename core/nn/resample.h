/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels/context.h"
#include "tensor/rng.h"
#include "tensor/tensor.h"

/* Layers without parameters: they move pixels. Tensors may be bordered, and the
 * borders are left alone.
 */

void dm_tensor_copy (DmTensor *y, const DmTensor *x, const DmContext *context);

void
dm_upsample_forward (DmTensor *y, const DmTensor *x, const DmContext *context);
void dm_upsample_backward (DmTensor        *dx,
                           bool             add,
                           const DmTensor  *dy,
                           const DmContext *context);

void dm_space_to_depth (DmTensor        *y,
                        const DmTensor  *x,
                        size_t           patch,
                        const DmContext *context);
void dm_depth_to_space (DmTensor        *y,
                        const DmTensor  *x,
                        size_t           patch,
                        bool             add,
                        const DmContext *context);

void dm_dropout (DmTensor        *x,
                 double           p,
                 DmRng            rng,
                 uint64_t         first_picture,
                 const DmContext *context);
