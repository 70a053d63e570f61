/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/text.h"

#include <pango/pangocairo.h>

#define FONT "sans 9"

static PangoLayout *
new_layout (cairo_t *cairo, const char *text, int *width, int *height)
{
  PangoLayout          *layout = pango_cairo_create_layout (cairo);
  PangoFontDescription *font = pango_font_description_from_string (FONT);

  pango_layout_set_font_description (layout, font);
  pango_font_description_free (font);
  pango_layout_set_text (layout, text, -1);
  pango_layout_get_pixel_size (layout, width, height);

  return layout;
}

/**
 * dm_text_measure:
 * @width, @height: (out) pixels
 */
void
dm_text_measure (const char *text, double *width, double *height)
{
  cairo_surface_t *surface =
      cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1, 1);
  cairo_t     *cairo = cairo_create (surface);
  int          w, h;
  PangoLayout *layout = new_layout (cairo, text, &w, &h);

  *width = w;
  *height = h;
  g_object_unref (layout);
  cairo_destroy (cairo);
  cairo_surface_destroy (surface);
}

/**
 * dm_text_draw:
 * @x, @y: of the point in the text that @along and @down name: 0 is its left or
 *   top, 1 its right or bottom
 */
void
dm_text_draw (cairo_t    *cairo,
              const char *text,
              double      x,
              double      y,
              double      along,
              double      down)
{
  int          w, h;
  PangoLayout *layout = new_layout (cairo, text, &w, &h);

  cairo_move_to (cairo, x - along * w, y - down * h);
  pango_cairo_show_layout (cairo, layout);
  g_object_unref (layout);
}
