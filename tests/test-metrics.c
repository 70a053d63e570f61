/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Against NumPy: see reference/make_metrics.py.
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "evaluate/gaussian.h"
#include "evaluate/neighbours.h"
#include "evaluate/scores.h"
#include "evaluate/symmetric.h"
#include "reference-case.h"

/* NumPy's doubles are stored as float32: half a unit in the last place. */
#define TOLERANCE 1e-6

#define NEIGHBOURS 3

/* @shape: (out) [2] */
static float *
get (const DmWeights *vectors, const char *name, size_t *shape)
{
  const DmStored *stored = dm_weights_find (vectors, name);
  size_t          n = 1;
  float          *value;

  g_assert_nonnull (stored);
  for (guint i = 0; i < stored->n_dims; i++)
    {
      n *= stored->shape[i];
      if (shape != NULL)
        shape[i] = stored->shape[i];
    }

  value = g_new (float, n);
  g_assert_true (dm_weights_read (vectors, name, value, n, NULL));

  return value;
}

static void
assert_close (double found, const DmWeights *vectors, const char *name)
{
  g_autofree float *wanted = get (vectors, name, NULL);

  g_assert_cmpfloat_with_epsilon (found, *wanted,
                                  TOLERANCE * (1.0 + fabs (*wanted)));
}

static void
assert_all_close (const double    *found,
                  size_t           n,
                  const DmWeights *vectors,
                  const char      *name)
{
  g_autofree float *wanted = get (vectors, name, NULL);

  for (size_t i = 0; i < n; i++)
    g_assert_cmpfloat_with_epsilon (found[i], wanted[i],
                                    TOLERANCE * (1.0 + fabsf (wanted[i])));
}

static void
test_gaussian (void)
{
  g_autoptr (DmWeights) vectors = open_vectors ("metrics.safetensors");
  size_t             real_shape[2], fake_shape[2], dim;
  g_autofree float  *real = get (vectors, "real", real_shape);
  g_autofree float  *fake = get (vectors, "fake", fake_shape);
  g_autofree double *root = NULL;
  DmGaussian         p, q;
  double             distance;

  dim = real_shape[1];
  root = g_new (double, dim *dim);
  dm_gaussian_init (&p, fake, fake_shape[0], dim, NULL);
  dm_gaussian_init (&q, real, real_shape[0], dim, NULL);
  assert_all_close (q.mean, dim, vectors, "mean");
  assert_all_close (q.covariance, dim * dim, vectors, "covariance");

  g_assert_true (dm_symmetric_root (root, q.covariance, dim, NULL));
  assert_all_close (root, dim * dim, vectors, "root");

  g_assert_true (dm_frechet_distance (&distance, &p, &q, NULL));
  assert_close (distance, vectors, "distance");
  dm_gaussian_clear (&p);
  dm_gaussian_clear (&q);
}

static double
get_coverage (const DmPoints *points, const DmPoints *manifold)
{
  g_autofree float *square = g_new (float, manifold->n);

  dm_neighbour_radii (square, manifold, NEIGHBOURS, NULL);

  return dm_neighbour_coverage (points, manifold, square, NULL);
}

static void
test_precision_recall (void)
{
  g_autoptr (DmWeights) vectors = open_vectors ("metrics.safetensors");
  size_t            real_shape[2], fake_shape[2];
  g_autofree float *real = get (vectors, "real", real_shape);
  g_autofree float *fake = get (vectors, "fake", fake_shape);
  DmPoints          p = { real, real_shape[0], real_shape[1] };
  DmPoints          q = { fake, fake_shape[0], fake_shape[1] };

  assert_close (get_coverage (&q, &p), vectors, "precision");
  assert_close (get_coverage (&p, &q), vectors, "recall");
}

static void
test_score (void)
{
  g_autoptr (DmWeights) vectors = open_vectors ("metrics.safetensors");
  size_t            shape[2];
  g_autofree float *probability = get (vectors, "probability", shape);

  assert_close (dm_inception_score (probability, shape[0], shape[1]), vectors,
                "score");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/gaussian", test_gaussian);
  g_test_add_func ("/metrics/precision-recall", test_precision_recall);
  g_test_add_func ("/metrics/score", test_score);

  return g_test_run ();
}
