/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "kernels/conv3x3-private.h"
#include "kernels/gemm.h"

/* Rows of dw that are added to by one chunk. */
#define CHUNK_ROWS 4

/* The weight gradient by its definition, a product of matrices for each tap and
 * row of pixels:
 *
 *   du[tap] += dy[n, y]ᵀ x[n, y + tap / 3 - 1, tap % 3 - 1 ...]
 */
typedef struct
{
  float          *dw, *du; /* [c_out, c_in, 9], [9, c_out, c_in] */
  const DmTensor *dy, *x;
} Gradient;

static void
multiply_tap (void *data, size_t tap, size_t worker)
{
  const Gradient *job = data;
  const DmTensor *dy = job->dy, *x = job->x;
  float          *du = job->du + tap * dy->c * x->c;

  (void) worker;
  for (size_t row = 0; row < dy->n * dy->h; row++)
    {
      size_t       n = row / dy->h, y = row % dy->h;
      const float *from = dm_tensor_at (x, n, y, 0) - x->row - x->pixel +
                          tap / 3 * x->row + tap % 3 * x->pixel;

      dm_gemm_tn (du, x->c, dm_tensor_at (dy, n, y, 0), dy->pixel, from,
                  x->pixel, dy->c, x->c, dy->w, 1.0f, row > 0 ? 1.0f : 0.0f);
    }
}

static void
finish_chunk (void *data, size_t chunk, size_t worker)
{
  const Gradient *job = data;
  size_t          c_in = job->x->c, c_out = job->dy->c;
  size_t          end = MIN ((chunk + 1) * CHUNK_ROWS, c_out);

  (void) worker;
  for (size_t i = chunk * CHUNK_ROWS * c_in; i < end * c_in; i++)
    for (size_t tap = 0; tap < 9; tap++)
      job->dw[i * 9 + tap] += job->du[tap * c_out * c_in + i];
}

/* As dm_conv3x3_backward_weight(), directly. */
void
dm_direct_backward_weight (float           *dw,
                           const DmTensor  *dy,
                           const DmTensor  *x,
                           const DmContext *context)
{
  Gradient job = { dw, context->shared, dy, x };

  dm_pool_run (context->pool, multiply_tap, &job, 9);
  dm_pool_run (context->pool, finish_chunk, &job,
               (dy->c + CHUNK_ROWS - 1) / CHUNK_ROWS);
}
