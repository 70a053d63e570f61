/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "evaluate/recommend.h"
#include "program/evaluate-run.h"
#include "tensor/error.h"

/**
 * dm_evaluate_recommend:
 * @self: measured
 *
 * Writes what is best into the file of the model.
 *
 * Errors: %DM_ERROR_DATA if no distance is known, those of
 * dm_weights_set_card()
 */
gboolean
dm_evaluate_recommend (DmEvaluateRun *self, GError **error)
{
  const DmReportRow *best = dm_recommend_row (self->report.rows);
  g_autofree char   *shown = g_filename_display_name (self->path);
  g_autofree char   *described = NULL;
  g_autoptr (DmCard) card = NULL;

  if (best == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("%s: no FID is known by which to recommend a guidance; "
                      "draw more pictures (--samples)"),
                   shown);
      return FALSE;
    }

  card = dm_card_copy (dm_model_get_card (self->model));
  dm_recommend_write (card, best);
  if (!dm_weights_set_card (self->path, card, error))
    return FALSE;

  described = dm_recommend_describe (best);
  g_print (_ ("recommended from now on: %s; written into %s\n"), described,
           shown);

  return TRUE;
}
