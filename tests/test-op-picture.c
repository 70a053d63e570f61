/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* The pixels that the operations give, and what they say when they cannot. */

static GeglNode *
add (GeglNode   *graph,
     const char *operation,
     const char *fit,
     int         width,
     int         height)
{
  GeglNode *node =
      gegl_node_new_child (graph, "operation", operation, "seed", 5, "width",
                           width, "height", height, NULL);

  gegl_node_set (node, "fit", op_case_enum (node, "fit", fit), NULL);

  return node;
}

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
      GeglNode         *node = add (graph, "diffusion:plain", "contain", 8, 8);
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
      GeglNode *node = add (graph, cases[i].operation, cases[i].fit, 100, 60);
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
      GeglNode   *node = add (graph, operations[i % 7 / 4], fit, w, h);
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

/* Nobody's picture is stretched unasked: a model of textures fills a canvas of
 * any size, the others leave margins.
 */
static void
test_standard_fit (void)
{
  static const struct
  {
    const char *operation, *fit;
  } cases[] = { { "diffusion:canvas", "canvas" },
                { "diffusion:plain", "contain" },
                { "diffusion:gray", "contain" },
                { "diffusion:generate", "auto" } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          gegl_node_new_child (graph, "operation", cases[i].operation, NULL);
      int fit = -1;

      gegl_node_get (node, "fit", &fit, NULL);
      g_assert_cmpint (fit, ==, op_case_enum (node, "fit", cases[i].fit));
    }
}

/* Whether a property is offered in a host's dialog. */
static bool
is_visible (GeglNode *node, const char *name)
{
  GParamSpec *spec = gegl_node_find_property (node, name);

  g_assert_nonnull (spec);

  return g_strcmp0 (gegl_param_spec_get_property_key (spec, "visible"), "0") !=
         0;
}

/* Hosts' sliders stay within what may be set: GIMP complains of others. */
static void
check_slider (const char *operation, GParamSpec *spec)
{
  g_test_message ("%s, %s", operation, spec->name);

  if (GEGL_IS_PARAM_SPEC_DOUBLE (spec))
    {
      GeglParamSpecDouble *shown = GEGL_PARAM_SPEC_DOUBLE (spec);
      GParamSpecDouble    *allowed = G_PARAM_SPEC_DOUBLE (spec);

      g_assert_cmpfloat (shown->ui_minimum, >=, allowed->minimum);
      g_assert_cmpfloat (shown->ui_maximum, <=, allowed->maximum);
    }
  else if (GEGL_IS_PARAM_SPEC_INT (spec))
    {
      GeglParamSpecInt *shown = GEGL_PARAM_SPEC_INT (spec);
      GParamSpecInt    *allowed = G_PARAM_SPEC_INT (spec);

      g_assert_cmpint (shown->ui_minimum, >=, allowed->minimum);
      g_assert_cmpint (shown->ui_maximum, <=, allowed->maximum);
    }
}

static void
test_sliders (void)
{
  guint             n_operations, n_ours = 0;
  g_autofree char **names = gegl_list_operations (&n_operations);

  for (guint i = 0; i < n_operations; i++)
    {
      guint                   n;
      g_autofree GParamSpec **specs = NULL;

      if (!g_str_has_prefix (names[i], "diffusion:"))
        continue;
      n_ours++;
      specs = gegl_operation_list_properties (names[i], &n);
      for (guint k = 0; k < n; k++)
        check_slider (names[i], specs[k]);
    }

  g_assert_cmpuint (n_ours, >=, 3 + 2 * 4);
}

/* The scale is offered by models that are told it, and changes their picture;
 * for others, and at 0, it is as if it were not there.
 */
static void
test_scale (void)
{
  static const char *const names[] = { "diffusion:scaled", "diffusion:canvas" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode         *node = add (graph, names[i], "canvas", 16, 16);
      g_autofree float *any = op_case_render (node, 0, 0, 16, 16);
      g_autofree float *half = NULL, *again = NULL;
      bool              is_scaled = i == 0;

      g_assert_true (is_visible (node, "scale") == is_scaled);
      gegl_node_set (node, "scale", 0.5, NULL);
      half = op_case_render (node, 0, 0, 16, 16);
      gegl_node_set (node, "scale", 0.0, NULL);
      again = op_case_render (node, 0, 0, 16, 16);
      dm_assert_same (again, any, 16 * 16 * 4);
      g_assert_true ((memcmp (half, any, 16 * 16 * 4 * sizeof *any) != 0) ==
                     is_scaled);
    }
}

/* A canvas that tiles has the size that was asked for. Of whole strides it
 * tiles anyway, as the network knows no edges; else it is another picture.
 */
static void
test_tile (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode         *node = add (graph, "diffusion:canvas", "canvas", 24, 16);
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
      GeglNode         *node = add (graph, "diffusion:plain", fits[i], 71, 103);
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
  GeglNode *node = add (graph, "diffusion:plain", "contain", 8, 8);
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
  GeglNode         *node = add (graph, "diffusion:gray", "contain", 8, 8);
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

static void
assert_transparent (GeglNode *node)
{
  g_autofree float *pixels = op_case_render (node, 0, 0, 40, 30);

  for (int i = 0; i < 40 * 30 * 4; i++)
    g_assert_cmpfloat (pixels[i], ==, 0.0f);
}

/* A fault is in the property as soon as it is there, the picture transparent,
 * and both go with it.
 */
static void
test_faults (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = gegl_node_new_child (
      graph, "operation", "diffusion:generate", "model", "plain", "class",
      "unicorn", "width", 40, "height", 30, NULL);
  g_autofree float *pixels = NULL;

  op_case_assert_says (node, "big-bee");
  assert_transparent (node);

  gegl_node_set (node, "class", "2", NULL);
  op_case_assert_says (node, NULL);
  gegl_node_set (node, "model", "nobody", NULL);
  op_case_assert_says (node, "nobody");
  assert_transparent (node);
  gegl_node_set (node, "model", "broken", NULL);
  op_case_assert_says (node, "broken.safetensors");
  assert_transparent (node);

  gegl_node_set (node, "model", "plain", NULL);
  gegl_node_set (node, "fit", op_case_enum (node, "fit", "canvas"), NULL);
  op_case_assert_says (node, "contain");
  assert_transparent (node);

  gegl_node_set (node, "fit", op_case_enum (node, "fit", "stretch"), NULL);
  op_case_assert_says (node, NULL);
  pixels = op_case_render (node, 0, 0, 40, 30);
  g_assert_cmpfloat (pixels[3], ==, 1.0f);
}

/* A file that is written anew is read anew; a class stays itself when its place
 * in the file changes; a class that is lost and a file that is gone are faults.
 */
static void
test_file_changes (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  DmConfig          config = unet_case_small_config ();
  GeglNode         *node = add (graph, "diffusion:plain", "contain", 8, 8);
  g_autofree char  *path = op_case_path ("plain");
  g_autofree float *before = NULL, *after = NULL;
  guint             n_runs;

  gegl_node_set (node, "class", op_case_enum (node, "class", "cat"), NULL);
  before = op_case_render (node, 0, 0, 8, 8);

  n_runs = dm_generate_get_n_runs ();
  op_case_save ("plain", &config, "Cat,Ant,Big bee");
  after = op_case_render (node, 0, 0, 8, 8);
  g_assert_cmpuint (dm_generate_get_n_runs () - n_runs, ==, 1);
  dm_assert_same (before, after, 8 * 8 * 4);

  gegl_node_set (node, "width", 40, "height", 30, NULL);
  op_case_save ("plain", &config, "Dog,Ant,Big bee");
  assert_transparent (node);

  g_assert_cmpint (g_remove (path), ==, 0);
  assert_transparent (node);
  gegl_node_set (node, "class", op_case_enum (node, "class", "ant"), NULL);
  op_case_assert_says (node, "plain.safetensors");

  op_case_save ("plain", &config, "Ant,Big bee,Cat");
  gegl_node_set (node, "class", op_case_enum (node, "class", "cat"), NULL);
  op_case_assert_says (node, NULL);
}

/* Numbers that stand in saved pictures. */
static void
test_stored_numbers (void)
{
  static const struct
  {
    const char *property, *nick;
    int         value;
  } numbers[] = {
    { "class", "any", 0 },     { "class", "ant", 0x1f29dbd6 },
    { "sampler", "auto", 0 },  { "sampler", "ancestral", 1 },
    { "sampler", "ddim", 2 },  { "sampler", "heun", 3 },
    { "sampler", "dpm2m", 4 }, { "fit", "auto", 0 },
    { "fit", "canvas", 1 },    { "fit", "contain", 2 },
    { "fit", "cover", 3 },     { "fit", "stretch", 4 },
  };
  g_autoptr (GeglNode) node = gegl_node_new ();
  GeglNode *child =
      gegl_node_new_child (node, "operation", "diffusion:plain", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    g_assert_cmphex (op_case_enum (child, numbers[i].property, numbers[i].nick),
                     ==, numbers[i].value);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/picture/native", test_native);
  g_test_add_func ("/op/picture/scale", test_scale);
  g_test_add_func ("/op/picture/sliders", test_sliders);
  g_test_add_func ("/op/picture/fit", test_fit);
  g_test_add_func ("/op/picture/sizes", test_sizes);
  g_test_add_func ("/op/picture/standard-fit", test_standard_fit);
  g_test_add_func ("/op/picture/tile", test_tile);
  g_test_add_func ("/op/picture/pieces", test_pieces);
  g_test_add_func ("/op/picture/in-place", test_in_place);
  g_test_add_func ("/op/picture/gray", test_gray);
  g_test_add_func ("/op/picture/native-size", test_native_size);
  g_test_add_func ("/op/picture/faults", test_faults);
  g_test_add_func ("/op/picture/file-changes", test_file_changes);
  g_test_add_func ("/op/picture/stored-numbers", test_stored_numbers);

  return op_case_finish (g_test_run ());
}
