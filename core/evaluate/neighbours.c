/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/neighbours.h"

#include <math.h>

/* Elements after which a sum is looked at: it may be too large already, and a
 * sum of so many squares of bytes' differences fits into 32 bits.
 */
#define BLOCK 256

#define LANES 8

/* --- features ------------------------------------------------------------- */

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

/* --- pictures ------------------------------------------------------------- */

/* Σ (a - b)², or some number not below @limit if it is not below that. */
static guint64
byte_distance (const guint8 *a, const guint8 *b, size_t n, guint64 limit)
{
  guint64 sum = 0;

  for (size_t i = 0; i < n && sum < limit; i += BLOCK)
    {
      size_t end = MIN (i + BLOCK, n);
      int    block = 0;

      for (size_t j = i; j < end; j++)
        {
          int apart = (int) a[j] - b[j];

          block += apart * apart;
        }
      sum += (guint64) block;
    }

  return sum;
}

typedef struct
{
  double       *distance;
  size_t       *index;
  const guint8 *pictures, *others;
  size_t        n_others, n_bytes;
} Nearest;

static void
find_nearest (void *data, size_t i, size_t worker)
{
  const Nearest *job = data;
  const guint8  *picture = job->pictures + i * job->n_bytes;
  guint64        smallest = G_MAXUINT64;

  (void) worker;

  for (size_t j = 0; j < job->n_others; j++)
    {
      guint64 square = byte_distance (picture, job->others + j * job->n_bytes,
                                      job->n_bytes, smallest);

      if (square < smallest)
        {
          smallest = square;
          job->index[i] = j;
        }
    }

  job->distance[i] = sqrt ((double) smallest / job->n_bytes);
}

/**
 * dm_nearest_picture:
 * @distance: (out) [n], root mean square over the bytes, 0 ... 255
 * @index: (out) [n], which of @others is nearest, the first of equals
 * @pictures: [n, n_bytes]
 * @others: [n_others, n_bytes], at least one
 * @pool: (nullable)
 */
void
dm_nearest_picture (double       *distance,
                    size_t       *index,
                    const guint8 *pictures,
                    size_t        n,
                    const guint8 *others,
                    size_t        n_others,
                    size_t        n_bytes,
                    DmPool       *pool)
{
  Nearest job = { distance, index, pictures, others, n_others, n_bytes };

  g_return_if_fail (n_others >= 1 && n_bytes >= 1);

  dm_pool_run (pool, find_nearest, &job, n);
}
