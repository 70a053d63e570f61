/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/gaussian.h"

#include <math.h>

#include "evaluate/symmetric.h"

static void
find_mean (DmGaussian *self, const float *points, size_t n)
{
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < self->dim; k++)
      self->mean[k] += points[i * self->dim + k];

  for (size_t k = 0; k < self->dim; k++)
    self->mean[k] /= n;
}

typedef struct
{
  DmGaussian  *self;
  const float *points;
  size_t       n;
} Job;

/* One row, from the diagonal on, and its mirror image. */
static void
find_row (void *data, size_t row, size_t worker)
{
  const Job    *job = data;
  size_t        dim = job->self->dim;
  const double *mean = job->self->mean;
  double       *covariance = job->self->covariance;

  (void) worker;

  for (size_t i = 0; i < job->n; i++)
    {
      const float *x = job->points + i * dim;
      double       from_mean = x[row] - mean[row];

      for (size_t k = row; k < dim; k++)
        covariance[row * dim + k] += from_mean * (x[k] - mean[k]);
    }

  for (size_t k = row; k < dim; k++)
    {
      covariance[row * dim + k] /= job->n - 1;
      covariance[k * dim + row] = covariance[row * dim + k];
    }
}

/**
 * dm_gaussian_init:
 * @self: (out) to be cleared
 * @points: [n, dim]
 * @n: at least 2
 * @pool: (nullable)
 *
 *   mean = Σ x / n,  covariance = Σ (x - mean) (x - mean)ᵀ / (n - 1)
 *
 * The sums have one order, whatever the number of workers.
 */
void
dm_gaussian_init (
    DmGaussian *self, const float *points, size_t n, size_t dim, DmPool *pool)
{
  Job job = { self, points, n };

  g_return_if_fail (n >= 2 && dim >= 1);

  *self = (DmGaussian){
    .dim = dim,
    .mean = g_new0 (double, dim),
    .covariance = g_new0 (double, dim *dim),
  };

  find_mean (self, points, n);
  dm_pool_run (pool, find_row, &job, dim);
}

void
dm_gaussian_clear (DmGaussian *self)
{
  g_clear_pointer (&self->mean, g_free);
  g_clear_pointer (&self->covariance, g_free);
}

/* c = a b, all [n, n] */
static void
multiply (double *c, const double *a, const double *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      for (size_t j = 0; j < n; j++)
        c[i * n + j] = 0.0;
      for (size_t k = 0; k < n; k++)
        for (size_t j = 0; j < n; j++)
          c[i * n + j] += a[i * n + k] * b[k * n + j];
    }
}

/* tr (√a b √a)^½, which is that of (a b)^½ but of symmetric matrices. */
static gboolean
find_root_trace (
    double *trace, const double *a, const double *b, size_t n, GError **error)
{
  g_autofree double *root = g_new (double, n *n);
  g_autofree double *left = g_new (double, n *n);
  g_autofree double *both = g_new (double, n *n);
  g_autofree double *values = g_new (double, n);

  if (!dm_symmetric_root (root, a, n, error))
    return FALSE;

  multiply (left, root, b, n);
  multiply (both, left, root, n);
  if (!dm_symmetric_eigen (values, NULL, both, n, error))
    return FALSE;

  *trace = 0.0;
  for (size_t i = 0; i < n; i++)
    *trace += sqrt (MAX (values[i], 0.0));

  return TRUE;
}

/**
 * dm_frechet_distance:
 * @distance: (out)
 * @a, @b: of the same dimension
 *
 *   |mean_a - mean_b|² + tr (A + B - 2 (A B)^½)
 *
 * Errors: %DM_ERROR_DATA if a covariance is not finite
 *
 * Source: Heusel et al. 2017, "GANs trained by a two time-scale update rule",
 * equation 6.
 */
gboolean
dm_frechet_distance (double           *distance,
                     const DmGaussian *a,
                     const DmGaussian *b,
                     GError          **error)
{
  size_t n = a->dim;
  double trace;

  g_return_val_if_fail (a->dim == b->dim, FALSE);

  if (!find_root_trace (&trace, a->covariance, b->covariance, n, error))
    return FALSE;

  *distance = -2.0 * trace;
  for (size_t i = 0; i < n; i++)
    {
      double apart = a->mean[i] - b->mean[i];

      *distance +=
          apart * apart + a->covariance[i * n + i] + b->covariance[i * n + i];
    }

  /* of equal distributions rounding may leave less than nothing */
  *distance = MAX (*distance, 0.0);

  return TRUE;
}
