/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "peak.h"

#include "kernels/loops.h"
#include "kernels/vector.h"

/* Sums that do not wait for each other: as many as hide the latency of a
 * multiplication and an addition, and fit the registers.
 */
#define N_SUMS 12

/* Read and written as the compiler cannot foresee, so that the loop stays. */
static volatile float factor = 0.5f, term = 0.25f, sink;

/* s = s factor + term, which comes to rest at 1/2. */
double
DM_VARIANT (bench_peak) (size_t n_rounds)
{
  Vec   x = splat (factor), y = splat (term), sum[N_SUMS];
  float total = 0.0f;

#pragma GCC unroll 12
  for (size_t i = 0; i < N_SUMS; i++)
    sum[i] = splat ((float) i);

  for (size_t round = 0; round < n_rounds; round++)
#pragma GCC unroll 12
    for (size_t i = 0; i < N_SUMS; i++)
      sum[i] = sum[i] * x + y;

  for (size_t i = 0; i < N_SUMS; i++)
    total += sum[i][0] + sum[i][LANES - 1];
  sink = total;

  return 2.0 * N_SUMS * LANES * (double) n_rounds;
}
