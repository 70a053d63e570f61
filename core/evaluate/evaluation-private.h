/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/copies.h"
#include "evaluate/evaluation.h"
#include "evaluate/gaussian.h"
#include "evaluate/real-pictures.h"

struct _DmEvaluation
{
  DmEvaluationOptions options;

  /* the training pictures */
  DmRealPictures real;
  DmGaussian     gaussian; /* of all of them */
  size_t        *picture;  /* [real.features.n], which each is drawn from,
                              those that are nearly the same being one */
  DmOriginals originals;

  /* those that the pictures drawn take class and scale from, and, once each,
     what these are to cover */
  size_t  *chosen;   /* [n_samples] */
  float   *manifold; /* [n_manifold, dim] */
  float   *radii;    /* [n_manifold] */
  size_t  *own;      /* [n_manifold], of @picture */
  DmPoints covered;
};

gboolean dm_evaluation_compare (DmEvaluation     *self,
                                DmFigures        *figures,
                                const DmFeatures *found,
                                GError          **error);
DmPicture
dm_evaluation_get_picture (const DmEvaluation *self, size_t k, double guidance);
