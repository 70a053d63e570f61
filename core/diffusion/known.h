/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

/* A picture of which some pixels are known before it is drawn, to a degree:
 *
 *   1        stays what it is
 *   0        is drawn, and what @x0 says of it is not looked at but at a start
 *            from noised pixels
 *   between  stays while more than 1 - mask of the steps are to be done, and is
 *            drawn from there on: a start from a noised pixel, so that an edge
 *            is soft and no pixel ever has less noise in it than its step says
 *
 * Source: Lugmayr et al. 2022, "RePaint", Algorithm 1; Levin & Fried 2023,
 * "Differential diffusion", for degrees in between.
 */
typedef struct
{
  const float *x0;   /* [n_pixels, channels], of every picture drawn     */
  const float *mask; /* (nullable) [n_pixels] in [0, 1]; NULL: 0 for all */
  size_t       n_pixels, channels;
} DmKnown;

/* x: [n_pictures, n_pixels, channels], eps of the same size */
void dm_known_keep (const DmKnown *self,
                    float         *x,
                    const float   *eps,
                    double         logsnr,
                    double         left,
                    size_t         n_pictures);
void dm_known_start (const DmKnown *self,
                     float         *x,
                     double         logsnr,
                     size_t         n_pictures);

/* x[n] to a noisier level: next is below logsnr */
void dm_known_go_back (
    float *x, const float *eps, double logsnr, double next, size_t n);
