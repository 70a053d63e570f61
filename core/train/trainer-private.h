/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/trainer.h"
#include "train/watch.h"

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

  guint64 images;  /* seen                         */
  double  seconds; /* of work, all sittings        */
  DmWatch watch;
  double  best; /* lowest loss on held-out pictures, infinite at first */

  /* A batch goes through the network in equal parts, if it does not fit. */
  size_t      part;              /* pictures                             */
  guint64     first_picture;     /* of the part at hand, number in the run */
  float      *x0, *pred, *dpred; /* [part, floats of a picture] */
  DmLossBatch drawn;
};

gboolean dm_trainer_set_part (DmTrainer *self, size_t part, GError **error);

DmToStore dm_trainer_store_param (const DmParam *param,
                                  const char    *name,
                                  const float   *block,
                                  DmDtype        dtype);

/* Whether parts of this size stay within the memory that is allowed. */
gboolean dm_trainer_part_fits (const DmTrainer *self, size_t part);

static inline size_t
dm_trainer_picture_floats (const DmConfig *config)
{
  return config->resolution * config->resolution * config->channels;
}
