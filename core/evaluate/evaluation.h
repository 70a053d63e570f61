/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "evaluate/feature-net.h"
#include "generate/generate.h"
#include "train/dataset.h"

/* What is compared. All lent for the life of the evaluation; model, network and
 * data fit each other, see dm_evaluation_check().
 */
typedef struct
{
  const DmModel   *model;
  DmFeatureNet    *net;
  const DmDataset *dataset;
  size_t           n_samples;
  guint64          seed;
  DmPool          *pool; /* (nullable) */
} DmEvaluationOptions;

/* How pictures compare with the training pictures. NaN: there are too few. */
typedef struct
{
  size_t n;         /* pictures                                        */
  double frechet;   /* distance (FID), see dm_frechet_distance()       */
  double inception; /* score (IS), see dm_inception_score()            */
  double precision, recall; /* see dm_neighbour_coverage()             */
  double accuracy; /* share that look most like their class           */
  double distance; /* to the nearest training picture, the median     */
  double copies;   /* share of near-copies, see dm_copies_find()      */
} DmFigures;

typedef struct _DmEvaluation DmEvaluation;

gboolean dm_evaluation_check (const DmEvaluationOptions *options,
                              GError                   **error);

DmEvaluation *dm_evaluation_new (const DmEvaluationOptions *options,
                                 DmStepFunc                 on_step,
                                 void                      *data,
                                 GError                   **error);
void          dm_evaluation_free (DmEvaluation *self);
gboolean      dm_evaluation_measure_held_out (DmEvaluation *self,
                                              DmFigures    *figures,
                                              GError      **error);
gboolean      dm_evaluation_measure_drawn (DmEvaluation     *self,
                                           DmFigures        *figures,
                                           const DmSettings *settings,
                                           double            guidance,
                                           DmStepFunc        on_step,
                                           void             *data,
                                           GError          **error);
float        *dm_evaluation_show_nearest (DmEvaluation     *self,
                                          const DmSettings *settings,
                                          double            guidance,
                                          size_t            count,
                                          GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmEvaluation, dm_evaluation_free)
