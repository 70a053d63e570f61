/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/rng.h"
#include "train/readers.h"

/* One picture in so many is held out, but not more in all than the limit. */
#define HELD_OUT_SHARE 20
#define HELD_OUT_LIMIT 2000

/* Exchanges two pictures. */
void
dm_dataset_swap (DmDataset *self, size_t i, size_t j)
{
  DmPlace place = self->places[i];
  int     class_id = self->class_id[i];

  self->places[i] = self->places[j];
  self->places[j] = place;
  self->class_id[i] = self->class_id[j];
  self->class_id[j] = class_id;
}

/**
 * dm_dataset_count_to_hold_out:
 *
 * Returns: how many pictures shall be held out; none of a small set.
 */
size_t
dm_dataset_count_to_hold_out (const DmDataset *self)
{
  if (self->n_images < 10 * HELD_OUT_SHARE)
    return 0;

  return MIN (self->n_images / HELD_OUT_SHARE, HELD_OUT_LIMIT);
}

/**
 * dm_dataset_hold_out:
 *
 * Moves a share to the end: always the same, so that two runs and any later
 * measurement agree on it.
 */
void
dm_dataset_hold_out (DmDataset *self)
{
  size_t n = dm_dataset_count_to_hold_out (self);
  DmRng  rng = { 0, DM_STREAM_SHUFFLE, 0 };

  while (self->n_held_out < n)
    {
      size_t i = dm_rng_below (self->n_images, rng, self->n_held_out);

      dm_dataset_swap (self, i, --self->n_images);
      self->n_held_out++;
    }
}
