/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "diffusion/schedule.h"
#include "tensor/terms.h"

typedef enum
{
  DM_SAMPLER_ANCESTRAL, /* the paper's Algorithm 2            */
  DM_SAMPLER_DDIM,
  DM_SAMPLER_HEUN,      /* EDM, two evaluations a step        */
  DM_SAMPLER_DPM2M,     /* DPM-Solver++(2M), one evaluation   */
  DM_N_SAMPLERS
} DmSampler;

const char *dm_sampler_get_name (DmSampler sampler);
_Bool       dm_sampler_from_name (DmSampler *sampler, const char *name);

/* x0 = E[x0 | xt], guided; false cancels the run. */
typedef _Bool (*DmDenoiseFunc) (float       *x0,
                                const float *xt,
                                double       t,
                                double       logsnr,
                                void        *data);

/* Noise of a step, [n_floats] standard normal. */
typedef void (*DmNoiseFunc) (float *eps, unsigned step, void *data);

typedef struct
{
  DmSampler     sampler;
  DmSchedule    schedule;
  unsigned      n_steps;
  double        t_start;   /* 1; less starts from a noised picture        */
  double        variance_mix; /* the paper's v; 0.3                       */
  size_t        n_floats;
  DmDenoiseFunc denoise;
  DmNoiseFunc   noise;
  void         *data;
  DmStepFunc    on_step;   /* (nullable) */
  void         *on_step_data;
} DmSampling;

/* floats of scratch that dm_sample() needs */
size_t dm_sample_scratch (const DmSampling *self);

/* @x: (inout) in: noise at t_start; out: the picture. Returns: false if
 * cancelled.
 */
_Bool dm_sample (const DmSampling *self, float *x, float *scratch);
