/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Noise that is even from place to place is still noise.
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "generate/noise.h"
#include "tensor/rng.h"

#define WINDOW 16
#define CHANNELS 3
#define MAX_FLOATS (96 * 96 * CHANNELS)

static float noise[MAX_FLOATS], eps[MAX_FLOATS];

static void
draw (size_t h, size_t w, guint64 seed, double variation)
{
  g_autofree float *mean = g_new (float, h *w *CHANNELS);
  g_autofree float *scratch = g_new (float, h *w *CHANNELS);

  dm_rng_normal (noise, h * w * CHANNELS, (DmRng){ .seed = seed }, 0);
  memcpy (eps, noise, sizeof eps);
  dm_noise_set_variation (eps, h, w, CHANNELS, WINDOW, variation, mean,
                          scratch);
}

/* Of channel @c in the window that begins at (@y, @x), which goes round. */
static double
get_mean (const float *values, size_t h, size_t w, size_t y, size_t x, size_t c)
{
  size_t side_y = MIN (WINDOW, h), side_x = MIN (WINDOW, w);
  double sum = 0.0;

  for (size_t i = 0; i < side_y; i++)
    for (size_t k = 0; k < side_x; k++)
      sum += values[((y + i) % h * w + (x + k) % w) * CHANNELS + c];

  return sum / (double) (side_y * side_x);
}

/* Variance of the means of windows, over all places, of one channel. */
static double
get_spread (const float *values, size_t h, size_t w)
{
  double sum = 0.0, square = 0.0;
  size_t n = h * w;

  for (size_t i = 0; i < n; i++)
    {
      double mean = get_mean (values, h, w, i / w, i % w, 1);

      sum += mean;
      square += mean * mean;
    }

  return square / (double) n - sum / (double) n * sum / (double) n;
}

static void
test_same (void)
{
  draw (96, 96, 1, 1.0);
  g_assert_cmpmem (eps, sizeof eps, noise, sizeof noise);
  draw (WINDOW, WINDOW, 1, 0.0);
  g_assert_cmpmem (eps, sizeof eps, noise, sizeof noise);
}

/* Windows agree; single values are as noisy as they were. */
static void
test_even (void)
{
  static const size_t sizes[][2] = { { 96, 96 }, { 16, 90 }, { 90, 5 } };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      size_t h = sizes[i][0], w = sizes[i][1], n = h * w * CHANNELS;
      double square = 0.0;

      draw (h, w, i, 0.0);
      g_assert_cmpfloat (get_spread (eps, h, w), <,
                         0.6 * get_spread (noise, h, w));
      for (size_t k = 0; k < n; k++)
        square += (double) eps[k] * eps[k] / (double) n;
      g_assert_cmpfloat (fabs (square - 1.0), <, 0.1);
    }
}

/* The mean that all share is one of independent noise. */
static void
test_shared (void)
{
  const int n_seeds = 400;
  double    square = 0.0;

  for (int seed = 0; seed < n_seeds; seed++)
    {
      double mean = 0.0;

      draw (32, 32, (guint64) seed, 0.0);
      for (size_t i = 0; i < 32 * 32; i++)
        mean += eps[i * CHANNELS] / (32.0 * 32.0);
      square += mean * mean * WINDOW * WINDOW / n_seeds;
    }
  g_assert_cmpfloat (fabs (square - 1.0), <, 0.25);
}

static void
test_between (void)
{
  g_autofree float *even = g_new (float, MAX_FLOATS);

  draw (96, 96, 1, 0.0);
  memcpy (even, eps, sizeof eps);
  draw (96, 96, 1, 0.25);
  for (size_t i = 0; i < MAX_FLOATS; i++)
    g_assert_cmpfloat (fabsf (0.25f * noise[i] + 0.75f * even[i] - eps[i]), <,
                       1e-5f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/noise/same", test_same);
  g_test_add_func ("/noise/even", test_even);
  g_test_add_func ("/noise/shared", test_shared);
  g_test_add_func ("/noise/between", test_between);

  return g_test_run ();
}
