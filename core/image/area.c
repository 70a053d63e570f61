/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/area.h"

/* Average of in over [y0, y1) x [x0, x1), edges weighted by their share. */
static void
average_area (float       *out,
              const float *in,
              size_t       row,
              size_t       channels,
              const double y[2],
              const double x[2])
{
  double sum[4] = { 0 }, total = 0.0;

  for (size_t i = (size_t) y[0]; i < y[1]; i++)
    for (size_t j = (size_t) x[0]; j < x[1]; j++)
      {
        double covered = (MIN (y[1], i + 1.0) - MAX (y[0], (double) i)) *
                         (MIN (x[1], j + 1.0) - MAX (x[0], (double) j));

        for (size_t c = 0; c < channels; c++)
          sum[c] += covered * in[i * row + j * channels + c];
        total += covered;
      }

  for (size_t c = 0; c < channels; c++)
    out[c] = (float) (sum[c] / total);
}

/**
 * dm_image_fit_square:
 * @out: (out) [side, side, channels]
 * @in: [height, width, channels], channels at most 4
 *
 * The largest square in the middle of the picture, each pixel of @out the
 * average of the area it covers.
 */
void
dm_image_fit_square (float       *out,
                     size_t       side,
                     const float *in,
                     size_t       width,
                     size_t       height,
                     size_t       channels)
{
  size_t square = MIN (width, height);
  size_t left = (width - square) / 2, top = (height - square) / 2;
  double scale = (double) square / side;

  for (size_t i = 0; i < side; i++)
    for (size_t j = 0; j < side; j++)
      {
        double y[2] = { top + i * scale, top + (i + 1) * scale };
        double x[2] = { left + j * scale, left + (j + 1) * scale };

        y[1] = MIN (y[1], (double) height);
        x[1] = MIN (x[1], (double) width);
        average_area (out + (i * side + j) * channels, in, width * channels,
                      channels, y, x);
      }
}

/**
 * dm_image_fit:
 * @out: (out) [height_out, width_out, channels]
 * @in: [height, width, channels], channels at most 4
 *
 * The whole picture, each pixel of @out the average of the area it covers.
 */
void
dm_image_fit (float       *out,
              size_t       width_out,
              size_t       height_out,
              const float *in,
              size_t       width,
              size_t       height,
              size_t       channels)
{
  double sx = (double) width / width_out, sy = (double) height / height_out;

  for (size_t i = 0; i < height_out; i++)
    for (size_t j = 0; j < width_out; j++)
      {
        double y[2] = { i * sy, MIN ((i + 1) * sy, (double) height) };
        double x[2] = { j * sx, MIN ((j + 1) * sx, (double) width) };

        average_area (out + (i * width_out + j) * channels, in,
                      width * channels, channels, y, x);
      }
}

/* Share of pixel @i of an axis that lies between @from and @to. */
static double
get_share (size_t i, double from, double to)
{
  return MIN (to, i + 1.0) - MAX (from, (double) i);
}

/* Average of in over [y0, y1) x [x0, x1), which may lie beyond its edges. */
static void
average_wrapped (float        *out,
                 const guint8 *in,
                 const size_t  size[2],
                 size_t        channels,
                 const double  y[2],
                 const double  x[2])
{
  double sum[4] = { 0 }, total = 0.0;

  for (size_t i = (size_t) y[0]; i < y[1]; i++)
    for (size_t j = (size_t) x[0]; j < x[1]; j++)
      {
        double covered = get_share (i, y[0], y[1]) * get_share (j, x[0], x[1]);
        const guint8 *pixel =
            in + (i % size[0] * size[1] + j % size[1]) * channels;

        for (size_t c = 0; c < channels; c++)
          sum[c] += covered * pixel[c];
        total += covered;
      }

  for (size_t c = 0; c < channels; c++)
    out[c] = (float) (sum[c] / total);
}

/**
 * dm_image_crop:
 * @out: (out) [side, side, channels], 0 ... 255
 * @square: see #DmSquare
 * @in: [height, width, channels], channels at most 4
 *
 * Each pixel of @out is the average of the area it covers.
 */
void
dm_image_crop (float          *out,
               size_t          side,
               const DmSquare *square,
               const guint8   *in,
               size_t          width,
               size_t          height,
               size_t          channels)
{
  const size_t size[2] = { height, width };
  double       step = square->span / side;
  double       bottom = square->wraps ? G_MAXDOUBLE : (double) height;
  double       right = square->wraps ? G_MAXDOUBLE : (double) width;

  for (size_t i = 0; i < side; i++)
    for (size_t j = 0; j < side; j++)
      {
        double y[2] = { square->top + i * step, square->top + (i + 1) * step };
        double x[2] = { square->left + j * step,
                        square->left + (j + 1) * step };

        y[1] = MIN (y[1], bottom);
        x[1] = MIN (x[1], right);
        average_wrapped (out + (i * side + j) * channels, in, size, channels, y,
                         x);
      }
}
