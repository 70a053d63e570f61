/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "tensor/rng.h"

/* A central difference in float32 is best with a step of about the cube root
 * of the rounding error, for values of about 1.
 */
#define DIFFERENCE_STEP 1e-2f
#define GRADIENT_TOLERANCE 1e-2
#define GRADIENT_SAMPLES 48

void
dm_test_random (float *x, size_t n, uint32_t sub)
{
  dm_rng_normal (x, n, (DmRng){ 1, DM_STREAM_TEST, sub }, 0);
}

double
dm_test_deviation (const float *x, size_t n)
{
  double sum = 0.0, sum2 = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      sum += x[i];
      sum2 += (double) x[i] * x[i];
    }

  return sqrt (sum2 / n - (sum / n) * (sum / n));
}

void
dm_assert_near (const float *a, const float *b, size_t n, double tolerance)
{
  for (size_t i = 0; i < n; i++)
    if (!(fabs ((double) a[i] - b[i]) <= tolerance))
      g_error ("element %zu of %zu: %.9g and %.9g differ by more than %g", i, n,
               a[i], b[i], tolerance);
}

void
dm_assert_same (const float *a, const float *b, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (memcmp (&a[i], &b[i], sizeof *a) != 0)
      g_error ("element %zu of %zu: %.9g and %.9g differ", i, n, a[i], b[i]);
}

static double
difference (DmTestLoss loss, void *data, float *x)
{
  float  kept = *x;
  double above, below;

  *x = kept + DIFFERENCE_STEP;
  above = loss (data);
  *x = kept - DIFFERENCE_STEP;
  below = loss (data);
  *x = kept;

  return (above - below) / (2.0 * DIFFERENCE_STEP);
}

void
dm_assert_gradient (
    DmTestLoss loss, void *data, float *x, const float *dx, size_t n)
{
  size_t stride = n > GRADIENT_SAMPLES ? n / GRADIENT_SAMPLES : 1;
  double largest = 1e-3;

  for (size_t i = 0; i < n; i++)
    largest = MAX (largest, fabs (dx[i]));

  for (size_t i = 0; i < n; i += stride)
    {
      double expected = difference (loss, data, &x[i]);

      if (!(fabs (expected - dx[i]) <= GRADIENT_TOLERANCE * largest))
        g_error ("gradient %zu of %zu: %.6g, by differences %.6g", i, n, dx[i],
                 expected);
    }
}
