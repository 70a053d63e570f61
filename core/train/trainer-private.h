/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/trainer.h"

struct _DmTrainer
{
  DmConfig         config;
  const DmDataset *dataset; /* lent */
  DmTrainerOptions options;
  DmContext        context;

  DmUnet     *unet;
  DmUnetPlan *plan;
  DmUnetPlan *measure_plan; /* (nullable) for pictures held out */
  DmParams   *params;       /* of @unet */
  DmAdamw     adamw;
  float      *average; /* [params->n_values] */
  DmLoss      loss;

  guint64 images;  /* seen                  */
  double  seconds; /* of work, all sittings */

  /* one batch */
  float      *x0, *pred, *dpred; /* [batch, floats of a picture] */
  DmLossBatch drawn;
};

static inline size_t
dm_trainer_picture_floats (const DmConfig *config)
{
  return config->resolution * config->resolution * config->channels;
}
