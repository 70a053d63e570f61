/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/card.h"

/**
 * dm_card_new:
 *
 * Returns: (transfer full): a card without classes; guidance 1, all the time.
 */
DmCard *
dm_card_new (void)
{
  DmCard *self = g_new0 (DmCard, 1);

  self->class_names = g_new0 (char *, 1);
  self->guidance = 1.0;
  self->guidance_start = 1.0;

  return self;
}

/**
 * dm_card_copy:
 *
 * Returns: (transfer full): a card equal to @self.
 */
DmCard *
dm_card_copy (const DmCard *self)
{
  DmCard *copy = g_memdup2 (self, sizeof *self);

  copy->class_names = g_strdupv (self->class_names);
  copy->images_per_class = g_memdup2 (
      self->images_per_class, dm_card_get_n_classes (self) * sizeof (gint64));
  copy->title = g_strdup (self->title);
  copy->sampler = g_strdup (self->sampler);
  copy->data_name = g_strdup (self->data_name);
  copy->data_licence = g_strdup (self->data_licence);
  copy->data_credits = g_strdup (self->data_credits);
  copy->program_version = g_strdup (self->program_version);

  return copy;
}

/**
 * dm_card_free:
 * @self: (nullable) (transfer full):
 */
void
dm_card_free (DmCard *self)
{
  if (self == NULL)
    return;

  g_strfreev (self->class_names);
  g_free (self->images_per_class);
  g_free (self->title);
  g_free (self->sampler);
  g_free (self->data_name);
  g_free (self->data_licence);
  g_free (self->data_credits);
  g_free (self->program_version);
  g_free (self);
}

/**
 * dm_card_get_n_classes:
 *
 * Returns: the number of classes, without the null class.
 */
guint
dm_card_get_n_classes (const DmCard *self)
{
  return self->class_names != NULL ? g_strv_length (self->class_names) : 0;
}
