/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "paint/fit.h"

#include <math.h>
#include <string.h>

/* Half the width of the interpolating kernel, in its own pixels. */
#define SUPPORT 2.0

/* For each of @n output positions, @n_taps input positions and their shares. */
typedef struct
{
  int    n_taps;
  int   *index;
  float *weight;
} Taps;

/**
 * dm_fit_place:
 * @fit: DM_FIT_CONTAIN, DM_FIT_COVER or DM_FIT_STRETCH
 * @width: of the picture, pixels; likewise @height
 * @out_width: of what is asked for, pixels; likewise @out_height
 *
 * Returns: where the whole picture lies, in pixels of the output: on whole
 * pixels, so that its edge is sharp, and at least 1 x 1.
 */
GeglRectangle
dm_fit_place (DmFit fit, int width, int height, int out_width, int out_height)
{
  double        x = (double) out_width / width;
  double        y = (double) out_height / height;
  double        scale = fit == DM_FIT_COVER ? MAX (x, y) : MIN (x, y);
  GeglRectangle place = { 0, 0, out_width, out_height };

  if (fit == DM_FIT_STRETCH)
    return place;

  place.width = MAX (1, (int) lrint (width * scale));
  place.height = MAX (1, (int) lrint (height * scale));
  place.x = (int) floor ((out_width - place.width) / 2.0);
  place.y = (int) floor ((out_height - place.height) / 2.0);

  return place;
}

/* Source: Mitchell & Netravali 1988, eq. 8 with B = 0, C = 1/2 (Catmull-Rom):
 * goes through the samples, so that scale 1 changes nothing.
 */
static double
cubic (double x)
{
  x = fabs (x);

  if (x < 1.0)
    return (1.5 * x - 2.5) * x * x + 1.0;
  if (x < 2.0)
    return ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0;

  return 0.0;
}

/* Positions @first ... @first + @n - 1 of @n_out, which cover @n_in. Widened
 * when shrinking, to average; at the edge the last pixel goes on.
 */
static Taps
taps_new (int first, int n, int n_out, int n_in)
{
  double step = (double) n_in / n_out;
  double widen = MAX (step, 1.0);
  Taps   self = { .n_taps = (int) ceil (2.0 * SUPPORT * widen) + 1 };

  self.index = g_new (int, (size_t) n *self.n_taps);
  self.weight = g_new (float, (size_t) n *self.n_taps);

  for (int i = 0; i < n; i++)
    {
      double centre = (first + i + 0.5) * step - 0.5;
      int    start = (int) ceil (centre - SUPPORT * widen);
      int   *index = self.index + (size_t) i * self.n_taps;
      float *weight = self.weight + (size_t) i * self.n_taps;
      double sum = 0.0;

      for (int k = 0; k < self.n_taps; k++)
        sum += cubic ((start + k - centre) / widen);

      for (int k = 0; k < self.n_taps; k++)
        {
          index[k] = CLAMP (start + k, 0, n_in - 1);
          weight[k] = (float) (cubic ((start + k - centre) / widen) / sum);
        }
    }

  return self;
}

static void
taps_clear (Taps *self)
{
  g_free (self->index);
  g_free (self->weight);
}

/* out[n, channels], the row @in[, channels] at the taps */
static void
resample_row (
    float *out, const float *in, const Taps *taps, int n, int channels)
{
  for (int i = 0; i < n; i++)
    for (int c = 0; c < channels; c++)
      {
        float sum = 0.0f;

        for (int k = 0; k < taps->n_taps; k++)
          {
            size_t at = (size_t) i * taps->n_taps + k;

            sum +=
                taps->weight[at] * in[(size_t) taps->index[at] * channels + c];
          }

        out[(size_t) i * channels + c] = sum;
      }
}

/* out[n] = clamp (Σ weight_k rows[index_k][n]), to [0, 1] */
static void
mix_rows (float       *out,
          const float *rows,
          int          first_row,
          const int   *index,
          const float *weight,
          int          n_taps,
          size_t       n)
{
  memset (out, 0, n * sizeof *out);

  for (int k = 0; k < n_taps; k++)
    {
      const float *row = rows + (size_t) (index[k] - first_row) * n;

      for (size_t i = 0; i < n; i++)
        out[i] += weight[k] * row[i];
    }

  for (size_t i = 0; i < n; i++)
    out[i] = CLAMP (out[i], 0.0f, 1.0f);
}

/**
 * dm_fit_resample:
 * @out: [roi.height, roi.width, channels], in [0, 1]
 * @roi: the part that is wanted, within @place
 * @place: where the whole picture lies
 * @in: [height, width, channels]
 *
 * Scales a picture to @place and returns the pixels of @roi: the same for one
 * pixel, whatever else is asked for with it.
 */
void
dm_fit_resample (float               *out,
                 const GeglRectangle *roi,
                 const GeglRectangle *place,
                 const float         *in,
                 int                  width,
                 int                  height,
                 int                  channels)
{
  Taps   x = taps_new (roi->x - place->x, roi->width, place->width, width);
  Taps   y = taps_new (roi->y - place->y, roi->height, place->height, height);
  int    first = y.index[0];
  int    last = y.index[(size_t) roi->height * y.n_taps - 1];
  size_t n = (size_t) roi->width * channels;
  float *rows = g_new (float, n *(last - first + 1));

  for (int row = first; row <= last; row++)
    resample_row (rows + (row - first) * n,
                  in + (size_t) row * width * channels, &x, roi->width,
                  channels);

  for (int i = 0; i < roi->height; i++)
    mix_rows (out + i * n, rows, first, y.index + (size_t) i * y.n_taps,
              y.weight + (size_t) i * y.n_taps, y.n_taps, n);

  g_free (rows);
  taps_clear (&x);
  taps_clear (&y);
}
