/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* A change of a picture's colours that could as well have been found: the
 * network is not told of it, and draws such pictures, too. Where a class has
 * few looks, what is drawn is then not bound to the colours of one of them.
 *
 * Source: Karras et al. 2020, "Training generative adversarial networks with
 * limited data", appendix B, color transformations.
 */
typedef struct
{
  float brightness; /* added, where black is -1 and white is 1 */
  float contrast;   /* factor, about the grey in the middle    */
  float saturation; /* factor, about the mean of the channels  */
  float hue;        /* radians, about the axis of greys        */
} DmRecolour;

void
dm_recolour_draw (DmRecolour *self, float jitter, uint64_t seed, uint64_t k);
void dm_recolour_apply (const DmRecolour *self,
                        float            *x,
                        size_t            n_pixels,
                        size_t            channels);
