/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/learner.h"
#include "train/trainer.h"
#include "train/watch.h"

struct _DmTrainer
{
  DmConfig         config;
  const DmDataset *dataset; /* lent */
  char            *digest;  /* (nullable) of it, once it is known */
  DmTrainerOptions options;
  DmContext        context;

  DmLearner *learner;
  DmParams  *params; /* of @learner */
  DmAdamw    adamw;
  float     *average; /* [params->n_values] */

  guint64 images;        /* seen                         */
  guint64 images_before; /* by the weights it began with */
  double  seconds;       /* of work, all sittings        */
  DmWatch watch;
  double  best; /* lowest loss on held-out pictures, infinite at first */
};

char *dm_trainer_describe (DmTrainer *self);

gboolean dm_trainer_set_part (DmTrainer *self, size_t part, GError **error);

DmToStore dm_trainer_store_param (const DmParam *param,
                                  const char    *name,
                                  const float   *block,
                                  DmDtype        dtype);

/* Whether parts of this size stay within the memory that is allowed. */
gboolean dm_trainer_part_fits (const DmTrainer *self, size_t part);
