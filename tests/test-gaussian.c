/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "evaluate/gaussian.h"
#include "tensor/error.h"

static double
distance (const DmGaussian *a, const DmGaussian *b)
{
  g_autoptr (GError) error = NULL;
  double value = NAN;

  g_assert_true (dm_frechet_distance (&value, a, b, &error));
  g_assert_no_error (error);

  return value;
}

/* Σ (m_a - m_b)² + (√a - √b)² for covariances that are diagonal. */
static void
test_diagonal (void)
{
  double     mean_a[] = { 1.0, -2.0, 0.5 }, mean_b[] = { 0.0, 1.0, 0.5 };
  double     a[] = { 4.0, 0, 0, 0, 9.0, 0, 0, 0, 0.0 };
  double     b[] = { 1.0, 0, 0, 0, 16.0, 0, 0, 0, 0.25 };
  DmGaussian p = { 3, mean_a, a }, q = { 3, mean_b, b };

  g_assert_cmpfloat_with_epsilon (distance (&p, &q), 1 + 9 + 1 + 1 + 0.25,
                                  1e-12);
  g_assert_cmpfloat_with_epsilon (distance (&q, &p), 12.25, 1e-12);
  g_assert_cmpfloat_with_epsilon (distance (&p, &p), 0.0, 1e-12);
}

/* One axis turned by an angle: in the plane tr (A B)^½ is
 * √(tr (A B) + 2 √det (A B)), whatever the two matrices.
 */
static void
test_turned (void)
{
  double     angle = 0.6, c = cos (angle), s = sin (angle);
  double     zero[] = { 0.0, 0.0 };
  double     a[] = { 5.0, 0.0, 0.0, 1.0 };
  double     b[] = { 3 * c * c + 0.5 * s * s, 2.5 * c * s, /**/
                     2.5 * c * s, 3 * s * s + 0.5 * c * c };
  DmGaussian p = { 2, zero, a }, q = { 2, zero, b };
  double     trace = a[0] * b[0] + a[3] * b[3];
  double     root = sqrt (trace + 2.0 * sqrt (5.0 * 1.5));

  g_assert_cmpfloat_with_epsilon (distance (&p, &q), 6.0 + 3.5 - 2.0 * root,
                                  1e-12);
}

/* Points of a known distribution have about its mean and covariance. */
static void
test_points (void)
{
  enum
  {
    N = 20000,
    DIM = 2
  };
  g_autofree float *x = g_new (float, N *DIM);
  DmGaussian        found;

  dm_test_random (x, N * DIM, 1);
  for (size_t i = 0; i < N; i++) /* (a, b) -> (a + 3, 2 a + b) */
    {
      x[2 * i + 1] += 2.0f * x[2 * i];
      x[2 * i] += 3.0f;
    }

  dm_gaussian_init (&found, x, N, DIM, NULL);
  /* errors of about 5 / √N */
  g_assert_cmpfloat_with_epsilon (found.mean[0], 3.0, 0.05);
  g_assert_cmpfloat_with_epsilon (found.mean[1], 0.0, 0.05);
  g_assert_cmpfloat_with_epsilon (found.covariance[0], 1.0, 0.1);
  g_assert_cmpfloat_with_epsilon (found.covariance[1], 2.0, 0.1);
  g_assert_cmpfloat_with_epsilon (found.covariance[2], 2.0, 0.1);
  g_assert_cmpfloat_with_epsilon (found.covariance[3], 5.0, 0.2);
  dm_gaussian_clear (&found);
}

/* Two points: the division is by n - 1. */
static void
test_two (void)
{
  static const float x[] = { 1.0f, 5.0f, 3.0f, 1.0f };
  DmGaussian         found;

  dm_gaussian_init (&found, x, 2, 2, NULL);
  g_assert_cmpfloat (found.mean[0], ==, 2.0);
  g_assert_cmpfloat (found.mean[1], ==, 3.0);
  g_assert_cmpfloat (found.covariance[0], ==, 2.0);
  g_assert_cmpfloat (found.covariance[1], ==, -4.0);
  g_assert_cmpfloat (found.covariance[3], ==, 8.0);
  dm_gaussian_clear (&found);
}

static void
test_workers (void)
{
  enum
  {
    N = 500,
    DIM = 17
  };
  g_autofree float *x = g_new (float, N *DIM);
  DmPool           *pool = dm_pool_new (3);
  DmGaussian        one, three;

  dm_test_random (x, N * DIM, 1);
  dm_gaussian_init (&one, x, N, DIM, NULL);
  dm_gaussian_init (&three, x, N, DIM, pool);
  g_assert_cmpmem (one.covariance, DIM * DIM * sizeof (double),
                   three.covariance, DIM * DIM * sizeof (double));
  dm_gaussian_clear (&one);
  dm_gaussian_clear (&three);
  dm_pool_free (pool);
}

static void
test_broken (void)
{
  double     mean[] = { 0.0 }, one[] = { 1.0 }, infinite[] = { INFINITY };
  DmGaussian good = { 1, mean, one }, bad = { 1, mean, infinite };
  double     value;
  g_autoptr (GError) error = NULL;

  g_assert_false (dm_frechet_distance (&value, &good, &bad, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gaussian/diagonal", test_diagonal);
  g_test_add_func ("/gaussian/turned", test_turned);
  g_test_add_func ("/gaussian/points", test_points);
  g_test_add_func ("/gaussian/two", test_two);
  g_test_add_func ("/gaussian/workers", test_workers);
  g_test_add_func ("/gaussian/broken", test_broken);

  return g_test_run ();
}
