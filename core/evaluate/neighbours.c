/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/neighbours.h"

#include <math.h>

#define LANES 8

/**
 * dm_neighbour_square_distance:
 * @a, @b: [n]
 *
 * Returns: Σ (a - b)² in eight partial sums, whatever the vector width.
 */
float
dm_neighbour_square_distance (const float *a, const float *b, size_t n)
{
  float  lane[LANES] = { 0 };
  size_t i = 0;

  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++)
      {
        float apart = a[i + j] - b[i + j];

        lane[j] += apart * apart;
      }

  for (; i < n; i++)
    lane[i % LANES] += (a[i] - b[i]) * (a[i] - b[i]);

  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
         ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

typedef struct
{
  float          *square;
  const DmPoints *points;
  size_t          k;
} Radii;

/* Puts @x in its place among the @k smallest so far, which rise. */
static void
keep_smallest (float *smallest, size_t k, float x)
{
  size_t i = k;

  if (!(x < smallest[k - 1]))
    return;

  for (i = k - 1; i > 0 && smallest[i - 1] > x; i--)
    smallest[i] = smallest[i - 1];
  smallest[i] = x;
}

static void
find_radius (void *data, size_t i, size_t worker)
{
  const Radii      *job = data;
  const DmPoints   *points = job->points;
  const float      *x = points->value + i * points->dim;
  g_autofree float *smallest = g_new (float, job->k);

  (void) worker;

  for (size_t j = 0; j < job->k; j++)
    smallest[j] = INFINITY;

  for (size_t j = 0; j < points->n; j++)
    if (j != i)
      keep_smallest (smallest, job->k,
                     dm_neighbour_square_distance (
                         x, points->value + j * points->dim, points->dim));

  job->square[i] = smallest[job->k - 1];
}

/**
 * dm_neighbour_radii:
 * @square: (out) [points->n], square of each point's distance to its @k-th
 * nearest other
 * @k: 1 ... points->n - 1
 * @pool: (nullable)
 */
void
dm_neighbour_radii (float          *square,
                    const DmPoints *points,
                    size_t          k,
                    DmPool         *pool)
{
  Radii job = { square, points, k };

  g_return_if_fail (k >= 1 && k < points->n);

  dm_pool_run (pool, find_radius, &job, points->n);
}

typedef struct
{
  gboolean       *covered;
  const DmPoints *points, *manifold;
  const float    *square;
} Coverage;

static void
find_covered (void *data, size_t i, size_t worker)
{
  const Coverage *job = data;
  size_t          dim = job->points->dim;
  const float    *x = job->points->value + i * dim;

  (void) worker;

  for (size_t j = 0; j < job->manifold->n && !job->covered[i]; j++)
    job->covered[i] =
        dm_neighbour_square_distance (x, job->manifold->value + j * dim, dim) <=
        job->square[j];
}

/**
 * dm_neighbour_coverage:
 * @manifold: of the same dimension as @points
 * @square: [manifold->n], of dm_neighbour_radii()
 * @pool: (nullable)
 *
 * Precision if @points are generated and @manifold is real, recall if it is
 * the other way round.
 *
 * Returns: the share of @points that lie within the radius of some point of
 * @manifold.
 *
 * Source: Kynkäänniemi et al. 2019, "Improved precision and recall metric for
 * assessing generative models", equations 1 and 2.
 */
double
dm_neighbour_coverage (const DmPoints *points,
                       const DmPoints *manifold,
                       const float    *square,
                       DmPool         *pool)
{
  g_autofree gboolean *covered = g_new0 (gboolean, points->n);
  Coverage             job = { covered, points, manifold, square };
  size_t               n_covered = 0;

  g_return_val_if_fail (points->dim == manifold->dim, 0.0);

  dm_pool_run (pool, find_covered, &job, points->n);
  for (size_t i = 0; i < points->n; i++)
    n_covered += covered[i];

  return (double) n_covered / points->n;
}

/**
 * dm_neighbour_find:
 * @x: [points->dim]
 * @points: one or more
 *
 * Returns: which of them is nearest, the first of equals
 */
size_t
dm_neighbour_find (const float *x, const DmPoints *points)
{
  float  least = INFINITY;
  size_t nearest = 0;

  for (size_t i = 0; i < points->n; i++)
    {
      float square = dm_neighbour_square_distance (
          x, points->value + i * points->dim, points->dim);

      if (square < least)
        {
          least = square;
          nearest = i;
        }
    }

  return nearest;
}
