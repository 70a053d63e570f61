/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/adamw.h"

#include <math.h>

void
dm_adamw_init (DmAdamw              *self,
               const DmAdamwOptions *options,
               const DmParams       *params)
{
  *self = (DmAdamw){
    .options = *options,
    .first = g_new0 (float, params->n_values),
    .second = g_new0 (float, params->n_values),
  };
}

void
dm_adamw_clear (DmAdamw *self)
{
  g_clear_pointer (&self->first, g_free);
  g_clear_pointer (&self->second, g_free);
}

/* Floats of the block that one chunk handles: fixed, so that the norm has the
 * same bits for any number of workers.
 */
#define CHUNK_FLOATS 65536

typedef struct
{
  const DmParams  *params;
  const DmKernels *kernels;
  double          *partial;
  DmAdamw         *self;
  double           rate, scale;
} Job;

static size_t
count_chunks (const DmParams *params)
{
  return (params->n_values + CHUNK_FLOATS - 1) / CHUNK_FLOATS;
}

static size_t
chunk_floats (const DmParams *params, size_t chunk)
{
  return MIN (CHUNK_FLOATS, params->n_values - chunk * CHUNK_FLOATS);
}

static void
norm_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;

  (void) worker;
  job->partial[chunk] =
      job->kernels->sum_squares (job->params->gradients + chunk * CHUNK_FLOATS,
                                 chunk_floats (job->params, chunk));
}

/**
 * dm_adamw_norm:
 *
 * Returns: the Euclidean norm of the whole gradient; not finite if any part of
 * it is not.
 */
double
dm_adamw_norm (const DmParams *params, const DmContext *context)
{
  size_t             n = count_chunks (params);
  g_autofree double *partial = g_new (double, n);
  Job                job = { .params = params,
                             .kernels = context->kernels,
                             .partial = partial };
  double             sum = 0.0;

  dm_pool_run (context->pool, norm_chunk, &job, n);
  for (size_t i = 0; i < n; i++)
    sum += partial[i];

  return sqrt (sum);
}

static void
step_param (void *data, size_t i, size_t worker)
{
  const Job            *job = data;
  const DmAdamw        *self = job->self;
  const DmAdamwOptions *o = &self->options;
  const DmParam        *param = job->params->list[i];

  (void) worker;
  job->kernels->adamw (
      param->value, self->first + param->offset, self->second + param->offset,
      param->gradient, param->n, (float) job->scale, (float) job->rate,
      (float) o->beta1, (float) o->beta2,
      (float) (1.0 - pow (o->beta1, self->n_steps)),
      (float) (1.0 - pow (o->beta2, self->n_steps)), (float) o->variance_floor,
      param->decay ? (float) o->decay : 0.0f);
}

/**
 * dm_adamw_step:
 * @rate: learning rate of this step
 * @norm: of the gradient, from dm_adamw_norm()
 *
 * Source: Loshchilov & Hutter 2019, Algorithm 2; the gradient is first scaled
 * down to the norm `clip`, if it is longer.
 */
void
dm_adamw_step (DmAdamw         *self,
               DmParams        *params,
               double           rate,
               double           norm,
               const DmContext *context)
{
  double clip = self->options.clip;
  Job    job = { params, context->kernels, NULL, self, rate, 1.0 };

  if (clip > 0.0 && norm > clip)
    job.scale = clip / norm;

  self->n_steps++;
  dm_pool_run (context->pool, step_param, &job, params->n_params);
}
