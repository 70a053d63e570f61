/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels/kernels.h"

/* The loop files are compiled once for each instruction set; the build says
 * which by DM_ISA, and each fills its part of the table.
 */
void dm_kernels_fill_product_base (DmKernels *k);
void dm_kernels_fill_winograd_base (DmKernels *k);
void dm_kernels_fill_product_avx2 (DmKernels *k);
void dm_kernels_fill_winograd_avx2 (DmKernels *k);
void dm_kernels_fill_product_avx512 (DmKernels *k);
void dm_kernels_fill_winograd_avx512 (DmKernels *k);
void dm_kernels_fill_nn_base (DmKernels *k);
void dm_kernels_fill_nn_avx2 (DmKernels *k);
void dm_kernels_fill_nn_avx512 (DmKernels *k);

#define DM_JOIN_(name, isa) name##_##isa
#define DM_JOIN(name, isa) DM_JOIN_ (name, isa)
#define DM_VARIANT(name) DM_JOIN (name, DM_ISA)
