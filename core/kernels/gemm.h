/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

#include "kernels/context.h"

/* Returns: (transfer none): name, version and build of the library below. */
const char *dm_gemm_get_library (void);

void dm_gemm_use_one_thread (void);

/* Matrix products with weights that are packed once. Each row of y depends on
 * its row of x alone, bit for bit, whatever the number of rows.
 */
typedef struct
{
  size_t c_in, c_out;
  float *data; /* [dm_matmul_packed_floats ()], lent */
} DmMatmulWeights;

size_t
dm_matmul_packed_floats (const DmKernels *kernels, size_t c_in, size_t c_out);

/* @w: [c_out, c_in]; transposed: packs wᵀ, for the data gradient, so that
 * @self->c_in is the number of rows of @w.
 */
void dm_matmul_pack (DmMatmulWeights *self,
                     const float     *w,
                     bool             transposed,
                     const DmContext *context);

/* y[i] = x[i] wᵀ + bias + add[i], i < n_rows; bias and add may be NULL; y may
 * be add. The strides are the floats from one row to the next.
 */
void dm_matmul (float                 *y,
                size_t                 y_stride,
                const float           *x,
                size_t                 x_stride,
                const DmMatmulWeights *w,
                const float           *bias,
                const float           *add,
                size_t                 add_stride,
                size_t                 n_rows,
                const DmContext       *context);

/* Plain products on the calling thread, by OpenBLAS with one thread, row-major,
 * c[m, n] = alpha * op (a) op (b) + beta * c. The only file with cblas.h.
 */
void dm_gemm_nn (float       *c,
                 size_t       ldc,
                 const float *a,
                 size_t       lda,
                 const float *b,
                 size_t       ldb,
                 size_t       m,
                 size_t       n,
                 size_t       k,
                 float        alpha,
                 float        beta);
void dm_gemm_nt (float       *c,
                 size_t       ldc,
                 const float *a,
                 size_t       lda,
                 const float *b,
                 size_t       ldb,
                 size_t       m,
                 size_t       n,
                 size_t       k,
                 float        alpha,
                 float        beta);
void dm_gemm_tn (float       *c,
                 size_t       ldc,
                 const float *a,
                 size_t       lda,
                 const float *b,
                 size_t       ldb,
                 size_t       m,
                 size_t       n,
                 size_t       k,
                 float        alpha,
                 float        beta);

/* dw[c_out, c_in] += dyᵀ x over n_rows rows, split over the pool by blocks of
 * dw, so that sums do not depend on the number of workers.
 */
void dm_matmul_backward_weight (float           *dw,
                                const float     *dy,
                                size_t           dy_stride,
                                const float     *x,
                                size_t           x_stride,
                                size_t           n_rows,
                                size_t           c_in,
                                size_t           c_out,
                                const DmContext *context);
