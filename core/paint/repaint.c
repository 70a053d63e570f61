/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "paint/repaint.h"

#include <string.h>

#include "image/image.h"
#include "paint/fit.h"

/* Rows that are painted at a time. */
#define BAND 64

/* rgba[n, channels + 1] of the result: the drawn colours[n, channels] beside
 * what is kept, each by its share; alpha is the sum of both.
 */
static void
mix (DmHolePixels *pixels, const float *colours, size_t n, size_t channels)
{
  for (size_t i = 0; i < n; i++)
    {
      float *out = pixels->pixels + i * (channels + 1);
      float  painted = pixels->painted[i], kept = pixels->kept[i];
      float  alpha = painted + kept;

      if (!(painted > DM_HOLE_NOTHING))
        continue;
      for (size_t c = 0; c < channels; c++)
        out[c] = (painted * colours[i * channels + c] + kept * out[c]) / alpha;
      out[channels] = MIN (alpha, 1.0f);
    }
}

/* Pixels that are not painted are put back byte by byte. */
static void
put_band (GeglBuffer          *output,
          const GeglRectangle *band,
          const DmHolePixels  *pixels,
          guint8              *bytes,
          guint8              *painted,
          size_t               channels)
{
  const Babl *format = gegl_buffer_get_format (output);
  size_t      n = (size_t) band->width * band->height;
  size_t      size = (size_t) babl_format_get_bytes_per_pixel (format);

  gegl_buffer_get (output, band, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  babl_process (babl_fish (dm_image_get_format (channels, TRUE), format),
                pixels->pixels, painted, (long) n);
  for (size_t i = 0; i < n; i++)
    if (pixels->painted[i] > DM_HOLE_NOTHING)
      memcpy (bytes + i * size, painted + i * size, size);

  gegl_buffer_set (output, band, 0, format, bytes, GEGL_AUTO_ROWSTRIDE);
}

static bool
paint_part (const DmHole        *hole,
            const DmDrawn       *drawn,
            GeglBuffer          *output,
            const GeglRectangle *part,
            GError             **error)
{
  size_t             channels = hole->channels;
  size_t             n = (size_t) part->width * MIN (part->height, BAND);
  const Babl        *format = gegl_buffer_get_format (output);
  size_t             size = (size_t) babl_format_get_bytes_per_pixel (format);
  DmHolePixels       pixels = { 0 };
  g_autofree float  *colours = g_try_new (float, n *channels);
  g_autofree guint8 *bytes = g_try_malloc (2 * n * size);
  bool               done = dm_hole_pixels_init (&pixels, n, channels, error);

  if (done && (colours == NULL || bytes == NULL))
    {
      done = false;
      dm_hole_set_memory_error (error);
    }

  for (int y = 0; done && y < part->height; y += BAND)
    {
      GeglRectangle band = { part->x, part->y + y, part->width,
                             MIN (BAND, part->height - y) };
      size_t        n_band = (size_t) band.width * band.height;

      dm_hole_read (hole, &pixels, &band);
      dm_fit_resample (colours, &band, &drawn->place, drawn->value,
                       drawn->width, drawn->height, (int) channels);
      mix (&pixels, colours, n_band, channels);
      put_band (output, &band, &pixels, bytes, bytes + n * size, channels);
    }
  dm_hole_pixels_clear (&pixels);

  return done;
}

/**
 * dm_repaint:
 * @output: (inout): a copy of the input within @roi; pixels that are not
 * painted keep their bits
 *
 * Errors: %DM_ERROR_MEMORY
 */
bool
dm_repaint (const DmHole        *hole,
            const DmDrawn       *drawn,
            GeglBuffer          *output,
            const GeglRectangle *roi,
            GError             **error)
{
  GeglRectangle part;

  return !gegl_rectangle_intersect (&part, roi, &hole->box) ||
         paint_part (hole, drawn, output, &part, error);
}
