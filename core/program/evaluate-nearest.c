/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "image/sheet.h"
#include "program/evaluate-results.h"

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
 * @dataset: whose pictures are compared
 *
 * Writes a sheet of some pictures of each class, as they were measured at that
 * strength, each beside the training picture that is nearest to it.
 *
 * Errors: those of dm_evaluation_show_nearest(), %DM_ERROR_FILE
 */
gboolean
dm_evaluate_save_nearest (DmEvaluation     *evaluation,
                          const DmDataset  *dataset,
                          const DmSettings *settings,
                          double            guidance,
                          const char       *path,
                          GError          **error)
{
  g_auto (GStrv) labels = new_labels ();
  g_autofree float *pixels =
      dm_evaluation_show_nearest (evaluation, settings, guidance, COUNT, error);
  DmSheet sheet = {
    .n_rows = dataset->n_classes,
    .n_columns = 2 * COUNT,
    .row_labels = dataset->class_names,
    .column_labels = labels,
    .pixels = pixels,
    .width = dataset->side,
    .height = dataset->side,
    .channels = dataset->channels,
  };

  return pixels != NULL && dm_sheet_save_png (&sheet, path, error);
}
