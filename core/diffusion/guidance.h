/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "diffusion/target.h"

typedef struct
{
  double guidance;   /* the paper's w; 0 = plain conditional            */
  double start, end; /* in t, 1 >= start >= end >= 0: guided in between */
  double clip;       /* x0 is kept in ±clip; 0 = not                    */
  double threshold;  /* quantile of Imagen's dynamic threshold; 0 = off */
  double rescale;    /* CFG rescale phi in [0, 1]; 0 = off              */
} DmGuidance;

#define DM_GUIDANCE_INIT                                                       \
  {                                                                            \
    .start = 1.0, .clip = 1.0                                                  \
  }

bool dm_guidance_is_active (const DmGuidance *self, double t);

void dm_guide (float *pred, const float *pred_null, double guidance, size_t n);

/* Scratch: [n] */
void dm_guidance_apply (const DmGuidance *self,
                        const DmTarget   *target,
                        float            *x0,
                        const float      *pred,
                        const float      *pred_null,
                        const float      *xt,
                        double            logsnr,
                        size_t            n,
                        float            *scratch);
