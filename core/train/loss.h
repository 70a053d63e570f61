/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "diffusion/schedule.h"
#include "diffusion/target.h"

/* The paper's Algorithm 1, but for the step of the optimiser: times, noise and
 * dropped classes are drawn by the number of the training picture, so that a
 * run is the same however it is cut into batches.
 */
typedef struct
{
  DmTarget   target;
  DmSchedule schedule;
  double     noise_mean, noise_spread; /* of the law that log-SNRs are drawn
                                          from; 0, 1: the schedule's own      */
  double  p_uncond; /* chance that a class becomes the null class */
  guint64 seed;
} DmLoss;

/* What the network reads of a batch, and what it should answer. */
typedef struct
{
  float *input;    /* [n, n_floats]: xt, scaled for the network */
  float *want;     /* [n, n_floats]                             */
  float *logsnr;   /* [n]                                       */
  int   *class_id; /* [n]; in: the picture's class            */
  float *scale;    /* (nullable) [n]; in: the picture's scale */
  float *labels;   /* (nullable) [n, DM_AUGMENT_LABELS]; in: what has been
                      done to the picture                     */
} DmLossBatch;

void   dm_loss_draw (const DmLoss *self,
                     DmLossBatch  *batch,
                     const float  *x0,
                     size_t        i,
                     size_t        n_floats,
                     guint64       picture);
double dm_loss_measure (
    float *dpred, const float *pred, const float *want, size_t n, double scale);
