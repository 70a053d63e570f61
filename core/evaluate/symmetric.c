/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/symmetric.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "kernels/gemm.h"
#include "tensor/error.h"

/* LAPACK's, which is part of OpenBLAS: its C header would be a package of its
 * own. Fortran takes all by address; the lengths of its strings come last.
 */
void dsyev_ (const char *job,
             const char *triangle,
             const int  *n,
             double     *a,
             const int  *row,
             double     *values,
             double     *work,
             const int  *n_work,
             int        *info,
             size_t      job_length,
             size_t      triangle_length);

/* Returns: what LAPACK says, 0 if all went well. */
static int
run_lapack (
    double *values, double *a, size_t n, double *work, int n_work, char job)
{
  int size = (int) n, info = 0;

  dsyev_ (&job, "U", &size, a, &size, values, work, &n_work, &info, 1, 1);

  return info;
}

/* @job: 'V' to turn @a into its eigenvectors, 'N' for the values alone */
static gboolean
find_eigen (double *values, double *a, size_t n, char job, GError **error)
{
  g_autofree double *work = NULL;
  double             n_work = 0.0;
  int                info;

  g_return_val_if_fail (n > 0 && n < 32768, FALSE);

  dm_gemm_use_one_thread ();
  info = run_lapack (values, a, n, &n_work, -1, job); /* asks for the room */
  if (info == 0)
    {
      work = g_new (double, (size_t) n_work);
      info = run_lapack (values, a, n, work, (int) n_work, job);
    }

  if (info == 0 && isfinite (values[0]) && isfinite (values[n - 1]))
    return TRUE;

  g_set_error_literal (error, DM_ERROR, DM_ERROR_DATA,
                       _ ("the covariances of the features are no numbers "
                          "that can be worked with; the feature network may "
                          "be broken"));

  return FALSE;
}

/**
 * dm_symmetric_eigen:
 * @values: (out) [n], rising
 * @vectors: (out) (nullable) [n, n], a row each
 * @a: [n, n], symmetric
 *
 *   a vectors[i] = values[i] vectors[i], the vectors orthonormal
 *
 * Errors: %DM_ERROR_DATA if @a is not finite
 */
gboolean
dm_symmetric_eigen (
    double *values, double *vectors, const double *a, size_t n, GError **error)
{
  g_autofree double *copy =
      vectors == NULL ? g_memdup2 (a, n * n * sizeof *a) : NULL;

  if (vectors != NULL)
    memcpy (vectors, a, n * n * sizeof *a);

  /* LAPACK's columns are our rows */
  return find_eigen (values, vectors != NULL ? vectors : copy, n,
                     vectors != NULL ? 'V' : 'N', error);
}

/**
 * dm_symmetric_root:
 * @root: (out) [n, n], not @a
 * @a: [n, n], symmetric, no eigenvalue below 0 but by rounding
 *
 *   root root = a, root symmetric, with no eigenvalue below 0
 *
 * Errors: %DM_ERROR_DATA if @a is not finite
 */
gboolean
dm_symmetric_root (double *root, const double *a, size_t n, GError **error)
{
  g_autofree double *values = g_new (double, n);
  g_autofree double *vectors = g_new (double, n *n);

  if (!dm_symmetric_eigen (values, vectors, a, n, error))
    return FALSE;

  memset (root, 0, n * n * sizeof *root);
  for (size_t k = 0; k < n; k++)
    {
      const double *v = vectors + k * n;
      double        scale = sqrt (MAX (values[k], 0.0));

      for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
          root[i * n + j] += scale * v[i] * v[j];
    }

  return TRUE;
}
