/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "evaluate/recommend.h"
#include "image/sheet.h"
#include "program/evaluate-run.h"

/* Pictures of each class. */
#define COUNT 4

/* Above each pair. */
static char **
new_labels (void)
{
  char **labels = g_new0 (char *, 2 * COUNT + 1);

  for (size_t i = 0; i < COUNT; i++)
    {
      labels[2 * i] = g_strdup (_ ("drawn"));
      labels[2 * i + 1] = g_strdup (_ ("nearest"));
    }

  return labels;
}

/**
 * dm_evaluate_save_nearest:
 * @self: measured
 *
 * Writes a sheet of some pictures of each class, as they were measured at the
 * strength that is best, each beside the training picture that is nearest to
 * it.
 *
 * Errors: those of dm_evaluation_show_nearest(), %DM_ERROR_FILE
 */
gboolean
dm_evaluate_save_nearest (DmEvaluateRun *self, GError **error)
{
  const DmReportRow *best = dm_recommend_row (self->report.rows);
  double             guidance =
      best != NULL ? best->guidance : g_array_index (self->guidance, double, 0);
  g_auto (GStrv) labels = new_labels ();
  g_autofree float *pixels = dm_evaluation_show_nearest (
      self->evaluation, &self->settings, guidance, COUNT, error);
  DmSheet sheet = {
    .n_rows = self->dataset->n_classes,
    .n_columns = 2 * COUNT,
    .row_labels = self->dataset->class_names,
    .column_labels = labels,
    .pixels = pixels,
    .width = self->dataset->side,
    .height = self->dataset->side,
    .channels = self->dataset->channels,
  };

  return pixels != NULL &&
         dm_sheet_save_png (&sheet, self->options.nearest, error);
}
