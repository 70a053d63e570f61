/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "tensor/rng.h"
#include "train/readers.h"
#include "train/recolour.h"

/* What the draws of the augmentation stream are for; part of what a seed means.
 * 2 is the square, see dm_augment_draw_square(), 3 the colours, see
 * dm_recolour_draw().
 */
#define SUB_MIRROR 0
#define SUB_TURN 1

static void
to_signed (float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = x[i] / 127.5f - 1.0f;
}

/**
 * dm_dataset_get:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @i: picture 0 ... n_images + n_held_out - 1
 *
 * Returns: its class.
 */
int
dm_dataset_get (const DmDataset *self, float *x0, size_t i)
{
  const DmPlace *place = &self->places[i];
  const guint8  *pixels = self->pixels + place->at;
  size_t         n = self->side * self->side * self->channels, w = place->width,
         h = place->height, span = MIN (w, h);
  DmSquare square = { (w - span) / 2, (h - span) / 2, (double) span, FALSE };

  if (w == self->side && h == self->side)
    for (size_t j = 0; j < n; j++)
      x0[j] = pixels[j];
  else
    dm_image_crop (x0, self->side, &square, pixels, w, h, self->channels);
  to_signed (x0, n);

  return self->class_id[i];
}

/**
 * dm_dataset_crop:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @scale: (out) pixels of @x0 per pixel of the picture as it was read
 * @i: picture 0 ... n_images + n_held_out - 1
 * @k: number of the draw
 *
 * The part of a picture that is trained on in a draw, neither mirrored nor
 * turned.
 *
 * Returns: its class.
 */
int
dm_dataset_crop (const DmDataset *self,
                 float           *x0,
                 float           *scale,
                 size_t           i,
                 uint64_t         seed,
                 uint64_t         k)
{
  const DmPlace *place = &self->places[i];
  DmSquare       square;
  double         drawn;

  *scale = 1.0f;
  if (self->augment.crop == DM_CROP_CENTER)
    return dm_dataset_get (self, x0, i);

  square = dm_augment_draw_square (&self->augment, &drawn, self->side,
                                   place->width, place->height, seed, k);
  dm_image_crop (x0, self->side, &square, self->pixels + place->at,
                 place->width, place->height, self->channels);
  to_signed (x0, self->side * self->side * self->channels);
  *scale = (float) drawn;

  return self->class_id[i];
}

static uint64_t
draw_below (uint64_t bound, uint64_t seed, uint32_t sub, uint64_t k)
{
  return dm_rng_below (bound, (DmRng){ seed, DM_STREAM_AUGMENT, sub }, k);
}

/**
 * dm_dataset_choose_jitter:
 *
 * Sets how much the colours of each class change: more where it has few
 * pictures, each of which is seen the more often and the easier to learn by
 * heart.
 */
void
dm_dataset_choose_jitter (DmDataset *self)
{
  double mean = (double) self->n_images / (double) self->n_classes;

  self->jitter = g_new0 (float, self->n_classes);
  for (size_t c = 0; c < self->n_classes; c++)
    if (self->images_per_class[c] > 0)
      {
        double share = mean / (double) self->images_per_class[c];
        double jitter = self->augment.colour_jitter * sqrt (share);

        self->jitter[c] = (float) MIN (jitter, 1.0);
      }
}

static void
recolour (
    const DmDataset *self, float *x0, int class_id, uint64_t seed, uint64_t k)
{
  DmRecolour change;

  dm_recolour_draw (&change, self->jitter[class_id], seed, k);
  dm_recolour_apply (&change, x0, self->side * self->side, self->channels);
}

/**
 * dm_dataset_draw:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @scale: (out) pixels of @x0 per pixel of the picture as it was read
 * @k: number of the picture in the run
 *
 * Returns: its class.
 */
int
dm_dataset_draw (
    const DmDataset *self, float *x0, float *scale, uint64_t seed, uint64_t k)
{
  size_t i = dm_dataset_choose (self, seed, k);
  int    class_id = dm_dataset_crop (self, x0, scale, i, seed, k);

  if (self->augment.mirror && draw_below (2, seed, SUB_MIRROR, k) == 1)
    dm_augment_mirror (x0, self->side, self->channels);
  if (self->turned[class_id])
    dm_augment_turn (x0, self->side, self->channels,
                     (int) draw_below (4, seed, SUB_TURN, k));
  if (self->jitter[class_id] > 0.0f)
    recolour (self, x0, class_id, seed, k);

  return class_id;
}
