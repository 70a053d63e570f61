/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/report.h"
#include "program/evaluate-options.h"

/* One evaluation: what it works with. */
typedef struct
{
  DmEvaluateOptions options;
  DmDatasetOptions  data_options;
  char             *path; /* of the model */
  DmModel          *model;
  DmSettings        settings;
  GArray           *guidance; /* of double */
  DmFeatureNet     *net;
  DmDataset        *dataset;
  DmPool           *pool;

  DmEvaluationOptions what;
  DmEvaluation       *evaluation;
  DmReport            report;

  guint  n_done, n_kept; /* strengths; kept: of an earlier run */
  gint64 start, at_line; /* of drawing; microseconds           */
} DmEvaluateRun;

/* The table, and what may be made of it, if that is asked for. */
void     dm_evaluate_keep_strengths (DmEvaluateRun *self);
gboolean dm_evaluate_measure (DmEvaluateRun *self, GError **error);
gboolean dm_evaluate_save_nearest (DmEvaluateRun *self, GError **error);
gboolean dm_evaluate_recommend (DmEvaluateRun *self, GError **error);
