/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* A finished picture, shared and never changed: perceptual, in [0, 1]. */
typedef struct
{
  gatomicrefcount n_refs;
  size_t          width, height, channels;
  float          *value; /* [height, width, channels] */
} DmPixels;

DmPixels *
dm_pixels_new_take (float *value, size_t width, size_t height, size_t channels);
DmPixels *dm_pixels_ref (DmPixels *self);
void      dm_pixels_unref (DmPixels *self);
size_t    dm_pixels_get_bytes (const DmPixels *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmPixels, dm_pixels_unref)
