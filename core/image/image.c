/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/image.h"

#include <glib/gi18n-lib.h>

#include "image/hush.h"
#include "image/orientation.h"
#include "image/picture-file.h"
#include "image/picture.h"
#include "tensor/error.h"

/* Larger pictures are refused before memory is asked for. */
#define MAX_PIXELS ((gsize) 1 << 28)

/**
 * dm_image_get_format:
 * @channels: 1 or 3
 *
 * Returns: (transfer none): the babl format, perceptual, in [0, 1], in which
 * GEGL is handed pixels.
 */
const Babl *
dm_image_get_format (size_t channels, gboolean alpha)
{
  if (channels == 1)
    return babl_format (alpha ? "Y'A float" : "Y' float");

  return babl_format (alpha ? "R'G'B'A float" : "R'G'B' float");
}

static float *
read_node (GeglNode *node, size_t channels, size_t *width, size_t *height)
{
  GeglRectangle box = gegl_node_get_bounding_box (node);
  float        *pixels;

  if (box.width < 1 || box.height < 1 ||
      (gsize) box.width > MAX_PIXELS / (gsize) box.height)
    return NULL;

  *width = (size_t) box.width;
  *height = (size_t) box.height;
  pixels = g_try_new0 (float, *width **height *(channels + 1));
  if (pixels != NULL)
    gegl_node_blit (node, 1.0, &box, dm_image_get_format (channels, TRUE),
                    pixels, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);

  return pixels;
}

static const float white[3] = { 1.0f, 1.0f, 1.0f };

/* Over a colour, without alpha, [0, 1] to [-1, 1]; in place. */
static void
flatten (float *pixels, size_t n, size_t channels, const float *under)
{
  for (size_t i = 0; i < n; i++)
    {
      const float *in = pixels + i * (channels + 1);
      float        alpha = CLAMP (in[channels], 0.0f, 1.0f);

      for (size_t c = 0; c < channels; c++)
        {
          float over =
              alpha * CLAMP (in[c], 0.0f, 1.0f) + under[c] - alpha * under[c];

          pixels[i * channels + c] = 2.0f * over - 1.0f;
        }
    }
}

/**
 * dm_image_load:
 * @channels: 1 for gray, 3 for R'G'B'
 * @width, @height: (out) pixels
 *
 * Reads whatever GEGL reads, upright. A file that makes its loader warn counts
 * as damaged. Not from two threads at once, since that is told from the log.
 *
 * Errors: %DM_ERROR_FILE
 *
 * Returns: (transfer full) (nullable): [*height, *width, channels] in [-1, 1],
 * transparent parts over white
 */
float *
dm_image_load (const char *path,
               size_t      channels,
               size_t     *width,
               size_t     *height,
               GError    **error)
{
  return dm_image_load_over (path, channels, white, width, height, error);
}

/* In place of a picture, the same upright. */
static float *
turn_upright (
    float *pixels, size_t channels, size_t *width, size_t *height, unsigned how)
{
  g_autofree float *lying = pixels;

  return dm_orientation_turn (lying, width, height, channels, how);
}

/**
 * dm_image_load_over:
 * @background: [channels] in [0, 1], what transparent parts lie over
 *
 * As dm_image_load().
 *
 * Errors: %DM_ERROR_FILE, %DM_ERROR_MEMORY
 *
 * Returns: (transfer full) (nullable): [*height, *width, channels] in [-1, 1]
 */
float *
dm_image_load_over (const char *path,
                    size_t      channels,
                    const float background[3],
                    size_t     *width,
                    size_t     *height,
                    GError    **error)
{
  const char *loader;
  float      *pixels = NULL;
  unsigned    orientation = 1;
  DmHush      hush;

  dm_hush_begin (&hush);
  loader = dm_picture_file_get_loader (path, &orientation, error);
  if (loader != NULL)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          gegl_node_new_child (graph, "operation", loader, "path", path, NULL);

      hush.warned = FALSE;
      pixels = read_node (node, channels, width, height);
      if (pixels == NULL || hush.warned)
        {
          g_clear_pointer (&pixels, g_free);
          g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                       _ ("%s: GEGL cannot read this picture; it may be "
                          "damaged"),
                       path);
        }
    }
  dm_hush_end (&hush);

  if (pixels != NULL)
    flatten (pixels, *width * *height, channels, background);
  if (pixels == NULL || orientation == 1)
    return pixels;

  pixels = turn_upright (pixels, channels, width, height, orientation);
  if (pixels == NULL)
    g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                 _ ("%s: not enough memory for this picture"), path);

  return pixels;
}

/**
 * dm_image_to_unit:
 * @pixels: (inout) [n], from [-1, 1] to [0, 1], clamped
 */
void
dm_image_to_unit (float *pixels, size_t n)
{
  for (size_t i = 0; i < n; i++)
    pixels[i] = CLAMP (0.5f * pixels[i] + 0.5f, 0.0f, 1.0f);
}

/**
 * dm_image_save_png:
 * @pixels: [height, width, channels] in [-1, 1]
 *
 * Writes an 8-bit PNG aside and renames it over @path.
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 */
gboolean
dm_image_save_png (const char  *path,
                   const float *pixels,
                   size_t       width,
                   size_t       height,
                   size_t       channels,
                   GError     **error)
{
  g_autofree float *unit =
      g_memdup2 (pixels, width * height * channels * sizeof *pixels);
  GeglRectangle box = { 0, 0, (int) width, (int) height };
  g_autoptr (GeglBuffer) buffer = NULL;

  dm_image_to_unit (unit, width * height * channels);
  buffer = gegl_buffer_linear_new_from_data (
      unit, dm_image_get_format (channels, FALSE), &box, GEGL_AUTO_ROWSTRIDE,
      NULL, NULL);

  return dm_picture_save_png (path, buffer, 8, error);
}
