/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/augment.h"

#include <math.h>
#include <string.h>

#include "tensor/rng.h"

static const char *const crop_names[DM_N_CROPS] = {
  [DM_CROP_CENTER] = "center",
  [DM_CROP_RANDOM] = "random",
  [DM_CROP_WRAP] = "wrap",
};

/**
 * dm_crop_get_name:
 *
 * Returns: (transfer none): the word that stands for it on command lines.
 */
const char *
dm_crop_get_name (DmCrop crop)
{
  return crop_names[crop];
}

/**
 * dm_crop_from_name:
 * @crop: (out) set if @name is known
 *
 * Returns: whether @name is known.
 */
gboolean
dm_crop_from_name (DmCrop *crop, const char *name)
{
  for (int i = 0; i < DM_N_CROPS; i++)
    if (strcmp (name, crop_names[i]) == 0)
      {
        *crop = (DmCrop) i;
        return TRUE;
      }

  return FALSE;
}

static double
or_one (double scale)
{
  return scale > 0.0 ? scale : 1.0;
}

/**
 * dm_augment_describe:
 *
 * Returns: (transfer full): text that differs for what draws differently, but
 * for the mirror; empty for the picture's middle.
 */
char *
dm_augment_describe (const DmAugment *self)
{
  GString *text = g_string_new (NULL);

  char smallest[G_ASCII_DTOSTR_BUF_SIZE], largest[G_ASCII_DTOSTR_BUF_SIZE];
  char jitter[G_ASCII_DTOSTR_BUF_SIZE];

  if (self->crop != DM_CROP_CENTER)
    g_string_append_printf (text, "crop=%s scale=%s,%s ",
                            dm_crop_get_name (self->crop),
                            g_ascii_formatd (smallest, sizeof smallest, "%.17g",
                                             or_one (self->scale_min)),
                            g_ascii_formatd (largest, sizeof largest, "%.17g",
                                             or_one (self->scale_max)));
  if (self->colour_jitter > 0.0)
    g_string_append_printf (
        text, "colour_jitter=%s ",
        g_ascii_formatd (jitter, sizeof jitter, "%.17g", self->colour_jitter));
  if (self->balance)
    g_string_append (text, "balance=1 ");

  return g_string_free (text, FALSE);
}

/**
 * dm_augment_draw_square:
 * @scale: (out) pixels of the crop per pixel of the picture
 * @side: of the crop
 * @width, @height: of the picture
 * @k: number of the picture in the run
 *
 * The logarithm of the scale is uniform between those of its ends, and so is
 * the place, in whole pixels: a crop at scale 1 is as sharp as the picture.
 * Where the crop must lie within the picture it covers no more than that has.
 */
DmSquare
dm_augment_draw_square (const DmAugment *self,
                        double          *scale,
                        size_t           side,
                        size_t           width,
                        size_t           height,
                        uint64_t         seed,
                        uint64_t         k)
{
  double   smallest = or_one (self->scale_min), room_x, room_y;
  DmSquare square = { .wraps = self->crop == DM_CROP_WRAP };
  float    u[4];

  dm_rng_uniform (u, 4, (DmRng){ seed, DM_STREAM_AUGMENT, 2 }, 4 * k);
  *scale = smallest * pow (or_one (self->scale_max) / smallest, u[0]);
  square.span = (double) side / *scale;
  room_x = (double) width;
  room_y = (double) height;

  if (!square.wraps)
    {
      square.span = MIN (square.span, (double) MIN (width, height));
      *scale = (double) side / square.span;
      room_x = floor (room_x - square.span) + 1.0;
      room_y = floor (room_y - square.span) + 1.0;
    }

  square.left = (size_t) (u[1] * room_x);
  square.top = (size_t) (u[2] * room_y);

  return square;
}

/**
 * dm_augment_mirror:
 * @x: (inout) [side, side, channels], left and right exchanged
 */
void
dm_augment_mirror (float *x, size_t side, size_t channels)
{
  for (size_t y = 0; y < side; y++)
    {
      float *row = x + y * side * channels;

      for (size_t i = 0; i < side / 2; i++)
        for (size_t c = 0; c < channels; c++)
          {
            float *a = row + i * channels + c;
            float *b = row + (side - 1 - i) * channels + c;
            float  kept = *a;

            *a = *b;
            *b = kept;
          }
    }
}

/* Rows and columns exchanged. */
static void
transpose (float *x, size_t side, size_t channels)
{
  for (size_t i = 0; i < side; i++)
    for (size_t j = 0; j < i; j++)
      for (size_t c = 0; c < channels; c++)
        {
          float *a = x + (i * side + j) * channels + c;
          float *b = x + (j * side + i) * channels + c;
          float  kept = *a;

          *a = *b;
          *b = kept;
        }
}

/**
 * dm_augment_turn:
 * @x: (inout) [side, side, channels]
 * @turns: quarter turns to the right, 0 ... 3
 */
void
dm_augment_turn (float *x, size_t side, size_t channels, int turns)
{
  for (; turns > 0; turns--)
    {
      transpose (x, side, channels);
      dm_augment_mirror (x, side, channels);
    }
}
