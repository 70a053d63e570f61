/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/recommend.h"

#include <math.h>

/* FIDs of a few hundred pictures that differ by less than this share are as
 * good as each other.
 */
#define ALIKE 0.05

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

static gboolean
is_better (const DmFigures *a, const DmFigures *b)
{
  return a->accuracy > b->accuracy ||
         (a->accuracy == b->accuracy && a->frechet < b->frechet);
}

/**
 * dm_recommend_row:
 * @rows: of DmReportRow
 *
 * Returns: (transfer none) (nullable): of what was drawn, the row with the
 * lowest FID; of those as good, the one whose pictures show their class most.
 * NULL if no FID is known.
 */
const DmReportRow *
dm_recommend_row (const GArray *rows)
{
  double             lowest = find_lowest (rows);
  const DmReportRow *best = NULL;

  for (guint i = 0; i < rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (rows, DmReportRow, i);

      if (row->drawn && isfinite (lowest) &&
          row->figures.frechet <= (1.0 + ALIKE) * lowest &&
          (best == NULL || is_better (&row->figures, &best->figures)))
        best = row;
    }

  return best;
}

/**
 * dm_recommend_write:
 * @card: (inout): of the model
 * @row: of what was drawn
 *
 * Makes the row's guidance what the model is to be drawn with, and says by
 * which figures.
 */
void
dm_recommend_write (DmCard *card, const DmReportRow *row)
{
  card->guidance = row->guidance;
  card->measured_pictures = (gint64) row->figures.n;
  card->measured_fid = row->figures.frechet;
  card->measured_accuracy = row->figures.accuracy;
}
