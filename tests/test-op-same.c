/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* The same values, the same pixels, and one run of the network: whatever pieces
 * the host works in. Nothing is kept from one way to the next.
 */
enum
{
  WIDTH = 200,
  HEIGHT = 148,
  N = WIDTH * HEIGHT
};

/* What is drawn: from nothing at a size of its own, on a canvas, and into a
 * picture.
 */
static const char *const operations[] = { "diffusion:plain", "diffusion:canvas",
                                          "diffusion:canvas-repaint",
                                          "diffusion:plain-repaint" };

static GeglNode *
add (GeglNode *graph, const char *operation)
{
  GeglNode  *node = gegl_node_new_child (graph, "operation", operation, "seed",
                                         11, "steps", 2, NULL);
  GeglNode  *colour, *crop, *erase;
  GeglColor *hole;

  if (!g_str_has_suffix (operation, "-repaint"))
    {
      gegl_node_set (node, "width", WIDTH, "height", HEIGHT, NULL);
      return node;
    }

  /* a picture with a hole, out of operations that work in pieces */
  gegl_node_set (node, "resample", 1, NULL);
  colour = gegl_node_new_child (graph, "operation", "gegl:checkerboard", "x",
                                31, "y", 17, NULL);
  crop = gegl_node_new_child (graph, "operation", "gegl:crop", "width",
                              (double) WIDTH, "height", (double) HEIGHT, NULL);
  hole = gegl_color_new ("rgba(0.0, 0.0, 0.0, 0.0)");
  erase = gegl_node_new_child (graph, "operation", "gegl:vignette", "radius",
                               0.9, "color", hole, NULL);
  g_object_unref (hole);
  gegl_node_link_many (colour, crop, erase, node, NULL);

  return node;
}

/* As GIMP does: into a buffer, chunk by chunk.
 * Returns: (transfer full): [HEIGHT, WIDTH, 4], R'G'B'A
 */
static float *
process (GeglNode *node, int width, int height)
{
  GeglRectangle whole = { 0, 0, WIDTH, HEIGHT };
  const Babl   *format = babl_format ("R'G'B'A float");
  g_autoptr (GeglBuffer) buffer = gegl_buffer_new (&whole, format);
  float *pixels = g_new (float, N * 4);

  for (int y = 0; y < HEIGHT; y += height)
    for (int x = 0; x < WIDTH; x += width)
      gegl_node_blit_buffer (node, buffer,
                             GEGL_RECTANGLE (x, y, MIN (width, WIDTH - x),
                                             MIN (height, HEIGHT - y)),
                             0, GEGL_ABYSS_NONE);
  gegl_buffer_get (buffer, &whole, 1.0, format, pixels, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);

  return pixels;
}

/* The cache forgets all but what it is handed at once. */
static float *
process_anew (const char *operation, int width, int height)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *other = gegl_node_new_child (graph, "operation", "diffusion:plain",
                                         "width", 8, "height", 8, NULL);
  guint     before;
  float    *pixels;

  g_free (op_case_render (other, 0, 0, 8, 8));
  before = dm_generate_get_n_runs ();
  pixels = process (add (graph, operation), width, height);
  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);

  return pixels;
}

/* Chunks that are asked for; tiles of GEGL's buffers; its threads. */
static void
test_pieces (void)
{
  static const struct
  {
    int width, height, tile_width, tile_height, threads;
  } ways[] = { { WIDTH, HEIGHT, 128, 128, 1 },
               { 64, 64, 128, 128, 1 },
               { 200, 7, 32, 8, 1 },
               { 33, 148, 64, 256, 4 },
               { WIDTH, HEIGHT, 200, 148, 3 } };

  for (gsize i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      g_autofree float *first = NULL;

      for (gsize k = 0; k < G_N_ELEMENTS (ways); k++)
        {
          g_autofree float *pixels = NULL;

          g_object_set (gegl_config (), "tile-width", ways[k].tile_width,
                        "tile-height", ways[k].tile_height, "threads",
                        ways[k].threads, NULL);
          pixels = process_anew (operations[i], ways[k].width, ways[k].height);
          if (first == NULL)
            first = g_memdup2 (pixels, N * 4 * sizeof *pixels);
          dm_assert_same (pixels, first, N * 4);
        }
    }
}

/* A preview of a source, rendered reduced, is what the whole picture gives when
 * it is reduced; and the picture after it is the same. Filters that read all of
 * their input cannot be asked so: GEGL hands them reduced tiles alone.
 */
static void
test_mipmap (void)
{
  enum
  {
    W = WIDTH / 4,
    H = HEIGHT / 4
  };

  for (gsize i = 0; i < 2; i++)
    for (double scale = 0.5; scale >= 0.25; scale /= 2.0)
      {
        g_autoptr (GeglNode) graph = gegl_node_new ();
        GeglNode         *node = add (graph, operations[i]);
        g_autofree float *whole = NULL, *after = NULL;
        g_autofree float *full = g_new (float, W *H * 4);
        g_autofree float *reduced = g_new (float, W *H * 4);
        guint             before = dm_generate_get_n_runs ();

        g_object_set (gegl_config (), "mipmap-rendering", TRUE, NULL);
        gegl_node_blit (node, scale, GEGL_RECTANGLE (0, 0, W, H),
                        babl_format ("R'G'B'A float"), reduced,
                        GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
        g_object_set (gegl_config (), "mipmap-rendering", FALSE, NULL);
        g_assert_cmpuint (dm_generate_get_n_runs () - before, <=, 1);

        whole = process_anew (operations[i], WIDTH, HEIGHT);
        after = op_case_render (node, 0, 0, WIDTH, HEIGHT);
        dm_assert_same (after, whole, N * 4);
        gegl_node_blit (node, scale, GEGL_RECTANGLE (0, 0, W, H),
                        babl_format ("R'G'B'A float"), full,
                        GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
        dm_assert_near (reduced, full, W * H * 4, 1e-3);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();
  g_setenv ("GEGL_DIFFUSION_CACHE_MB", "0", TRUE);

  g_test_add_func ("/op/same/pieces", test_pieces);
  g_test_add_func ("/op/same/mipmap", test_mipmap);

  return op_case_finish (g_test_run ());
}
