/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/watch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* How many times the level a gradient may be. Norms of a healthy run scatter by
 * a factor of two or three.
 */
#define OUTLIER 10.0

/* Skipped steps in a row that stop a run: chance alone does not make them. */
#define PATIENCE 5

static int
compare (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/**
 * dm_watch_get_level:
 *
 * Returns: median of the norms of the last steps taken; 0 while there are too
 * few
 */
double
dm_watch_get_level (const DmWatch *self)
{
  float sorted[DM_WATCH_N];

  if (self->n_norms < DM_WATCH_N)
    return 0.0;

  memcpy (sorted, self->norms, sizeof sorted);
  qsort (sorted, DM_WATCH_N, sizeof *sorted, compare);

  return (double) sorted[DM_WATCH_N / 2];
}

/* Whether a step is one that no run should take. */
static gboolean
is_outlier (const DmWatch *self, double loss, double norm, gboolean warm)
{
  double level = dm_watch_get_level (self);

  if (!isfinite (loss) || !isfinite (norm))
    return TRUE;

  return warm && level > 0.0 && norm > OUTLIER * level;
}

/**
 * dm_watch_judge:
 * @loss: of the step's batch
 * @norm: of its gradient
 * @warm: whether the warm-up is over: before, only what is not finite counts
 *
 * Returns: what is to be done with the step; its norm is remembered if it is
 * taken.
 */
DmVerdict
dm_watch_judge (DmWatch *self, double loss, double norm, gboolean warm)
{
  if (is_outlier (self, loss, norm, warm))
    {
      self->n_skipped++;

      return ++self->n_in_a_row < PATIENCE ? DM_WATCH_SKIP : DM_WATCH_STOP;
    }

  self->norms[self->n_norms++ % DM_WATCH_N] = (float) norm;
  self->n_in_a_row = 0;

  return DM_WATCH_TAKE;
}
