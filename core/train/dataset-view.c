/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/dataset.h"
#include "train/readers.h"

/**
 * dm_dataset_sort_by_class:
 *
 * Counts the training pictures of each class, and lists them class by class.
 */
void
dm_dataset_sort_by_class (DmDataset *self)
{
  g_autofree size_t *next = g_new0 (size_t, self->n_classes + 1);

  self->images_per_class = g_new0 (gint64, self->n_classes);
  for (size_t i = 0; i < self->n_images; i++)
    self->images_per_class[self->class_id[i]]++;

  for (size_t i = 0; i < self->n_classes; i++)
    next[i + 1] = next[i] + (size_t) self->images_per_class[i];

  self->by_class = g_new (size_t, self->n_images);
  for (size_t i = 0; i < self->n_images; i++)
    self->by_class[next[self->class_id[i]]++] = i;
}

/**
 * dm_dataset_view_held_out:
 * @self: (out): lends all from @dataset but what dm_dataset_view_clear() frees
 * @dataset: some of whose pictures are held out
 *
 * The pictures held out, as if they were those to train on: drawn like them.
 */
void
dm_dataset_view_held_out (DmDataset *self, const DmDataset *dataset)
{
  *self = *dataset;
  self->places += dataset->n_images;
  self->class_id += dataset->n_images;
  self->alike =
      dataset->alike != NULL ? dataset->alike + dataset->n_images : NULL;
  self->n_images = dataset->n_held_out;
  self->n_held_out = 0;
  dm_dataset_sort_by_class (self);
}

void
dm_dataset_view_clear (DmDataset *self)
{
  g_clear_pointer (&self->images_per_class, g_free);
  g_clear_pointer (&self->by_class, g_free);
}
