/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>
#include <stdbool.h>

/* Where a picture is to be painted: what is transparent in it, or what a mask
 * says, or all of it.
 */
typedef struct
{
  GeglBuffer   *input;
  GeglBuffer   *mask;     /* (nullable)                                     */
  size_t        channels; /* that its pixels are read with                */
  bool          whole;    /* all is painted, nothing kept                   */
  GeglRectangle extent;   /* of the input                                   */
  GeglRectangle box;      /* around all that is painted, within the extent  */
} DmHole;

/* Some pixels of it. Share of what is painted, and of what is kept: their sum
 * is the alpha of the result.
 */
typedef struct
{
  float *pixels;         /* [n, channels + 1], perceptual, alpha last   */
  float *painted, *kept; /* [n]                                         */
} DmHolePixels;

/* Less than this share is none: it leaves a pixel as it is. */
#define DM_HOLE_NOTHING 1e-6f

void dm_hole_set_memory_error (GError **error);

bool dm_hole_find (DmHole *self, bool or_whole, GError **error);

bool dm_hole_pixels_init (DmHolePixels *self,
                          size_t        n,
                          size_t        channels,
                          GError      **error);
void dm_hole_pixels_clear (DmHolePixels *self);
void dm_hole_read (const DmHole        *self,
                   DmHolePixels        *pixels,
                   const GeglRectangle *rect);
