/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "check.h"
#include "kernels/gemm.h"

#define ROWS 131
#define C_IN 21
#define C_OUT 37
#define STRIDE 40 /* of every matrix: they are slices of wider ones */

/* Rounding of a sum of C_IN products of about 1. */
#define TOLERANCE 2e-5

static float *
numbers (size_t n, uint32_t sub)
{
  float *x = g_new (float, n);

  dm_test_random (x, n, sub);

  return x;
}

static void
check_matmul (DmPool *pool, DmCpu cpu)
{
  DmKernels         kernels = { 0 };
  DmContext         context = { .kernels = &kernels, .pool = pool };
  g_autofree float *x = numbers (ROWS * STRIDE, 1);
  g_autofree float *w = numbers (C_OUT * C_IN, 2);
  g_autofree float *bias = numbers (C_OUT, 3);
  g_autofree float *y = numbers (ROWS * STRIDE, 4);
  g_autofree float *expected = g_new (float, ROWS *C_OUT);
  g_autofree float *packed = NULL;
  DmMatmulWeights   weights = { C_IN, C_OUT, NULL };

  g_assert_true (dm_kernels_init (&kernels, cpu));
  packed = g_new (float, dm_matmul_packed_floats (&kernels, C_IN, C_OUT));
  weights.data = packed;

  for (size_t i = 0; i < ROWS; i++)
    for (size_t o = 0; o < C_OUT; o++)
      {
        double sum = bias[o] + y[i * STRIDE + o];

        for (size_t k = 0; k < C_IN; k++)
          sum += (double) x[i * STRIDE + k] * w[o * C_IN + k];
        expected[i * C_OUT + o] = (float) sum;
      }

  dm_matmul_pack (&weights, w, false, &context);
  dm_matmul (y, STRIDE, x, STRIDE, &weights, bias, y, STRIDE, ROWS, &context);
  for (size_t i = 0; i < ROWS; i++)
    dm_assert_near (y + i * STRIDE, expected + i * C_OUT, C_OUT, TOLERANCE);
}

/* y = x wᵀ + bias + add for every instruction set, with and without workers. */
static void
test_matmul (void)
{
  DmPool *pool = dm_pool_new (2);

  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    {
      check_matmul (NULL, cpu);
      check_matmul (pool, cpu);
    }

  dm_pool_free (pool);
}

/* A row has the same bits alone as among others. */
static void
test_row_alone (void)
{
  const DmKernels  *kernels = dm_kernels_get_default ();
  DmContext         context = { .kernels = kernels };
  g_autofree float *x = numbers (ROWS * C_IN, 1);
  g_autofree float *w = numbers (C_OUT * C_IN, 2);
  g_autofree float *packed =
      g_new (float, dm_matmul_packed_floats (kernels, C_IN, C_OUT));
  g_autofree float *all = g_new (float, ROWS *C_OUT);
  float             alone[C_OUT];
  DmMatmulWeights   weights = { C_IN, C_OUT, packed };

  dm_matmul_pack (&weights, w, false, &context);
  dm_matmul (all, C_OUT, x, C_IN, &weights, NULL, NULL, 0, ROWS, &context);
  for (size_t i = 0; i < ROWS; i++)
    {
      dm_matmul (alone, C_OUT, x + i * C_IN, C_IN, &weights, NULL, NULL, 0, 1,
                 &context);
      dm_assert_same (alone, all + i * C_OUT, C_OUT);
    }
}

/* dx = dy w by transposed packing, dw = dyᵀ x, by definition. */
static void
test_backward (void)
{
  const DmKernels  *kernels = dm_kernels_get_default ();
  DmContext         context = { .kernels = kernels };
  g_autofree float *x = numbers (ROWS * C_IN, 1);
  g_autofree float *w = numbers (C_OUT * C_IN, 2);
  g_autofree float *dy = numbers (ROWS * C_OUT, 3);
  g_autofree float *dw = g_new0 (float, C_OUT *C_IN);
  g_autofree float *dx = g_new0 (float, ROWS *C_IN);
  g_autofree float *packed =
      g_new (float, dm_matmul_packed_floats (kernels, C_OUT, C_IN));
  DmMatmulWeights weights = { C_OUT, C_IN, packed };

  dm_matmul_pack (&weights, w, true, &context);
  dm_matmul (dx, C_IN, dy, C_OUT, &weights, NULL, NULL, 0, ROWS, &context);
  dm_matmul_backward_weight (dw, dy, C_OUT, x, C_IN, ROWS, C_IN, C_OUT,
                             &context);

  for (size_t k = 0; k < C_IN; k++)
    {
      double sum_x = 0.0, sum_w = 0.0;
      float  want_x, want_w;

      for (size_t o = 0; o < C_OUT; o++)
        sum_x += (double) dy[5 * C_OUT + o] * w[o * C_IN + k];
      for (size_t i = 0; i < ROWS; i++)
        sum_w += (double) dy[i * C_OUT + 7] * x[i * C_IN + k];
      want_x = (float) sum_x;
      want_w = (float) sum_w;
      dm_assert_near (&dx[5 * C_IN + k], &want_x, 1, TOLERANCE);
      dm_assert_near (&dw[7 * C_IN + k], &want_w, 1, 5 * TOLERANCE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/gemm/matmul", test_matmul);
  g_test_add_func ("/gemm/row-alone", test_row_alone);
  g_test_add_func ("/gemm/backward", test_backward);

  return g_test_run ();
}
