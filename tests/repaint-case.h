/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "op-case.h"

/* Pictures with a hole, and operations that paint into them. */
enum
{
  WIDTH = 40,
  HEIGHT = 30,
  N = WIDTH * HEIGHT
};

static const GeglRectangle whole = { 0, 0, WIDTH, HEIGHT };
static const GeglRectangle hole = { 12, 8, 9, 11 };
static const int           n_in_hole = 9 * 11 - 3 * 2;

/* A box with an island in it that is none of the hole. */
static inline bool
is_in_hole (int i)
{
  int x = i % WIDTH - hole.x, y = i / WIDTH - hole.y;

  return x >= 0 && y >= 0 && x < hole.width && y < hole.height &&
         !(x >= 3 && y >= 4 && x < 6 && y < 6);
}

/* A picture of smooth colours, R'G'B'A in [0, 1], whose hole is transparent and
 * of any colour.
 */
static inline GeglBuffer *
make_input (const Babl *format, float alpha_in_hole, float colour_in_hole)
{
  GeglBuffer *buffer = gegl_buffer_new (&whole, format);
  float       pixels[N][4];

  for (int i = 0; i < N; i++)
    {
      float x = (float) (i % WIDTH) / WIDTH, y = (float) (i / WIDTH) / HEIGHT;

      pixels[i][0] = 0.2f + 0.6f * x;
      pixels[i][1] = 0.8f - 0.5f * y;
      pixels[i][2] = 0.3f + 0.4f * x * y;
      pixels[i][3] = 1.0f;
      if (is_in_hole (i))
        {
          pixels[i][0] = pixels[i][1] = colour_in_hole;
          pixels[i][3] = alpha_in_hole;
        }
    }

  gegl_buffer_set (buffer, &whole, 0, babl_format ("R'G'B'A float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);

  return buffer;
}

/* White in the hole, or of any level. */
static inline GeglBuffer *
make_mask (float level)
{
  GeglBuffer *buffer = gegl_buffer_new (&whole, babl_format ("Y' float"));
  float       pixels[N];

  for (int i = 0; i < N; i++)
    pixels[i] = is_in_hole (i) ? level : 0.0f;
  gegl_buffer_set (buffer, &whole, 0, babl_format ("Y' float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);

  return buffer;
}

/* GEGL has two calls for it, and deprecates the one that 0.4.42 has. */
static inline void
connect_aux (GeglNode *node, GeglNode *mask)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  gegl_node_connect_to (mask, "output", node, "aux");
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static inline GeglNode *
add (GeglNode   *graph,
     const char *operation,
     const char *model,
     GeglBuffer *input,
     GeglBuffer *mask)
{
  GeglNode *source = gegl_node_new_child (
      graph, "operation", "gegl:buffer-source", "buffer", input, NULL);
  GeglNode *node = gegl_node_new_child (graph, "operation", operation, "seed",
                                        7, "resample", 2, NULL);

  if (model != NULL)
    gegl_node_set (node, "model", model, "class", "ant", NULL);
  gegl_node_link (source, node);
  if (mask != NULL)
    connect_aux (node,
                 gegl_node_new_child (graph, "operation", "gegl:buffer-source",
                                      "buffer", mask, NULL));

  return node;
}

/* Returns: (transfer full): all pixels, in the format given */
static inline guint8 *
get_bytes (GeglNode *node, const Babl *format)
{
  guint8 *bytes =
      g_malloc0 ((gsize) N * (gsize) babl_format_get_bytes_per_pixel (format));

  gegl_node_blit (node, 1.0, &whole, format, bytes, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);

  return bytes;
}

static inline guint8 *
get_buffer_bytes (GeglBuffer *buffer)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  guint8     *bytes =
      g_malloc ((gsize) N * (gsize) babl_format_get_bytes_per_pixel (format));

  gegl_buffer_get (buffer, &whole, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);

  return bytes;
}

/* How many pixels in the hole differ; outside none may. */
static inline int
count_changes (GeglNode *node, GeglBuffer *input)
{
  const Babl        *format = gegl_buffer_get_format (input);
  gsize              size = (gsize) babl_format_get_bytes_per_pixel (format);
  g_autofree guint8 *before = get_buffer_bytes (input);
  g_autofree guint8 *after = get_bytes (node, format);
  int                n = 0;

  for (int i = 0; i < N; i++)
    {
      bool same = memcmp (before + (gsize) i * size, after + (gsize) i * size,
                          size) == 0;

      if (!is_in_hole (i) && !same)
        g_error ("%s: pixel %d, %d has changed", babl_get_name (format),
                 i % WIDTH, i / WIDTH);
      n += !same;
    }

  return n;
}
