/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Area averages: each pixel that is made is the mean of the area it covers. */

/* Area-averages the centre of a picture to side x side. */
void dm_image_fit_square (float       *out,
                          size_t       side,
                          const float *in,
                          size_t       width,
                          size_t       height,
                          size_t       channels);

/* Area-averages all of a picture to another size. */
void dm_image_fit (float       *out,
                   size_t       width_out,
                   size_t       height_out,
                   const float *in,
                   size_t       width,
                   size_t       height,
                   size_t       channels);

/* A square of a picture, in its pixels. */
typedef struct
{
  size_t   left, top;
  double   span;  /* its side */
  gboolean wraps; /* beyond an edge the picture begins anew; else the square
                     lies within */
} DmSquare;

/* Area-averages a square of a picture to side x side. */
void dm_image_crop (float          *out,
                    size_t          side,
                    const DmSquare *square,
                    const guint8   *in,
                    size_t          width,
                    size_t          height,
                    size_t          channels);
