/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "pixels.h"

/**
 * dm_pixels_new_take:
 * @value: (transfer full): [height, width, channels], from g_malloc()
 *
 * Returns: (transfer full)
 */
DmPixels *
dm_pixels_new_take (float *value, size_t width, size_t height, size_t channels)
{
  DmPixels *self = g_new0 (DmPixels, 1);

  g_atomic_ref_count_init (&self->n_refs);
  self->width = width;
  self->height = height;
  self->channels = channels;
  self->value = value;

  return self;
}

/**
 * dm_pixels_ref:
 *
 * Returns: (transfer full): @self
 */
DmPixels *
dm_pixels_ref (DmPixels *self)
{
  g_atomic_ref_count_inc (&self->n_refs);

  return self;
}

/**
 * dm_pixels_unref:
 * @self: (nullable) (transfer full):
 */
void
dm_pixels_unref (DmPixels *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->n_refs))
    return;

  g_free (self->value);
  g_free (self);
}

/**
 * dm_pixels_get_bytes:
 *
 * Returns: how much memory the picture takes.
 */
size_t
dm_pixels_get_bytes (const DmPixels *self)
{
  return sizeof *self +
         self->width * self->height * self->channels * sizeof (float);
}
