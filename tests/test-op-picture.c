/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* The pixels that the operations give. */

/* The native picture, R'G'B'A, as dm_generate() draws it. */
static float *
draw_native (const char *class)
{
  g_autofree char *path = op_case_path ("plain");
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = dm_model_load (path, &error);
  const DmCard     *card;
  DmSettings        settings;
  DmPicture         picture = { .guidance = 1.0, .seed = 5 };
  g_autofree float *drawn = NULL;
  float            *pixels = g_new (float, 8 * 8 * 4);

  g_assert_no_error (error);
  card = dm_model_get_card (model);
  g_assert_true (dm_card_find_class (card, class, &picture.class_id, NULL));
  dm_settings_init (&settings, model);
  drawn = dm_generate (model, &settings, &picture, 1, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  for (int i = 0; i < 8 * 8; i++)
    {
      for (int c = 0; c < 3; c++)
        pixels[i * 4 + c] = CLAMP ((drawn[i * 3 + c] + 1.0f) / 2.0f, 0, 1);
      pixels[i * 4 + 3] = 1.0f;
    }

  return pixels;
}

/* At its own size the picture is just what the model draws, for each class. */
static void
test_native (void)
{
  static const char *const classes[] = { "ant", "big-bee", "cat", "any" };

  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node = op_case_add (graph, "diffusion:plain", "contain", 8, 8);
      g_autofree float *expected = draw_native (classes[i]);
      g_autofree float *pixels = NULL;

      gegl_node_set (node, "class", op_case_enum (node, "class", classes[i]),
                     NULL);
      pixels = op_case_render (node, 0, 0, 8, 8);
      dm_assert_near (pixels, expected, 8 * 8 * 4, 1e-6);
    }
}

/* Margins are transparent, the picture opaque, nothing between. */
static void
assert_opaque_within (const float         *pixels,
                      int                  width,
                      int                  height,
                      const GeglRectangle *inside)
{
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++)
      {
        bool in = x >= inside->x && x < inside->x + inside->width &&
                  y >= inside->y && y < inside->y + inside->height;

        g_assert_cmpfloat (pixels[(y * width + x) * 4 + 3], ==, in);
      }
}

static void
test_fit (void)
{
  static const struct
  {
    const char   *operation, *fit;
    GeglRectangle inside;
  } cases[] = {
    { "diffusion:plain", "contain", { 20, 0, 60, 60 } },
    { "diffusion:gray", "contain", { 20, 0, 60, 60 } },
    { "diffusion:plain", "cover", { 0, 0, 100, 60 } },
    { "diffusion:plain", "stretch", { 0, 0, 100, 60 } },
    { "diffusion:canvas", "canvas", { 0, 0, 100, 60 } },
    { "diffusion:canvas", "contain", { 20, 0, 60, 60 } },
    { "diffusion:generate", "auto", { 20, 0, 60, 60 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          op_case_add (graph, cases[i].operation, cases[i].fit, 100, 60);
      g_autofree float *pixels = NULL;

      if (strcmp (cases[i].operation, "diffusion:generate") == 0)
        gegl_node_set (node, "model", "plain", NULL);
      pixels = op_case_render (node, 0, 0, 100, 60);
      assert_opaque_within (pixels, 100, 60, &cases[i].inside);
    }
}

/* Any size for any way to fit, of both kinds of models: the picture is there,
 * and where nothing is left open it is everywhere.
 */
static void
test_sizes (void)
{
  static const struct
  {
    int width, height;
  } sizes[] = { { 1, 1 }, { 1, 4096 }, { 4096, 1 }, { 13, 7 }, { 3, 65 } };
  static const char *const fits[] = { "contain", "cover", "stretch", "canvas" };
  static const char *const operations[] = { "diffusion:canvas",
                                            "diffusion:plain" };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes) * 7; i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      int         w = sizes[i / 7].width, h = sizes[i / 7].height, n_opaque = 0;
      const char *fit = fits[i % 7 % 4];
      GeglNode   *node = op_case_add (graph, operations[i % 7 / 4], fit, w, h);
      g_autofree float *pixels = op_case_render (node, 0, 0, w, h);
      g_autofree char  *text = op_case_get_error (node);

      g_assert_cmpstr (text, ==, "");
      for (int k = 0; k < w * h; k++)
        n_opaque += pixels[k * 4 + 3] == 1.0f;
      if (strcmp (fit, "contain") == 0)
        g_assert_cmpint (n_opaque, ==, MIN (w, h) * MIN (w, h));
      else
        g_assert_cmpint (n_opaque, ==, w * h);
    }
}

/* A canvas that tiles has the size that was asked for. Of whole strides it
 * tiles anyway, as the network knows no edges; else it is another picture.
 */
static void
test_tile (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add (graph, "diffusion:canvas", "canvas", 24, 16);
  g_autofree float *open = op_case_render (node, 0, 0, 24, 16);
  g_autofree float *tiled = NULL;

  gegl_node_set (node, "tile-x", TRUE, NULL);
  tiled = op_case_render (node, 0, 0, 24, 16);
  dm_assert_same (tiled, open, 24 * 16 * 4);

  gegl_node_set (node, "width", 25, NULL);
  g_free (tiled);
  tiled = op_case_render (node, 0, 0, 25, 16);
  assert_opaque_within (tiled, 25, 16, GEGL_RECTANGLE (0, 0, 25, 16));

  gegl_node_set (node, "tile-x", FALSE, NULL);
  g_free (open);
  open = op_case_render (node, 0, 0, 25, 16);
  g_assert_cmpint (memcmp (open, tiled, 25 * 16 * 4 * sizeof (float)), !=, 0);
}

/* A piece has the pixels of the whole. */
static void
test_pieces (void)
{
  static const char *const fits[] = { "contain", "cover", "stretch" };

  for (gsize i = 0; i < G_N_ELEMENTS (fits); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node = op_case_add (graph, "diffusion:plain", fits[i], 71, 103);
      g_autofree float *whole = op_case_render (node, 0, 0, 71, 103);

      for (int y = 0; y < 103; y += 17)
        for (int x = 0; x < 71; x += 23)
          {
            int               w = MIN (23, 71 - x), h = MIN (17, 103 - y);
            g_autofree float *piece = op_case_render (node, x, y, w, h);

            for (int row = 0; row < h; row++)
              dm_assert_same (piece + row * w * 4,
                              whole + ((y + row) * 71 + x) * 4, (size_t) w * 4);
          }
    }
}

/* A filter that works in place does not reach the cached picture. */
static void
test_in_place (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add (graph, "diffusion:plain", "contain", 8, 8);
  GeglNode *invert =
      gegl_node_new_child (graph, "operation", "gegl:invert-gamma", NULL);
  g_autofree float *first = NULL, *second = NULL, *plain = NULL;

  gegl_node_link (node, invert);
  first = op_case_render (invert, 0, 0, 8, 8);
  second = op_case_render (invert, 0, 0, 8, 8);
  plain = op_case_render (node, 0, 0, 8, 8);

  dm_assert_same (first, second, 8 * 8 * 4);
  g_assert_cmpint (memcmp (first, plain, 8 * 8 * 4 * sizeof (float)), !=, 0);
}

/* A gray model gives gray, in a format without colours. */
static void
test_gray (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add (graph, "diffusion:gray", "contain", 8, 8);
  g_autofree float *pixels = op_case_render (node, 0, 0, 8, 8);

  for (int i = 0; i < 8 * 8; i++)
    {
      g_assert_cmpfloat_with_epsilon (pixels[i * 4], pixels[i * 4 + 1], 1e-5);
      g_assert_cmpfloat_with_epsilon (pixels[i * 4], pixels[i * 4 + 2], 1e-5);
    }
}

/* Asked for no size, diffusion:generate takes the model's. */
static void
test_native_size (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = gegl_node_new_child (
      graph, "operation", "diffusion:generate", "model", "plain", NULL);
  GeglRectangle box = gegl_node_get_bounding_box (node);

  g_assert_cmpint (box.width, ==, 8);
  g_assert_cmpint (box.height, ==, 8);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/picture/native", test_native);
  g_test_add_func ("/op/picture/fit", test_fit);
  g_test_add_func ("/op/picture/sizes", test_sizes);
  g_test_add_func ("/op/picture/tile", test_tile);
  g_test_add_func ("/op/picture/pieces", test_pieces);
  g_test_add_func ("/op/picture/in-place", test_in_place);
  g_test_add_func ("/op/picture/gray", test_gray);
  g_test_add_func ("/op/picture/native-size", test_native_size);

  return op_case_finish (g_test_run ());
}
