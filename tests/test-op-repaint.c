/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "repaint-case.h"

/* Operations that paint into their input: what they leave alone, what they
 * draw, and what they say.
 */

/* --- what is left alone ----------------------------------------------------
 */

/* Values that only floats hold, outside the hole. */
static void
put_odd_values (GeglBuffer *buffer)
{
  static const float odd[3][4] = { { 1.7f, -0.4f, 0.0f, 1.0f },
                                   { NAN, INFINITY, 0.5f, 1.0f },
                                   { 1e-30f, 3e4f, -0.0f, 1.0f } };

  gegl_buffer_set (buffer, GEGL_RECTANGLE (2, 3, 3, 1), 0,
                   babl_format_with_space (
                       "RGBA float",
                       babl_format_get_space (gegl_buffer_get_format (buffer))),
                   odd, GEGL_AUTO_ROWSTRIDE);
}

/* In every format, of all kinds of models, each bit outside the hole stays, and
 * the hole is filled and opaque.
 */
static void
test_unchanged (void)
{
  static const char *const formats[] = {
    "R'G'B'A u8",    "R'G'B'A u16", "RGBA half",     "RGBA float",
    "R'G'B'A float", "RGBA u16",    "RaGaBaA float", "Y'A u8",
    "Y'A u16",       "YA float",    "YA half",       "RGBA double",
  };
  static const char *const models[] = { "plain", "gray", "canvas" };

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (formats); i++)
    {
      const Babl *format = babl_format_with_space (
          formats[i / 2], i % 2 == 0 ? NULL : babl_space ("Rec2020"));
      g_autoptr (GeglNode) graph = gegl_node_new ();
      g_autoptr (GeglBuffer) input = make_input (format, 0.0f, 0.9f);
      GeglNode         *node;
      g_autofree float *pixels = NULL;

      if (strstr (formats[i / 2], "float") != NULL)
        put_odd_values (input);
      node = add (graph, "diffusion:repaint", models[i % 3], input, NULL);
      g_assert_cmpint (count_changes (node, input), ==, n_in_hole);

      pixels = op_case_render (node, 0, 0, WIDTH, HEIGHT);
      for (int k = 0; k < N; k++)
        if (is_in_hole (k))
          g_assert_cmpfloat_with_epsilon (pixels[k * 4 + 3], 1.0f, 1e-6);
    }
}

/* Formats without alpha, where a mask says what is painted. */
static void
test_unchanged_by_mask (void)
{
  static const char *const formats[] = { "R'G'B' u8", "R'G'B' u16", "RGB float",
                                         "Y' u8",     "Y float",    "Y' u16",
                                         "R'G'B'A u8" };

  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      g_autoptr (GeglBuffer) input =
          make_input (babl_format (formats[i]), 1.0f, 0.9f);
      g_autoptr (GeglBuffer) mask = make_mask (1.0f);
      GeglNode *node =
          add (graph, "diffusion:repaint-mask", "canvas", input, mask);

      g_assert_cmpint (count_changes (node, input), >, n_in_hole * 9 / 10);
    }
}

/* The operation of a model does what the one for any model does. */
static void
test_of_model (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  g_autoptr (GeglBuffer) input =
      make_input (babl_format ("R'G'B'A float"), 0.0f, 0.9f);
  GeglNode *any = add (graph, "diffusion:repaint", "plain", input, NULL);
  GeglNode *one = add (graph, "diffusion:plain-repaint", NULL, input, NULL);
  g_autofree float *first = op_case_render (any, 0, 0, WIDTH, HEIGHT);
  g_autofree float *second = op_case_render (one, 0, 0, WIDTH, HEIGHT);

  dm_assert_same (first, second, N * 4);
}

/* --- the mask --------------------------------------------------------------
 */

/* Without a mask, or with an empty one as GIMP sends, it is the hole; a black
 * one paints nothing; a gray one leaves the pixel its share.
 */
static void
test_mask (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  const Babl *format = babl_format ("R'G'B'A float");
  g_autoptr (GeglBuffer) input = make_input (format, 0.0f, 0.9f);
  g_autoptr (GeglBuffer) opaque = make_input (format, 1.0f, 0.9f);
  g_autoptr (GeglBuffer) empty = gegl_buffer_new (NULL, babl_format ("Y u8"));
  g_autoptr (GeglBuffer) black = make_mask (0.0f);
  g_autoptr (GeglBuffer) white = make_mask (1.0f);
  g_autoptr (GeglBuffer) gray = make_mask (0.25f);
  const char       *name = "diffusion:repaint-mask";
  g_autofree float *by_hole = NULL, *without = NULL, *by_empty = NULL;
  g_autofree float *by_white = NULL, *by_gray = NULL;
  GeglNode         *node;

  node = add (graph, "diffusion:repaint", "canvas", input, NULL);
  by_hole = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  node = add (graph, name, "canvas", input, NULL);
  without = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  node = add (graph, name, "canvas", input, empty);
  by_empty = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  dm_assert_same (by_hole, without, N * 4);
  dm_assert_same (by_hole, by_empty, N * 4);

  node = add (graph, name, "canvas", opaque, black);
  gegl_node_set (node, "strength", 0.5, NULL);
  g_assert_cmpint (count_changes (node, opaque), ==, 0);

  node = add (graph, name, "canvas", opaque, white);
  by_white = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  dm_assert_near (by_white, by_hole, N * 4, 1e-6);

  node = add (graph, name, "canvas", opaque, gray);
  by_gray = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  for (int i = 0; i < N; i++)
    if (is_in_hole (i))
      g_assert_true (fabsf (by_gray[i * 4] - 0.9f) <= 0.25f + 1e-6f);
}

/* A soft edge: what is half there is half what it was. */
static void
test_soft (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  g_autoptr (GeglBuffer) input =
      make_input (babl_format ("R'G'B'A float"), 0.75f, 0.9f);
  GeglNode *node = add (graph, "diffusion:repaint", "canvas", input, NULL);
  g_autofree float *pixels = op_case_render (node, 0, 0, WIDTH, HEIGHT);

  for (int i = 0; i < N; i++)
    {
      g_assert_cmpfloat_with_epsilon (pixels[i * 4 + 3], 1.0f, 1e-6);
      if (is_in_hole (i))
        g_assert_true (fabsf (pixels[i * 4] - 0.9f) <= 0.25f + 1e-6f);
    }
  g_assert_cmpint (count_changes (node, input), ==, n_in_hole);
}

/* --- strength --------------------------------------------------------------
 */

/* Without a hole there is nothing to do, unless less than all strength asks for
 * the whole picture to be drawn from itself.
 */
static void
test_strength (void)
{
  static const char *const models[] = { "plain", "gray", "canvas" };

  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      g_autoptr (GeglBuffer) input =
          make_input (babl_format ("R'G'B'A u8"), 1.0f, 0.9f);
      GeglNode *node = add (graph, "diffusion:repaint", models[i], input, NULL);
      guint     before = dm_generate_get_n_runs ();
      g_autofree guint8 *bytes = get_buffer_bytes (input);
      g_autofree float  *pixels = NULL;
      int                n_changed = 0;

      g_assert_cmpint (count_changes (node, input), ==, 0);
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 0);

      gegl_node_set (node, "strength", 0.5, NULL);
      pixels = op_case_render (node, 0, 0, WIDTH, HEIGHT);
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
      for (int k = 0; k < N; k++)
        {
          g_assert_cmpfloat (pixels[k * 4 + 3], ==, 1.0f);
          n_changed += fabsf (pixels[k * 4] - bytes[k * 4] / 255.0f) > 0.01f;
        }
      g_assert_cmpint (n_changed, >, N / 2);
    }
}

/* --- faults ----------------------------------------------------------------
 */

/* Whatever is wrong, the input comes back and the property says it. */
static void
test_faults (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  g_autoptr (GeglBuffer) input =
      make_input (babl_format ("R'G'B'A u8"), 0.0f, 0.9f);
  GeglNode *node = add (graph, "diffusion:repaint", "plain", input, NULL);

  gegl_node_set (node, "class", "unicorn", NULL);
  op_case_assert_says (node, "big-bee");
  g_assert_cmpint (count_changes (node, input), ==, 0);
  gegl_node_set (node, "class", "2", "model", "broken", NULL);
  op_case_assert_says (node, "broken.safetensors");
  g_assert_cmpint (count_changes (node, input), ==, 0);
  gegl_node_set (node, "model", "nobody", NULL);
  op_case_assert_says (node, "nobody");
  g_assert_cmpint (count_changes (node, input), ==, 0);
  gegl_node_set (node, "model", "plain", NULL);
  op_case_assert_says (node, NULL);
  g_assert_cmpint (count_changes (node, input), >, 0);
}

/* Nothing at the input, an empty one, one without end, one of a single pixel.
 */
static void
test_odd_inputs (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  g_autoptr (GeglBuffer) empty =
      gegl_buffer_new (NULL, babl_format ("R'G'B'A u8"));
  g_autoptr (GeglBuffer) dot =
      gegl_buffer_new (GEGL_RECTANGLE (5, 5, 1, 1), babl_format ("R'G'B'A u8"));
  GeglNode *colour =
      gegl_node_new_child (graph, "operation", "gegl:color", NULL);
  GeglNode *node = gegl_node_new_child (graph, "operation", "diffusion:repaint",
                                        "model", "plain", NULL);
  g_autofree float *pixels = NULL, *filled = NULL;

  g_free (op_case_render (node, 0, 0, WIDTH, HEIGHT));
  gegl_node_link (colour, node);
  pixels = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  for (int i = 0; i < N; i++)
    g_assert_cmpfloat (pixels[i * 4 + 3], ==, 1.0f);

  node = add (graph, "diffusion:repaint", "plain", empty, NULL);
  g_free (op_case_render (node, 0, 0, WIDTH, HEIGHT));

  node = add (graph, "diffusion:repaint", "canvas", dot, NULL);
  filled = op_case_render (node, 4, 4, 3, 3);
  for (int i = 0; i < 9; i++)
    g_assert_cmpfloat (filled[i * 4 + 3], ==, i == 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/repaint/unchanged", test_unchanged);
  g_test_add_func ("/op/repaint/unchanged-by-mask", test_unchanged_by_mask);
  g_test_add_func ("/op/repaint/of-model", test_of_model);
  g_test_add_func ("/op/repaint/mask", test_mask);
  g_test_add_func ("/op/repaint/soft", test_soft);
  g_test_add_func ("/op/repaint/strength", test_strength);
  g_test_add_func ("/op/repaint/faults", test_faults);
  g_test_add_func ("/op/repaint/odd-inputs", test_odd_inputs);

  return op_case_finish (g_test_run ());
}
