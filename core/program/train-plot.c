/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "image/chart.h"
#include "program/train-log.h"

/**
 * dm_train_log_plot:
 *
 * Draws the losses over the pictures seen.
 *
 * Errors: those of dm_chart_save()
 */
gboolean
dm_train_log_plot (const DmTrainLog *self, const char *path, GError **error)
{
  size_t             n = self->points->len;
  g_autofree double *images = g_new (double, n + 1);
  g_autofree double *loss = g_new (double, n + 1);
  g_autofree double *held_out = g_new (double, n + 1);
  const DmChartLine  lines[] = {
     { _ ("trained on"), images, loss, n, FALSE },
     { _ ("held out"), images, held_out, n, TRUE },
  };
  const DmChart chart = {
    .title = _ ("Loss"),
    .note = "",
    .x_title = _ ("pictures"),
    .y_title = _ ("loss"),
    .lines = lines,
    .n_lines = G_N_ELEMENTS (lines),
    .log_y = TRUE,
  };

  for (size_t i = 0; i < n; i++)
    {
      const DmLogPoint *point = &g_array_index (self->points, DmLogPoint, i);

      images[i] = (double) point->images;
      loss[i] = point->loss;
      held_out[i] = point->held_out;
    }

  return dm_chart_save (&chart, path, error);
}
