/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/chart.h"

#include <cairo-svg.h>
#include <glib/gi18n-lib.h>

#include "image/chart-private.h"
#include "tensor/error.h"

/* Pixels of a PNG for each of the chart. */
#define PNG_SCALE 2.0

static cairo_status_t
add_bytes (void *data, const unsigned char *bytes, unsigned n)
{
  g_byte_array_append (data, bytes, n);

  return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
new_surface (gboolean svg, GByteArray *bytes)
{
  cairo_surface_t *surface;

  if (svg)
    return cairo_svg_surface_create_for_stream (
        add_bytes, bytes, DM_CHART_WIDTH, DM_CHART_HEIGHT);

  surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24,
                                        (int) (PNG_SCALE * DM_CHART_WIDTH),
                                        (int) (PNG_SCALE * DM_CHART_HEIGHT));
  cairo_surface_set_device_scale (surface, PNG_SCALE, PNG_SCALE);

  return surface;
}

/* Returns: (transfer full): the file's bytes */
static GByteArray *
draw_file (const DmChart *chart, gboolean svg)
{
  GByteArray      *bytes = g_byte_array_new ();
  cairo_surface_t *surface = new_surface (svg, bytes);
  DmChartDrawing drawing = { .chart = chart, .cairo = cairo_create (surface) };

  cairo_set_source_rgb (drawing.cairo, 1.0, 1.0, 1.0);
  cairo_paint (drawing.cairo);
  dm_chart_draw_axes (&drawing);
  dm_chart_draw_lines (&drawing);
  dm_chart_draw_points (&drawing);
  cairo_destroy (drawing.cairo);

  if (!svg)
    cairo_surface_write_to_png_stream (surface, add_bytes, bytes);
  cairo_surface_finish (surface);
  cairo_surface_destroy (surface);

  return bytes;
}

/**
 * dm_chart_is_file_name:
 *
 * Returns: whether the ending says which kind of file a chart is to be.
 */
gboolean
dm_chart_is_file_name (const char *path)
{
  return g_str_has_suffix (path, ".svg") || g_str_has_suffix (path, ".png");
}

/**
 * dm_chart_save:
 * @path: ends in .svg or .png, which says what is written
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 */
gboolean
dm_chart_save (const DmChart *self, const char *path, GError **error)
{
  g_autoptr (GByteArray) bytes = NULL;
  g_autoptr (GError) fault = NULL;

  g_return_val_if_fail (dm_chart_is_file_name (path), FALSE);

  bytes = draw_file (self, g_str_has_suffix (path, ".svg"));
  if (g_file_set_contents (path, (const char *) bytes->data,
                           (gssize) bytes->len, &fault))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("%s: cannot be written: %s"),
               path, fault->message);

  return FALSE;
}
