/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "diffusion/known.h"
#include "diffusion/schedule.h"
#include "tensor/terms.h"

/* From noise to picture in n_steps evaluations of the denoiser (heun: twice
 * that, less one), at noise levels logsnr[0] < ... < logsnr[n_steps - 1]; the
 * last x0 is the picture, so that no noise is left in it.
 */
typedef enum
{
  DM_SAMPLER_ANCESTRAL, /* the paper's Algorithm 2            */
  DM_SAMPLER_DDIM,
  DM_SAMPLER_HEUN,  /* second order, two evaluations      */
  DM_SAMPLER_DPM2M, /* DPM-Solver++(2M), one evaluation   */
  DM_N_SAMPLERS
} DmSampler;

const char *dm_sampler_get_name (DmSampler sampler);
bool        dm_sampler_from_name (DmSampler *sampler, const char *name);

/* In what the steps are equally spaced. */
typedef enum
{
  DM_SPACING_DEFAULT, /* the sampler's own: time for ancestral, as in the paper;
                         log-SNR for the others, which then need fewer steps  */
  DM_SPACING_TIME,
  DM_SPACING_LOGSNR
} DmSpacing;

/* x0 = E[x0 | xt], guided; false cancels the run. */
typedef bool (*DmDenoiseFunc) (
    float *x0, const float *xt, double t, double logsnr, void *data);

/* Noise of a step, [n_floats] standard normal: another for each number. */
typedef void (*DmNoiseFunc) (float *eps, unsigned step, void *data);

typedef struct
{
  DmSampler  sampler;
  DmSchedule schedule;
  unsigned   n_steps;
  DmSpacing  spacing;
  double     logsnr_first, logsnr_last; /* limits of the steps within the
                                           schedule; both 0: the sampler's
                                           own                           */
  double        t_start;      /* 1; less starts from a noised picture        */
  double        variance_mix; /* the paper's v; 0.3                          */
  size_t        n_floats;
  DmDenoiseFunc denoise;
  DmNoiseFunc   noise; /* (nullable) unless the sampler is ancestral  */
  void         *data;
  DmStepFunc    on_step; /* (nullable) called with 1 ... n_passes */
  void         *on_step_data;

  /* A picture that is there already. The first steps are left out and each but
   * the last is taken n_repeats times, going back in between, so that what is
   * drawn and what is known come to agree (RePaint).
   */
  const DmKnown *known; /* (nullable)                                  */
  unsigned       first_step;
  unsigned       n_repeats;   /* 1 or more                                   */
  DmNoiseFunc    known_noise; /* (nullable) if nothing of it is used   */
} DmSampling;

#define DM_SAMPLING_INIT                                                       \
  {                                                                            \
    .t_start = 1.0, .variance_mix = 0.3, .n_repeats = 1                        \
  }

double   dm_sampling_get_logsnr (const DmSampling *self, unsigned step);
unsigned dm_sampling_get_n_passes (const DmSampling *self);

size_t dm_sample_scratch (const DmSampling *self);
bool   dm_sample (const DmSampling *self, float *x, float *scratch);
