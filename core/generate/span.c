/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/span.h"

#include <glib.h>

/* Of an axis. */
#define MAX_WINDOWS 128

static size_t
round_down (size_t n, size_t multiple)
{
  return n / multiple * multiple;
}

static size_t
round_up (size_t n, size_t multiple)
{
  return round_down (n + multiple - 1, multiple);
}

/* --- windows of an axis ---------------------------------------------------
 */

/* Where window @k begins. On an axis that wraps that may be before 0; positions
 * there are not reduced to 0 ... n - 1.
 */
static long
get_begin (const DmSpan *self, size_t k)
{
  if (self->whole)
    return 0;

  if (self->wrap)
    return (long) round_down (k * self->n / self->n_windows, self->stride) -
           (long) self->margin;

  return (long) round_down (k * (self->n - self->size) / (self->n_windows - 1),
                            self->stride);
}

/* Where the share of window @k begins and that of window @k - 1 ends, for
 * 0 < @k < n_windows, and on an axis that wraps for all up to n_windows.
 */
static long
get_edge (const DmSpan *self, size_t k)
{
  if (!self->wrap)
    return (get_begin (self, k) + get_begin (self, k - 1) + (long) self->size) /
           2;

  return k == self->n_windows ? (long) self->n :
                                get_begin (self, k) + (long) self->margin;
}

static size_t
get_longest_share (const DmSpan *self)
{
  long longest = 0;

  for (size_t k = 0; k < self->n_windows; k++)
    longest = MAX (longest, get_edge (self, k + 1) - get_edge (self, k));

  return (size_t) longest;
}

/**
 * dm_span_init:
 * @self: (out)
 * @n: pixels; if @wrap is false a multiple of the stride
 * @n_windows: 1 ...
 *
 * With one window the axis is seen whole, unless it wraps and is no multiple of
 * the stride. Then the network cannot wrap it: the window goes round the axis
 * and meets itself in a ramp. So the picture has the very width that was asked
 * for, and is seamless.
 *
 * Returns: whether the axis can be cut into so many windows.
 */
bool
dm_span_init (
    DmSpan *self, size_t n, bool wrap, DmSight sight, size_t n_windows)
{
  size_t stride = sight.stride, gap;

  *self = (DmSpan){ .n = n,
                    .n_windows = n_windows,
                    .wrap = wrap,
                    .stride = stride,
                    .ramp = MAX (sight.native / 2, 1) };
  self->margin = round_up ((self->ramp + sight.native + 1) / 2, stride);

  if (n_windows == 1 && n % stride == 0)
    {
      self->whole = true;
      self->size = n;
      return true;
    }

  if (wrap)
    {
      self->size =
          round_up (get_longest_share (self) + 2 * self->margin, stride);
      return n_windows == 1 || self->size < n;
    }

  /* windows begin at multiples of the stride, up to one too early */
  gap = 2 * self->margin + stride;
  self->size = round_up (
      (n + (n_windows - 1) * gap + n_windows - 1) / n_windows, stride);

  return self->size < n;
}

/**
 * dm_span_get_pixel:
 * @i: 0 ... size - 1
 *
 * Returns: which pixel of the axis is number @i of @window.
 */
size_t
dm_span_get_pixel (const DmSpan *self, size_t window, size_t i)
{
  long n = (long) self->n, at = get_begin (self, window) + (long) i;

  return (size_t) ((at % n + n) % n);
}

/* From 0 to 1 around 0, over @ramp. */
static double
rise (double x, size_t ramp)
{
  double u = CLAMP (x / (double) ramp + 0.5, 0.0, 1.0);

  return u * u * (3.0 - 2.0 * u);
}

/**
 * dm_span_fill_weights:
 * @weights: (out) [size]
 *
 * What the answer of @window counts for at its pixels.
 */
void
dm_span_fill_weights (const DmSpan *self, float *weights, size_t window)
{
  bool   from = !self->whole && (self->wrap || window > 0);
  bool   until = !self->whole && (self->wrap || window + 1 < self->n_windows);
  double begin = (double) get_begin (self, window) + 0.5;

  for (size_t i = 0; i < self->size; i++)
    {
      double at = begin + (double) i, weight = 1.0;

      if (from)
        weight = rise (at - (double) get_edge (self, window), self->ramp);
      if (until)
        weight -= rise (at - (double) get_edge (self, window + 1), self->ramp);
      weights[i] = (float) weight;
    }
}

/* --- both axes --------------------------------------------------------------
 */

/**
 * dm_span_choose:
 * @rows: (out)
 * @columns: (out)
 * @h, @w: of the canvas
 * @max_pixels: the most that a window may have
 *
 * The windows that cost least in all; if none are small enough, the smallest.
 * It follows from the arguments alone, and so do the pixels of the picture.
 */
void
dm_span_choose (DmSpan *rows,
                DmSpan *columns,
                size_t  h,
                size_t  w,
                bool    wrap_y,
                bool    wrap_x,
                DmSight sight,
                size_t  max_pixels)
{
  size_t least = G_MAXSIZE, smallest = G_MAXSIZE;
  DmSpan y, x;

  for (size_t i = 1; i <= MAX_WINDOWS; i++)
    for (size_t k = 1;
         dm_span_init (&y, h, wrap_y, sight, i) &&
         dm_span_init (&x, w, wrap_x, sight, k) && k <= MAX_WINDOWS;
         k++)
      {
        size_t pixels = y.size * x.size, cost = pixels * i * k;
        bool   fits = pixels <= max_pixels;

        if (fits ? cost < least : least == G_MAXSIZE && pixels < smallest)
          {
            *rows = y;
            *columns = x;
            smallest = pixels;
            least = fits ? cost : least;
          }
        if (fits && i * k == 1)
          return;
        if (fits)
          break;
      }
}
