/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "diffusion/sampler.h"

/* A step of a run, from one evaluation of the denoiser to the next. */
typedef struct
{
  unsigned step;
  unsigned repeat; /* how often it has been taken before                  */
  double   logsnr, next;
  double   passed; /* log-SNR since the step before; 0 if none led here   */
} DmStep;

/* Moves x[n_floats] from logsnr to next; false if the denoiser cancels. */
typedef bool (*DmStepMove) (const DmSampling *self,
                            const DmStep     *step,
                            float            *x,
                            float            *scratch);

/* Scratch: buffers of n_floats, as many as said */
bool dm_step_ancestral (const DmSampling *self, /* 2 */
                        const DmStep     *step,
                        float            *x,
                        float            *scratch);
bool dm_step_ddim (const DmSampling *self, /* 1 */
                   const DmStep     *step,
                   float            *x,
                   float            *scratch);
bool dm_step_heun (const DmSampling *self, /* 3 */
                   const DmStep     *step,
                   float            *x,
                   float            *scratch);
bool dm_step_dpm2m (const DmSampling *self, /* 2, kept from step to step */
                    const DmStep     *step,
                    float            *x,
                    float            *scratch);

bool dm_step_denoise (const DmSampling *self,
                      float            *x0,
                      const float      *x,
                      double            logsnr);
