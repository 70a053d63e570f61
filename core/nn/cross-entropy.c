/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/cross-entropy.h"

#include <math.h>
#include <string.h>

/* log Σ exp (x) */
static double
log_sum_exp (const float *x, size_t n)
{
  float  largest = x[0];
  double sum = 0.0;

  for (size_t k = 1; k < n; k++)
    largest = fmaxf (largest, x[k]);
  for (size_t k = 0; k < n; k++)
    sum += exp ((double) x[k] - largest);

  return largest + log (sum);
}

/**
 * dm_cross_entropy_forward:
 * @p: (out) [n, n_classes], not @logits
 * @logits: [n, n_classes]
 * @class_id: [n], the right ones
 *
 *   p = exp (logits) / Σ exp (logits), for each row
 *
 * Returns: - Σ log p[class], from the logits: finite where p rounds to 0
 */
double
dm_cross_entropy_forward (float           *p,
                          const float     *logits,
                          const int       *class_id,
                          size_t           n,
                          size_t           n_classes,
                          const DmContext *context)
{
  double loss = 0.0;

  memcpy (p, logits, n * n_classes * sizeof *p);
  context->kernels->softmax (p, n, n_classes, 1.0f);

  for (size_t i = 0; i < n; i++)
    {
      const float *row = logits + i * n_classes;

      loss += log_sum_exp (row, n_classes) - row[class_id[i]];
    }

  return loss;
}

/**
 * dm_cross_entropy_backward:
 * @dlogits: (inout) [n, n_classes], added to
 * @p: of forward
 * @scale: of the sum that forward returned
 *
 *   dlogits += scale (p - 1 for the right class)
 */
void
dm_cross_entropy_backward (float       *dlogits,
                           const float *p,
                           const int   *class_id,
                           size_t       n,
                           size_t       n_classes,
                           double       scale)
{
  for (size_t i = 0; i < n * n_classes; i++)
    dlogits[i] += (float) scale * p[i];
  for (size_t i = 0; i < n; i++)
    dlogits[i * n_classes + (size_t) class_id[i]] -= (float) scale;
}
