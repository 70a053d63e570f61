/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "evaluate/recommend.h"
#include "program/evaluate-results.h"
#include "tensor/error.h"

/* Returns: (transfer full): the model's card with the strength of @row, and
 * with all that it was measured with.
 */
static DmCard *
make_card (const DmReport *report, const DmReportRow *row)
{
  const DmSettings *settings = report->options->settings;
  DmCard *card = dm_card_copy (dm_model_get_card (report->options->model));

  dm_recommend_write (card, row);
  card->n_steps = (int) settings->n_steps;
  g_free (card->sampler);
  card->sampler = g_strdup (dm_sampler_get_name (settings->sampler));
  card->guidance_start = settings->guidance_start;
  card->guidance_end = settings->guidance_end;

  return card;
}

/**
 * dm_evaluate_recommend:
 * @report: a whole table
 * @path: of the model, which is written anew
 *
 * Errors: %DM_ERROR_DATA if no distance is known, those of
 * dm_weights_set_card()
 */
gboolean
dm_evaluate_recommend (const DmReport *report, const char *path, GError **error)
{
  const DmReportRow *best = dm_recommend_row (report->rows);
  g_autofree char   *shown = g_filename_display_name (path);
  g_autoptr (DmCard) card = NULL;

  if (best == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("%s: no FID is known by which to recommend a guidance; "
                      "draw more pictures (--samples)"),
                   shown);
      return FALSE;
    }

  card = make_card (report, best);
  if (!dm_weights_set_card (path, card, error))
    return FALSE;

  g_print (_ ("recommended from now on: guidance %g; written into %s\n"),
           best->guidance, shown);

  return TRUE;
}
