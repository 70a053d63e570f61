/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/sums.h"

#include <string.h>

typedef struct
{
  const DmContext *context;
  const DmTensor  *x;
} Job;

static void
sum_chunk (void *data, size_t chunk, size_t worker)
{
  const Job      *job = data;
  const DmTensor *x = job->x;
  float          *partial = job->context->shared + chunk * 2 * x->c;
  DmRows          rows = dm_chunk_get_rows (x, chunk);

  (void) worker;

  memset (partial, 0, 2 * x->c * sizeof *partial);
  for (size_t y = rows.begin; y < rows.end; y++)
    job->context->kernels->moments (partial, partial + x->c,
                                    dm_tensor_at (x, rows.image, y, 0),
                                    x->pixel, x->w, x->c);
}

/**
 * dm_channel_sums_scratch:
 *
 * Returns: scratch that dm_channel_sums() needs for tensors like @x.
 */
DmScratchSize
dm_channel_sums_scratch (const DmTensor *x)
{
  return (DmScratchSize){ .shared = x->n * dm_n_chunks (x) * 2 * x->c };
}

/**
 * dm_reduce_sums:
 * @sum: (inout) [c]
 * @partial: [n_partial, c], rows @stride floats apart
 *
 *   sum[c] += Σ partial[i, c], in this order and in double
 */
void
dm_reduce_sums (
    float *sum, const float *partial, size_t n_partial, size_t stride, size_t c)
{
  for (size_t i = 0; i < c; i++)
    {
      double total = 0.0;

      for (size_t j = 0; j < n_partial; j++)
        total += partial[j * stride + i];

      sum[i] += (float) total;
    }
}

/**
 * dm_channel_sums:
 * @sum: (inout) [c]
 * @x: [n, h, w, c]
 *
 *   sum[c] += Σ x[n, h, w, c], which is the gradient of a bias
 */
void
dm_channel_sums (float *sum, const DmTensor *x, const DmContext *context)
{
  Job    job = { context, x };
  size_t n_partial = x->n * dm_n_chunks (x);

  dm_pool_run (context->pool, sum_chunk, &job, n_partial);
  dm_reduce_sums (sum, context->shared, n_partial, 2 * x->c, x->c);
}
