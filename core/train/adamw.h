/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "kernels/context.h"
#include "nn/params.h"

/* Adam with decoupled weight decay: one loop over the block of all values. */
typedef struct
{
  double beta1, beta2, variance_floor;
  double decay; /* of matrices and kernels only         */
  double clip;  /* largest norm of the whole gradient   */
} DmAdamwOptions;

#define DM_ADAMW_INIT                                                          \
  {                                                                            \
    .beta1 = 0.9, .beta2 = 0.99, .variance_floor = 1e-8, .decay = 0.01,        \
    .clip = 1.0                                                                \
  }

typedef struct
{
  DmAdamwOptions options;
  guint64        n_steps;        /* taken                              */
  float         *first, *second; /* moments, [params->n_values]        */
} DmAdamw;

void   dm_adamw_init (DmAdamw              *self,
                      const DmAdamwOptions *options,
                      const DmParams       *params);
void   dm_adamw_clear (DmAdamw *self);
double dm_adamw_norm (const DmParams *params, const DmContext *context);
void   dm_adamw_step (DmAdamw         *self,
                      DmParams        *params,
                      double           rate,
                      double           norm,
                      const DmContext *context);
