/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "evaluate/symmetric.h"
#include "tensor/error.h"

#define N 24

/* b bᵀ / n, symmetric and with no eigenvalue below 0 */
static void
fill_positive (double *a, size_t n)
{
  g_autofree float *b = g_new (float, n *n);

  dm_test_random (b, n * n, 1);
  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      {
        a[i * n + j] = 0.0;
        for (size_t k = 0; k < n; k++)
          a[i * n + j] += (double) b[i * n + k] * b[j * n + k] / n;
      }
}

/* [[2, 1], [1, 2]] has the eigenvalues 1 and 3, along the diagonals. */
static void
test_known (void)
{
  static const double a[] = { 2.0, 1.0, 1.0, 2.0 };
  double              values[2], vectors[4];

  g_assert_true (dm_symmetric_eigen (values, vectors, a, 2, NULL));
  g_assert_cmpfloat_with_epsilon (values[0], 1.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (values[1], 3.0, 1e-14);
  g_assert_cmpfloat_with_epsilon (fabs (vectors[0]), sqrt (0.5), 1e-14);
  g_assert_cmpfloat_with_epsilon (vectors[0], -vectors[1], 1e-14);
  g_assert_cmpfloat_with_epsilon (vectors[2], vectors[3], 1e-14);
}

/* a v = value v for each, |v| = 1, and the values rise. */
static void
test_vectors (void)
{
  double a[N * N], values[N], alone[N], vectors[N * N];

  fill_positive (a, N);
  g_assert_true (dm_symmetric_eigen (values, vectors, a, N, NULL));
  g_assert_true (dm_symmetric_eigen (alone, NULL, a, N, NULL));

  for (size_t k = 0; k < N; k++)
    {
      const double *v = vectors + k * N;
      double        length = 0.0;

      for (size_t i = 0; i < N; i++)
        {
          double product = 0.0;

          length += v[i] * v[i];
          for (size_t j = 0; j < N; j++)
            product += a[i * N + j] * v[j];
          g_assert_cmpfloat_with_epsilon (product, values[k] * v[i], 1e-12);
        }
      g_assert_cmpfloat_with_epsilon (length, 1.0, 1e-12);
      g_assert_cmpfloat_with_epsilon (values[k], alone[k], 1e-12);
      g_assert_true (k == 0 || values[k] >= values[k - 1]);
    }
}

/* The root, multiplied by itself; of a matrix without full rank as well. */
static void
test_root (void)
{
  double a[N * N], root[N * N];

  fill_positive (a, N);
  for (size_t i = 0; i < N; i++) /* the last row and column are the first */
    a[i * N + N - 1] = a[i * N];
  for (size_t i = 0; i < N; i++)
    a[(N - 1) * N + i] = a[i];

  g_assert_true (dm_symmetric_root (root, a, N, NULL));
  for (size_t i = 0; i < N; i++)
    for (size_t j = 0; j < N; j++)
      {
        double product = 0.0;

        for (size_t k = 0; k < N; k++)
          product += root[i * N + k] * root[k * N + j];
        g_assert_cmpfloat_with_epsilon (product, a[i * N + j], 1e-7);
        g_assert_cmpfloat_with_epsilon (root[i * N + j], root[j * N + i],
                                        1e-12);
      }
}

static void
test_broken (void)
{
  double a[] = { 1.0, NAN, NAN, 1.0 }, values[2];
  g_autoptr (GError) error = NULL;

  g_assert_false (dm_symmetric_eigen (values, NULL, a, 2, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_DATA);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/symmetric/known", test_known);
  g_test_add_func ("/symmetric/vectors", test_vectors);
  g_test_add_func ("/symmetric/root", test_root);
  g_test_add_func ("/symmetric/broken", test_broken);

  return g_test_run ();
}
