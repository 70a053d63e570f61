/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/ema.h"

#include <math.h>

#define CHUNK_FLOATS 65536

/**
 * dm_ema_exponent:
 * @relative_length: standard deviation of the average's weight over the run, as
 * a share of the run; 0.01 to 0.28
 *
 * Returns: the power gamma of the step's number that has this deviation,
 * sqrt (gamma + 1) / ((gamma + 2) sqrt (gamma + 3)).
 *
 * Source: Karras et al. 2024 (EDM2), section 3.2.
 */
double
dm_ema_exponent (double relative_length)
{
  double low = 0.0, high = 1e6;

  for (int i = 0; i < 100; i++)
    {
      double gamma = 0.5 * (low + high);
      double length = sqrt (gamma + 1.0) / ((gamma + 2.0) * sqrt (gamma + 3.0));

      if (length > relative_length)
        low = gamma;
      else
        high = gamma;
    }

  return high;
}

typedef struct
{
  float           *average;
  const DmParams  *params;
  const DmKernels *kernels;
  float            keep;
} Job;

static void
average_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;

  (void) worker;
  job->kernels->ema (
      job->average + chunk * CHUNK_FLOATS,
      job->params->values + chunk * CHUNK_FLOATS,
      MIN (CHUNK_FLOATS, job->params->n_values - chunk * CHUNK_FLOATS),
      job->keep);
}

/**
 * dm_ema_step:
 * @average: (inout) [params->n_values]
 * @n_steps: taken so far, this one included
 *
 *   average = keep average + (1 - keep) values,  keep = (1 - 1 / n)^(gamma + 1)
 *
 * Source: Karras et al. 2024 (EDM2), equation 3.
 */
void
dm_ema_step (float           *average,
             const DmParams  *params,
             double           exponent,
             guint64          n_steps,
             const DmContext *context)
{
  double keep = pow (1.0 - 1.0 / n_steps, exponent + 1.0);
  Job    job = { average, params, context->kernels, (float) keep };

  dm_pool_run (context->pool, average_chunk, &job,
               (params->n_values + CHUNK_FLOATS - 1) / CHUNK_FLOATS);
}
