/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/recolour.h"

#include <math.h>

#include "tensor/rng.h"

/* Of the augmentation stream, see dataset-draw.c. */
#define SUB_RECOLOUR 3

#define N_DRAWS 4

/* Red, green and blue. */
#define RGB 3

/**
 * dm_recolour_draw:
 * @self: (out)
 * @jitter: how large the changes are at most, alike to both sides: the
 * logarithms of contrast and saturation; brightness and hue half as large,
 * since a class is known by them
 * @k: number of the picture in the run
 */
void
dm_recolour_draw (DmRecolour *self, float jitter, uint64_t seed, uint64_t k)
{
  float u[N_DRAWS];

  dm_rng_uniform (u, N_DRAWS, (DmRng){ seed, DM_STREAM_AUGMENT, SUB_RECOLOUR },
                  N_DRAWS * k);
  for (int i = 0; i < N_DRAWS; i++)
    u[i] = jitter * (2.0f * u[i] - 1.0f);

  *self = (DmRecolour){ .brightness = 0.5f * u[0],
                        .contrast = expf (u[1]),
                        .saturation = expf (u[2]),
                        .hue = 0.5f * u[3] };
}

static float
change_level (const DmRecolour *self, float value)
{
  value = self->contrast * value + self->brightness;

  return fminf (fmaxf (value, -1.0f), 1.0f);
}

/* Turned about the axis of greys, a colour's distance @d from the grey as light
 * as it becomes cos(hue) d + sin(hue) a x d, with the axis a = (1, 1, 1) /
 * sqrt(3).
 */
static void
change_colours (const DmRecolour *self, float *x, size_t n_pixels)
{
  float along = self->saturation * cosf (self->hue);
  float across = self->saturation * sinf (self->hue) / sqrtf (3.0f);

  for (size_t i = 0; i < n_pixels; i++, x += RGB)
    {
      float grey = (x[0] + x[1] + x[2]) / 3.0f;
      float d[RGB] = { x[0] - grey, x[1] - grey, x[2] - grey };

      for (int c = 0; c < RGB; c++)
        x[c] = change_level (
            self, grey + along * d[c] +
                      across * (d[(c + 2) % RGB] - d[(c + 1) % RGB]));
    }
}

/**
 * dm_recolour_apply:
 * @x: (inout) [n_pixels, channels] in [-1, 1], which it stays within
 * @channels: 1 gray, which takes brightness and contrast only, or 3 R'G'B'
 */
void
dm_recolour_apply (const DmRecolour *self,
                   float            *x,
                   size_t            n_pixels,
                   size_t            channels)
{
  if (channels == RGB)
    change_colours (self, x, n_pixels);
  else
    for (size_t i = 0; i < n_pixels * channels; i++)
      x[i] = change_level (self, x[i]);
}
