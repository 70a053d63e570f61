/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "paint/hole.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "image/image.h"
#include "tensor/error.h"

/* Rows that are read at a time. */
#define BAND 64

/**
 * dm_hole_set_memory_error:
 *
 * Errors: %DM_ERROR_MEMORY, always
 */
void
dm_hole_set_memory_error (GError **error)
{
  g_set_error_literal (error, DM_ERROR, DM_ERROR_MEMORY,
                       _ ("there is not enough memory for the picture"));
}

/**
 * dm_hole_pixels_init:
 * @n: how many pixels there is room for
 *
 * Errors: %DM_ERROR_MEMORY
 */
bool
dm_hole_pixels_init (DmHolePixels *self,
                     size_t        n,
                     size_t        channels,
                     GError      **error)
{
  self->pixels = g_try_new (float, n *(channels + 1));
  self->painted = g_try_new (float, n);
  self->kept = g_try_new (float, n);
  if (self->pixels != NULL && self->painted != NULL && self->kept != NULL)
    return true;

  dm_hole_set_memory_error (error);

  return false;
}

void
dm_hole_pixels_clear (DmHolePixels *self)
{
  g_free (self->pixels);
  g_free (self->painted);
  g_free (self->kept);
}

/* Alpha in [0, 1]. Converting a colour that is not finite to another space may
 * leave alpha not a number: such a pixel is not a hole.
 */
static float
get_alpha (float x)
{
  return isnan (x) ? 1.0f : CLAMP (x, 0.0f, 1.0f);
}

/* Numbers in [0, 1]; what is none counts as 0. */
static float
to_unit (float x)
{
  return x > 0.0f ? MIN (x, 1.0f) : 0.0f;
}

/**
 * dm_hole_read:
 * @pixels: (inout): has room for those of @rect
 * @rect: may reach beyond the picture, where nothing is kept or painted
 */
void
dm_hole_read (const DmHole        *self,
              DmHolePixels        *pixels,
              const GeglRectangle *rect)
{
  size_t n = (size_t) rect->width * rect->height;
  size_t stride = self->channels + 1;

  gegl_buffer_get (self->input, rect, 1.0,
                   dm_image_get_format (self->channels, TRUE), pixels->pixels,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  if (self->mask != NULL)
    gegl_buffer_get (self->mask, rect, 1.0, babl_format ("Y' float"),
                     pixels->painted, GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);

  for (size_t i = 0; i < n; i++)
    {
      int  x = rect->x + (int) (i % rect->width);
      int  y = rect->y + (int) (i / rect->width);
      bool inside = x >= self->extent.x && y >= self->extent.y &&
                    x < self->extent.x + self->extent.width &&
                    y < self->extent.y + self->extent.height;
      float alpha = get_alpha (pixels->pixels[i * stride + self->channels]);
      float painted = self->whole        ? 1.0f :
                      self->mask != NULL ? to_unit (pixels->painted[i]) :
                                           1.0f - alpha;

      for (size_t c = 0; c < self->channels; c++)
        pixels->pixels[i * stride + c] =
            to_unit (pixels->pixels[i * stride + c]);
      pixels->pixels[i * stride + self->channels] = alpha;
      pixels->painted[i] = inside ? painted : 0.0f;
      pixels->kept[i] = self->whole        ? 0.0f :
                        self->mask != NULL ? (1.0f - painted) * alpha :
                                             alpha;
    }
}

/* Makes the box of what is painted larger by one row of it. */
static void
add_row (DmHole *self, const float *painted, int y)
{
  int first = 0, last = self->extent.width - 1;

  while (first <= last && !(painted[first] > DM_HOLE_NOTHING))
    first++;
  while (last >= first && !(painted[last] > DM_HOLE_NOTHING))
    last--;

  if (first <= last)
    {
      GeglRectangle row = { self->extent.x + first, y, last - first + 1, 1 };

      gegl_rectangle_bounding_box (&self->box, &self->box, &row);
    }
}

/**
 * dm_hole_find:
 * @self: (inout): has input, mask and channels
 * @or_whole: whether all is painted if nothing is transparent and there is no
 * mask
 *
 * Errors: %DM_ERROR_MEMORY
 *
 * Returns: whether there is anything to paint.
 */
bool
dm_hole_find (DmHole *self, bool or_whole, GError **error)
{
  DmHolePixels pixels = { 0 };

  self->extent = *gegl_buffer_get_extent (self->input);
  self->box = (GeglRectangle){ 0 };
  self->whole = false;
  if (self->extent.width < 1 || self->extent.height < 1)
    return false;

  if (dm_hole_pixels_init (&pixels, (size_t) self->extent.width * BAND,
                           self->channels, error))
    for (int y = 0; y < self->extent.height; y += BAND)
      {
        GeglRectangle band = { self->extent.x, self->extent.y + y,
                               self->extent.width,
                               MIN (BAND, self->extent.height - y) };

        dm_hole_read (self, &pixels, &band);
        for (int row = 0; row < band.height; row++)
          add_row (self, pixels.painted + (size_t) row * band.width,
                   band.y + row);
      }
  else
    or_whole = false;

  dm_hole_pixels_clear (&pixels);

  if (self->box.width == 0 && self->mask == NULL && or_whole)
    {
      self->whole = true;
      self->box = self->extent;
    }

  return self->box.width > 0;
}
