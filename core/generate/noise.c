/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/noise.h"

#include <glib.h>
#include <string.h>

/* out[n] = means of @size values of a line that goes round, about each */
static void
average_line (float *out, const float *in, size_t n, size_t stride, size_t size)
{
  size_t before = size / 2;
  double sum = 0.0;

  for (size_t i = 0; i < size; i++)
    sum += in[(i + n - before) % n * stride];

  for (size_t i = 0; i < n; i++)
    {
      out[i * stride] = (float) (sum / (double) size);
      sum += in[(i + size + n - before) % n * stride];
      sum -= in[(i + n - before) % n * stride];
    }
}

/* @mean: (inout) [h, w, channels], becomes the means of windows about each */
static void
average (float *mean,
         float *scratch,
         size_t h,
         size_t w,
         size_t channels,
         size_t window)
{
  size_t row = w * channels;

  for (size_t y = 0; y < h; y++)
    for (size_t c = 0; c < channels; c++)
      average_line (scratch + y * row + c, mean + y * row + c, w, channels,
                    MIN (window, w));
  for (size_t i = 0; i < row; i++)
    average_line (mean + i, scratch + i, h, row, MIN (window, h));
}

/**
 * dm_noise_set_variation:
 * @eps: (inout) [h, w, channels], of independent values with variance 1
 * @window: pixels of a side that the network was trained on
 * @variation: 1: nothing changes; 0: windows have about the same mean
 *   everywhere, that of one of them
 * @mean, @scratch: [h, w, channels] each, for its own use
 *
 * The mean of windows of independent noise has a deviation of 1 / @window, and
 * so has the mean that all share afterwards: what the network sees in any
 * window is as probable as in training.
 */
void
dm_noise_set_variation (float *eps,
                        size_t h,
                        size_t w,
                        size_t channels,
                        size_t window,
                        double variation,
                        float *mean,
                        float *scratch)
{
  size_t n = h * w * channels;
  float  share = (float) (1.0 - variation);

  if ((h <= window && w <= window) || variation >= 1.0)
    return;

  memcpy (mean, eps, n * sizeof *eps);
  average (mean, scratch, h, w, channels, window);
  for (size_t i = 0; i < n; i++)
    eps[i] += share * (mean[i % channels] - mean[i]);
}
