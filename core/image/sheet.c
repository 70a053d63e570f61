/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/sheet.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "image/image.h"
#include "image/text.h"
#include "tensor/error.h"

/* What cairo can draw on. */
#define MAX_SIDE 32767

/* Pixels of the sheet. Small pictures are enlarged by a whole factor. */
#define SMALLEST_CELL 64
#define GAP 4

/* Where everything lies. */
typedef struct
{
  size_t scale;                   /* of a picture's pixels      */
  double left, top;               /* room for the labels        */
  double cell_width, cell_height; /* with the gap  */
  double width, height;
} Layout;

static void
widen (double *width, double *height, const char *text)
{
  double w, h;

  dm_text_measure (text, &w, &h);
  *width = MAX (*width, w);
  *height = MAX (*height, h);
}

static Layout
lay_out (const DmSheet *self)
{
  size_t side = MAX (MIN (self->width, self->height), 1);
  Layout layout = { .scale = (SMALLEST_CELL + side - 1) / side };
  double widest = 0.0, tallest = 0.0, column = 0.0;

  for (size_t i = 0; self->row_labels != NULL && i < self->n_rows; i++)
    widen (&widest, &tallest, self->row_labels[i]);
  tallest = 0.0;
  for (size_t i = 0; self->column_labels != NULL && i < self->n_columns; i++)
    widen (&column, &tallest, self->column_labels[i]);

  layout.left = widest > 0.0 ? widest + 2 * GAP : GAP;
  layout.top = tallest > 0.0 ? tallest + 2 * GAP : GAP;
  layout.cell_width = MAX ((double) (self->width * layout.scale), column) + GAP;
  layout.cell_height = (double) (self->height * layout.scale) + GAP;
  layout.width = ceil (layout.left + self->n_columns * layout.cell_width);
  layout.height = ceil (layout.top + self->n_rows * layout.cell_height);

  return layout;
}

static guint32
to_byte (float x)
{
  return (guint32) lrintf (CLAMP (0.5f * x + 0.5f, 0.0f, 1.0f) * 255.0f);
}

static void
draw_picture (const DmSheet   *self,
              cairo_surface_t *surface,
              const Layout    *layout,
              size_t           row,
              size_t           column)
{
  guint32     *data = (guint32 *) cairo_image_surface_get_data (surface);
  size_t       stride = (size_t) cairo_image_surface_get_stride (surface) / 4;
  size_t       top = (size_t) (layout->top + row * layout->cell_height);
  size_t       left = (size_t) (layout->left + column * layout->cell_width);
  size_t       floats = self->height * self->width * self->channels;
  const float *pixels =
      self->pixels + (row * self->n_columns + column) * floats;

  for (size_t y = 0; y < self->height * layout->scale; y++)
    for (size_t x = 0; x < self->width * layout->scale; x++)
      {
        const float *p =
            pixels + (y / layout->scale * self->width + x / layout->scale) *
                         self->channels;
        size_t last = self->channels - 1;

        data[(top + y) * stride + left + x] = to_byte (p[0]) << 16 |
                                              to_byte (p[last / 2]) << 8 |
                                              to_byte (p[last]);
      }
}

static void
draw_labels (const DmSheet *self, cairo_t *cairo, const Layout *layout)
{
  double half_width = self->width * layout->scale / 2.0;
  double half_height = self->height * layout->scale / 2.0;

  cairo_set_source_rgb (cairo, 1.0, 1.0, 1.0);
  cairo_paint (cairo);
  cairo_set_source_rgb (cairo, 0.0, 0.0, 0.0);

  for (size_t i = 0; self->row_labels != NULL && i < self->n_rows; i++)
    dm_text_draw (cairo, self->row_labels[i], GAP,
                  layout->top + i * layout->cell_height + half_height, 0.0,
                  0.5);
  for (size_t i = 0; self->column_labels != NULL && i < self->n_columns; i++)
    dm_text_draw (cairo, self->column_labels[i],
                  layout->left + i * layout->cell_width + half_width,
                  layout->top / 2.0, 0.5, 0.5);
}

/* The surface as R'G'B' in [-1, 1]. */
static float *
get_pixels (cairo_surface_t *surface, const Layout *layout)
{
  const guint32 *data =
      (const guint32 *) cairo_image_surface_get_data (surface);
  size_t stride = (size_t) cairo_image_surface_get_stride (surface) / 4;
  size_t width = (size_t) layout->width, height = (size_t) layout->height;
  float *pixels = g_new (float, width *height * 3);

  for (size_t i = 0; i < width * height; i++)
    for (size_t c = 0; c < 3; c++)
      {
        guint32 pixel = data[i / width * stride + i % width];

        pixels[i * 3 + c] =
            (float) (pixel >> (16 - 8 * c) & 255) / 127.5f - 1.0f;
      }

  return pixels;
}

static gboolean
check_layout (const Layout *layout, GError **error)
{
  if (layout->width <= MAX_SIDE && layout->height <= MAX_SIDE)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("a sheet of %.0f x %.0f pixels is too large; choose fewer or "
                  "smaller pictures, or a folder for them"),
               layout->width, layout->height);

  return FALSE;
}

/**
 * dm_sheet_check:
 * @self: its pixels may be missing
 *
 * Errors: %DM_ERROR_OPTION: it would be too large
 */
gboolean
dm_sheet_check (const DmSheet *self, GError **error)
{
  Layout layout = lay_out (self);

  return check_layout (&layout, error);
}

/**
 * dm_sheet_save_png:
 *
 * Errors: those of dm_sheet_check(), %DM_ERROR_MEMORY, %DM_ERROR_FILE; the
 * former file is as it was
 */
gboolean
dm_sheet_save_png (const DmSheet *self, const char *path, GError **error)
{
  Layout            layout = lay_out (self);
  cairo_surface_t  *surface;
  cairo_t          *cairo;
  g_autofree float *pixels = NULL;

  if (!check_layout (&layout, error))
    return FALSE;

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, (int) layout.width,
                                        (int) layout.height);
  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    {
      cairo_surface_destroy (surface);
      g_set_error_literal (error, DM_ERROR, DM_ERROR_MEMORY,
                           _ ("there is not enough memory for the picture"));
      return FALSE;
    }

  cairo = cairo_create (surface);
  draw_labels (self, cairo, &layout);
  cairo_destroy (cairo);
  cairo_surface_flush (surface);

  for (size_t row = 0; row < self->n_rows; row++)
    for (size_t column = 0; column < self->n_columns; column++)
      draw_picture (self, surface, &layout, row, column);

  pixels = get_pixels (surface, &layout);
  cairo_surface_destroy (surface);

  return dm_image_save_png (path, pixels, (size_t) layout.width,
                            (size_t) layout.height, 3, error);
}
