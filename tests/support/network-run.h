/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/unet.h"
#include "train/adamw.h"

/* A network and one batch, run again and again: forward, or a whole step of
 * training with AdamW and averaging.
 */
typedef struct
{
  DmUnet     *unet; /* lent */
  DmUnetPlan *plan;
  DmPlanMode  mode;
  size_t      n, n_floats; /* pictures; values of all of them */

  /* the batch, for the caller to fill; zeros at first */
  float *xt, *want, *logsnr;
  int   *class_id;

  float *pred, *dpred;
  double loss; /* of the last step */

  double    rate;
  DmAdamw   adamw;
  float    *average;
  DmContext context;
} DmNetworkRun;

/* @unet: lent, its parameters given; a run that trains changes them, and packs
 * them for all runs that share it
 * @h, @w: of the pictures
 * Errors: those of dm_unet_plan_new()
 */
gboolean dm_network_run_init (DmNetworkRun *self,
                              DmUnet       *unet,
                              DmPlanMode    mode,
                              size_t        n,
                              size_t        h,
                              size_t        w,
                              DmPool       *pool,
                              GError      **error);
void     dm_network_run_clear (DmNetworkRun *self);
void     dm_network_run_step (DmNetworkRun *self);
