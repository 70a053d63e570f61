/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/classifier.h"
#include "model/unet-private.h"
#include "nn/average.h"

/* Stages of the U-Net in a row, none of which pushes or pops. */
struct _DmClassifier
{
  DmConfig    config;
  DmParams   *params;
  DmPacks     packs;
  DmStage   **stages; /* packs point into them: they stay where they are */
  size_t      n_stages;
  DmGroupNorm norm;
  DmLinear    head;
};

struct _DmClassifierPlan
{
  const DmClassifier *classifier;
  DmPlanMode          mode;
  size_t              n;
  DmArena             arena;
  DmContext           context;
  DmStagePlan        *stages;
  DmGroupNormPlan     norm;
  DmTensor            last, normed, features, logits;
  guint64             dropout_seed, first_picture;

  /* backward */
  DmTensor dlast, dnormed, dfeatures, dlogits;
};
