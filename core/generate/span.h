/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One axis of a canvas, and the parts of it that the network sees.
 *
 * Either it sees the axis whole, and wraps it itself if it wraps. Or it sees
 * windows of one size, each to fill its share of the axis, and further by a
 * margin on both sides. What two windows make of the place where their shares
 * meet is blended over a ramp. The rest of the margin is thrown away: there the
 * network sees an edge that is not in the picture.
 *
 *   share      |---------- k ---------|--------- k + 1 ---
 *   window  |========================[==]==|
 *   weight  0..1                       ramp  0
 *
 * The weights of all windows add up to 1 everywhere.
 */
typedef struct
{
  size_t n;    /* of the canvas, pixels                               */
  size_t size; /* of a window, pixels: a multiple of the stride       */
  size_t n_windows;
  size_t stride, margin, ramp;
  bool   wrap;  /* the axis goes on at its other end                  */
  bool   whole; /* the one window is the axis                         */
} DmSpan;

/* What a network needs to know of its surroundings. */
typedef struct
{
  size_t native, stride; /* pixels */
} DmSight;

bool dm_span_init (
    DmSpan *self, size_t n, bool wrap, DmSight sight, size_t n_windows);
size_t dm_span_get_pixel (const DmSpan *self, size_t window, size_t i);
void   dm_span_fill_weights (const DmSpan *self, float *weights, size_t window);

void dm_span_choose (DmSpan *rows,
                     DmSpan *columns,
                     size_t  h,
                     size_t  w,
                     bool    wrap_y,
                     bool    wrap_x,
                     DmSight sight,
                     size_t  max_pixels);
