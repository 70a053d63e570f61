/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/kernels.h"

#define N_PIXELS 5
#define C 21 /* not a multiple of any vector */
#define PIXEL 24
#define N (N_PIXELS * PIXEL)

/* Rounding of a few float operations on values of about 1. */
#define TOLERANCE 3e-6

static float
sigmoid (float z)
{
  return (float) (1.0 / (1.0 + exp (-(double) z)));
}

static float
slope (float z)
{
  return sigmoid (z) * (1.0f + z * (1.0f - sigmoid (z)));
}

/* Runs a check on the loops of every instruction set of this processor. */
static void
for_each_cpu (void (*check) (const DmKernels *k))
{
  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    {
      DmKernels kernels = { 0 };

      g_assert_true (dm_kernels_init (&kernels, cpu));
      check (&kernels);
    }
}

static void
check_silu (const DmKernels *k)
{
  float x[N], y[N], dx[N], dy[N], expected[N], expected_dx[N];

  dm_test_random (x, N, 1);
  dm_test_random (dy, N, 2);
  dm_test_random (dx, N, 3);
  for (size_t i = 0; i < N; i++)
    {
      expected[i] = x[i] * sigmoid (x[i]);
      expected_dx[i] = dx[i] + dy[i] * slope (x[i]);
    }

  k->silu (y, x, N - 1);
  k->silu_backward (dx, dy, x, N - 1);
  dm_assert_near (y, expected, N - 1, TOLERANCE);
  dm_assert_near (dx, expected_dx, N - 1, TOLERANCE);
}

/* Far from zero the activation is its argument or nothing, never NaN. */
static void
check_silu_far (const DmKernels *k)
{
  float x[4] = { -1e30f, -200.0f, 200.0f, 1e30f }, y[4];

  k->silu (y, x, 4);
  g_assert_cmpfloat (fabsf (y[1]), <, 1e-30f);
  g_assert_cmpfloat (y[2], ==, 200.0f);
  g_assert_cmpfloat (y[3], ==, 1e30f);
  g_assert_true (isfinite (y[0]));
}

static void
test_silu (void)
{
  for_each_cpu (check_silu);
  for_each_cpu (check_silu_far);
}

static void
check_norm (const DmKernels *k)
{
  float x[N], y[N], dy[N], dx[N], a[C], b[C], l[C], m[C];
  float sum[C] = { 0 }, sum2[C] = { 0 }, g[C] = { 0 }, gx[C] = { 0 };
  float want[C] = { 0 }, want2[C] = { 0 }, want_g[C] = { 0 };
  float want_gx[C] = { 0 };

  dm_test_random (x, N, 1);
  dm_test_random (dy, N, 2);
  dm_test_random (a, C, 3);
  dm_test_random (b, C, 4);
  dm_test_random (l, C, 5);
  dm_test_random (m, C, 6);
  dm_test_random (dx, N, 7);

  for (size_t i = 0; i < N; i++)
    {
      size_t c = i % PIXEL;
      float  z, d;

      if (c >= C)
        continue;
      z = a[c] * x[i] + b[c];
      d = dy[i] * slope (z);
      want[c] += x[i];
      want2[c] += x[i] * x[i];
      want_g[c] += d;
      want_gx[c] += d * x[i];
    }

  k->moments (sum, sum2, x, PIXEL, N_PIXELS, C);
  k->affine (y, PIXEL, x, PIXEL, a, b, N_PIXELS, C, true);
  k->affine_backward_sums (g, gx, dy, PIXEL, x, PIXEL, a, b, N_PIXELS, C, true);

  dm_assert_near (sum, want, C, TOLERANCE);
  dm_assert_near (sum2, want2, C, 2 * TOLERANCE);
  dm_assert_near (g, want_g, C, 2 * TOLERANCE);
  dm_assert_near (gx, want_gx, C, 4 * TOLERANCE);

  for (size_t p = 0; p < N_PIXELS; p++)
    for (size_t c = 0; c < C; c++)
      {
        size_t i = p * PIXEL + c;
        float  z = a[c] * x[i] + b[c], before = dx[i];
        float  want_y = z * sigmoid (z);
        float  want_dx = before + a[c] * dy[i] * slope (z) - l[c] - m[c] * x[i];

        dm_assert_near (&y[i], &want_y, 1, TOLERANCE);
        k->affine_backward (&dx[i], PIXEL, &dy[i], PIXEL, &x[i], PIXEL, &a[c],
                            &b[c], &l[c], &m[c], 1, 1, true);
        dm_assert_near (&dx[i], &want_dx, 1, 2 * TOLERANCE);
      }
}

/* Coefficients that change along the row; where they do not, the plain loop's.
 */
static void
check_affine_between (const DmKernels *k)
{
  float x[N], y[N], plain[N], ab[2 * C], step[2 * C], none[2 * C] = { 0 };

  dm_test_random (x, N, 1);
  dm_test_random (ab, 2 * C, 2);
  dm_test_random (step, 2 * C, 3);

  k->affine_between (y, PIXEL, x, PIXEL, ab, step, 0.3f, 0.2f, N_PIXELS, C,
                     true);
  for (size_t i = 0; i < N; i++)
    {
      size_t c = i % PIXEL;
      float  share = 0.3f + 0.2f * (float) (i / PIXEL), z, want;

      if (c >= C)
        continue;
      z = (ab[c] + share * step[c]) * x[i] + ab[C + c] + share * step[C + c];
      want = z * sigmoid (z);
      dm_assert_near (&y[i], &want, 1, 2 * TOLERANCE);
    }

  k->affine (plain, PIXEL, x, PIXEL, ab, ab + C, N_PIXELS, C, false);
  k->affine_between (y, PIXEL, x, PIXEL, ab, none, 0.3f, 0.2f, N_PIXELS, C,
                     false);
  for (size_t p = 0; p < N_PIXELS; p++)
    dm_assert_near (y + p * PIXEL, plain + p * PIXEL, C, TOLERANCE);
}

static void
test_norm (void)
{
  for_each_cpu (check_norm);
  for_each_cpu (check_affine_between);
}

/* Rows sum to 1, keep the order, and the backward pass is their derivative. */
static void
check_softmax (const DmKernels *k)
{
  float p[2 * C], dp[2 * C], dx[2 * C], shifted[2 * C];

  dm_test_random (p, 2 * C, 1);
  for (size_t i = 0; i < 2 * C; i++)
    shifted[i] = p[i] + 50.0f;
  dm_test_random (dp, 2 * C, 2);
  k->softmax (p, 2, C, 0.7f);
  k->softmax (shifted, 2, C, 0.7f);
  k->softmax_backward (dx, dp, p, 2, C, 0.7f);
  dm_assert_near (p, shifted, 2 * C, 1e-5);

  for (size_t row = 0; row < 2; row++)
    {
      double sum = 0.0, dot = 0.0;

      for (size_t i = row * C; i < (row + 1) * C; i++)
        {
          sum += p[i];
          dot += (double) p[i] * dp[i];
        }
      g_assert_cmpfloat_with_epsilon (sum, 1.0, TOLERANCE);
      for (size_t i = row * C; i < (row + 1) * C; i++)
        g_assert_cmpfloat_with_epsilon (dx[i], 0.7 * p[i] * (dp[i] - dot),
                                        TOLERANCE);
    }
}

static void
test_softmax (void)
{
  for_each_cpu (check_softmax);
}

/* One step of AdamW by its formula, in double. */
static void
check_optimiser (const DmKernels *k)
{
  float  w[C], m[C], v[C], g[C], average[C];
  double want_w[C], want_average[C], sum = 0.0;

  dm_test_random (w, C, 1);
  dm_test_random (m, C, 2);
  dm_test_random (v, C, 3);
  dm_test_random (g, C, 4);
  dm_test_random (average, C, 5);

  for (size_t i = 0; i < C; i++)
    {
      double gradient = 0.5 * g[i], new_m, new_v;

      v[i] = fabsf (v[i]);
      new_m = 0.9 * m[i] + 0.1 * gradient;
      new_v = 0.99 * v[i] + 0.01 * gradient * gradient;
      want_w[i] = w[i] - 0.01 * (new_m / 0.3 / (sqrt (new_v / 0.2) + 1e-8) +
                                 0.1 * w[i]);
      want_average[i] = 0.75 * average[i] + 0.25 * want_w[i];
      sum += (double) g[i] * g[i];
    }

  g_assert_cmpfloat_with_epsilon (k->sum_squares (g, C), sum, 1e-9);
  k->adamw (w, m, v, g, C, 0.5f, 0.01f, 0.9f, 0.99f, 0.3f, 0.2f, 1e-8f, 0.1f);
  k->ema (average, w, C, 0.75f);
  for (size_t i = 0; i < C; i++)
    {
      g_assert_cmpfloat_with_epsilon (w[i], want_w[i], TOLERANCE);
      g_assert_cmpfloat_with_epsilon (average[i], want_average[i], TOLERANCE);
    }
}

#define N_TERMS 9
#define N_ROWS 19 /* two register tiles, and some rows more */
#define ROW 64    /* whole blocks */

/* Sums of outer products, added or not; nothing beside them is written. */
static void
check_outer_products (const DmKernels *k)
{
  float           x[N_TERMS * N_ROWS], w[N_TERMS * ROW], y[N_ROWS * PIXEL];
  float           want[N_ROWS * PIXEL];
  DmOuterProducts job = { .y = y,
                          .y_row = PIXEL,
                          .x = x,
                          .x_row = N_ROWS,
                          .w = w,
                          .w_row = ROW,
                          .n_terms = N_TERMS,
                          .n_rows = N_ROWS,
                          .n_columns = C };

  dm_test_random (x, G_N_ELEMENTS (x), 1);
  dm_test_random (w, G_N_ELEMENTS (w), 2);
  dm_test_random (y, G_N_ELEMENTS (y), 3);
  memcpy (want, y, sizeof y);
  for (size_t i = 0; i < N_ROWS; i++)
    for (size_t j = 0; j < C; j++)
      {
        double sum = 0.0;

        for (size_t t = 0; t < N_TERMS; t++)
          sum += (double) x[t * N_ROWS + i] * w[t * ROW + j];
        want[i * PIXEL + j] = (float) sum;
      }

  k->outer_products (&job);
  dm_assert_near (y, want, G_N_ELEMENTS (y), N_TERMS * TOLERANCE);

  for (size_t i = 0; i < G_N_ELEMENTS (want); i++)
    if (i % PIXEL < C)
      want[i] *= 2.0f;
  job.add = true;
  k->outer_products (&job);
  dm_assert_near (y, want, G_N_ELEMENTS (y), N_TERMS * TOLERANCE);
}

static void
test_outer_products (void)
{
  for_each_cpu (check_outer_products);
}

static void
test_optimiser (void)
{
  for_each_cpu (check_optimiser);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/kernels/silu", test_silu);
  g_test_add_func ("/kernels/norm", test_norm);
  g_test_add_func ("/kernels/softmax", test_softmax);
  g_test_add_func ("/kernels/outer-products", test_outer_products);
  g_test_add_func ("/kernels/optimiser", test_optimiser);

  return g_test_run ();
}
