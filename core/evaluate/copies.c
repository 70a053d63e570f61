/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/copies.h"

#include <math.h>
#include <stdlib.h>

/* A copy's distance to its original, at most, as a share of that to the nearest
 * other picture.
 *
 * Source: Yoon, Choi, Kwon & Ryu 2023, "Diffusion probabilistic models
 * generalize when they fail to memorize", section 3.
 */
#define NEAR (1.0f / 3.0f)

typedef struct
{
  const DmPoints    *points;
  const size_t      *own; /* (nullable): [points->n] */
  const DmOriginals *originals;
  float             *first, *second; /* [points->n] */
} Job;

static gboolean
is_own (const Job *job, size_t i, size_t picture)
{
  return job->own != NULL && job->own[i] == picture;
}

/* Squares of the distances to the nearest original and to the nearest one of
 * another picture.
 */
static void
find_two (void *data, size_t i, size_t worker)
{
  const Job         *job = data;
  const DmOriginals *originals = job->originals;
  size_t             dim = job->points->dim, picture = 0;
  const float       *x = job->points->value + i * dim;
  float              first = INFINITY, second = INFINITY;

  (void) worker;

  for (size_t j = 0; j < originals->points.n; j++)
    {
      float    square;
      gboolean same = originals->picture[j] == picture && first < INFINITY;

      if (is_own (job, i, originals->picture[j]))
        continue;

      square = dm_neighbour_square_distance (
          x, originals->points.value + j * dim, dim);
      if (square < first)
        {
          /* what was the first is another picture's, and no farther */
          second = same ? second : first;
          first = square;
          picture = originals->picture[j];
        }
      else if (!same && square < second)
        {
          second = square;
        }
    }

  job->first[i] = first;
  job->second[i] = second;
}

static int
compare (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Sorts @x. */
static double
find_median (float *x, size_t n)
{
  qsort (x, n, sizeof *x, compare);

  return 0.5 * ((double) x[(n - 1) / 2] + (double) x[n / 2]);
}

/**
 * dm_copies_find:
 * @self: (out)
 * @points: one or more
 * @own: (nullable): [n] which picture each is drawn from itself and not
 * compared with; as if that one had not been trained on
 * @originals: of the same dimension, of two pictures or more beside that one
 * @pool: (nullable)
 */
void
dm_copies_find (DmCopies          *self,
                const DmPoints    *points,
                const size_t      *own,
                const DmOriginals *originals,
                DmPool            *pool)
{
  g_autofree float *first = g_new (float, points->n);
  g_autofree float *second = g_new (float, points->n);
  Job               job = { points, own, originals, first, second };
  size_t            n_copies = 0;

  g_return_if_fail (points->dim == originals->points.dim && points->n > 0);

  dm_pool_run (pool, find_two, &job, points->n);
  for (size_t i = 0; i < points->n; i++)
    {
      first[i] = sqrtf (first[i]);
      n_copies += first[i] < NEAR * sqrtf (second[i]);
    }

  self->share = (double) n_copies / (double) points->n;
  self->distance = find_median (first, points->n);
}
