/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/recommend.h"

#include <glib/gi18n-lib.h>
#include <math.h>

/* FIDs of a few hundred pictures that differ by less than this share are as
 * good as each other.
 */
#define ALIKE 0.05

/* Nor does it count whether so small a share more shows its class. */
#define AS_SURE 0.01

static double
find_lowest (const GArray *rows)
{
  double lowest = INFINITY;

  for (guint i = 0; i < rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (rows, DmReportRow, i);

      if (row->drawn && row->figures.frechet < lowest)
        lowest = row->figures.frechet;
    }

  return lowest;
}

/* Whether the FID is as good as the lowest. */
static gboolean
is_alike (const DmReportRow *row, double lowest)
{
  return row->drawn && isfinite (lowest) &&
         row->figures.frechet <= (1.0 + ALIKE) * lowest;
}

/* The share that shows its class, of those as good that show it most. */
static double
find_surest (const GArray *rows, double lowest)
{
  double surest = 0.0;

  for (guint i = 0; i < rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (rows, DmReportRow, i);

      if (is_alike (row, lowest))
        surest = fmax (surest, row->figures.accuracy);
    }

  return surest;
}

static gboolean
is_better (const DmReportRow *a, const DmReportRow *b)
{
  if (a->settings.n_steps != b->settings.n_steps)
    return a->settings.n_steps < b->settings.n_steps;
  if (a->figures.accuracy != b->figures.accuracy)
    return a->figures.accuracy > b->figures.accuracy;

  return a->figures.frechet < b->figures.frechet;
}

/**
 * dm_recommend_row:
 * @rows: of DmReportRow
 *
 * Returns: (transfer none) (nullable): of what was drawn, the row with the
 * lowest FID; of those as good, one whose pictures show their class most; of
 * those that show it hardly less, the one with the fewest steps. NULL if no FID
 * is known.
 */
const DmReportRow *
dm_recommend_row (const GArray *rows)
{
  double             lowest = find_lowest (rows);
  double             surest = find_surest (rows, lowest);
  const DmReportRow *best = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (rows, DmReportRow, i);

      if (is_alike (row, lowest) && row->figures.accuracy >= surest - AS_SURE &&
          (best == NULL || is_better (row, best)))
        best = row;
    }

  return best;
}

/**
 * dm_recommend_describe:
 *
 * Returns: (transfer full): how the pictures of the row are drawn, in words
 */
char *
dm_recommend_describe (const DmReportRow *row)
{
  const char *sampler = dm_sampler_get_name (row->settings.sampler);

  if (row->settings.guidance_start >= 1.0 && row->settings.guidance_end <= 0.0)
    return g_strdup_printf (_ ("guidance %g, %u steps of %s"), row->guidance,
                            row->settings.n_steps, sampler);

  return g_strdup_printf (
      _ ("guidance %g between t = %g and %g, %u steps of %s"), row->guidance,
      row->settings.guidance_start, row->settings.guidance_end,
      row->settings.n_steps, sampler);
}

/**
 * dm_recommend_write:
 * @card: (inout): of the model
 * @row: of what was drawn
 *
 * Makes how the row was drawn what the model is to be drawn with, and says by
 * which figures.
 */
void
dm_recommend_write (DmCard *card, const DmReportRow *row)
{
  card->guidance = row->guidance;
  card->guidance_start = row->settings.guidance_start;
  card->guidance_end = row->settings.guidance_end;
  card->n_steps = (int) row->settings.n_steps;
  g_free (card->sampler);
  card->sampler = g_strdup (dm_sampler_get_name (row->settings.sampler));
  card->measured_pictures = (gint64) row->figures.n;
  card->measured_fid = row->figures.frechet;
  card->measured_accuracy = row->figures.accuracy;
}
