/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "repaint-case.h"

/* How often operations draw that paint into their input. */

/* One picture for one set of values and one input: in pieces, behind filters,
 * on any number of threads; what lies under the transparent is no input.
 */
static void
test_once (void)
{
  const Babl       *format = babl_format ("R'G'B'A float");
  guint             before = dm_generate_get_n_runs ();
  g_autofree float *all = NULL;

  for (int round = 0; round < 4; round++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      g_autoptr (GeglBuffer) input =
          make_input (format, 0.0f, 0.1f * (float) round);
      GeglNode *node = add (graph, "diffusion:repaint", "canvas", input, NULL);
      GeglNode *blur =
          gegl_node_new_child (graph, "operation", "gegl:gaussian-blur", NULL);

      gegl_node_set (node, "seed", 99, NULL);
      g_object_set (gegl_config (), "threads", round % 2 == 0 ? 1 : 4, NULL);
      gegl_node_link (node, blur);
      g_free (op_case_render (blur, 0, 0, WIDTH, HEIGHT));
      for (int y = 0; y < HEIGHT; y += 7)
        for (int x = 0; x < WIDTH; x += 11)
          {
            int               w = MIN (11, WIDTH - x), h = MIN (7, HEIGHT - y);
            g_autofree float *piece = op_case_render (node, x, y, w, h);

            if (all == NULL)
              all = op_case_render (node, 0, 0, WIDTH, HEIGHT);
            for (int row = 0; row < h; row++)
              dm_assert_same (piece + row * w * 4,
                              all + ((y + row) * WIDTH + x) * 4,
                              (size_t) w * 4);
          }
    }

  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
}

/* Each value matters, and so does the input; drawn again, all is the same. */
static void
test_values (void)
{
  static const char *const values[][2] = {
    { "seed", "8" },      { "resample", "3" }, { "strength", "0.8" },
    { "context", "0.2" }, { "steps", "3" },    { "guidance", "2.5" }
  };
  g_autoptr (GeglNode) graph = gegl_node_new ();
  const Babl *format = babl_format ("R'G'B'A float");
  g_autoptr (GeglBuffer) input = make_input (format, 0.0f, 0.9f);
  GeglNode *node = add (graph, "diffusion:repaint", "canvas", input, NULL);
  g_autofree float *first = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  g_autofree float *again = NULL, *changed = NULL, *piece = NULL;
  int               n_changed = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      guint       before = dm_generate_get_n_runs ();
      GParamSpec *spec = gegl_node_find_property (node, values[i][0]);
      double      number = g_ascii_strtod (values[i][1], NULL);

      if (G_IS_PARAM_SPEC_DOUBLE (spec))
        gegl_node_set (node, values[i][0], number, NULL);
      else
        gegl_node_set (node, values[i][0], (int) number, NULL);
      g_free (op_case_render (node, 0, 0, WIDTH, HEIGHT));
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
    }

  g_setenv ("GEGL_DIFFUSION_CACHE_MB", "0", TRUE);
  node = add (graph, "diffusion:repaint", "canvas", input, NULL);
  g_free (
      op_case_render (add (graph, "diffusion:repaint", "plain", input, NULL), 0,
                      0, WIDTH, HEIGHT));
  again = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  g_unsetenv ("GEGL_DIFFUSION_CACHE_MB");
  dm_assert_same (first, again, N * 4);

  /* a host that changes its layer tells the node which is above it */
  gegl_buffer_set (input, GEGL_RECTANGLE (10, 10, 1, 1), 0, format,
                   (float[4]){ 0, 0, 0, 1 }, GEGL_AUTO_ROWSTRIDE);
  piece = op_case_render (node, hole.x, hole.y + hole.height - 1, 1, 1);
  changed = op_case_render (node, 0, 0, WIDTH, HEIGHT);
  dm_assert_same (
      piece, changed + ((hole.y + hole.height - 1) * WIDTH + hole.x) * 4, 4);
  for (int i = 0; i < N; i++)
    n_changed += is_in_hole (i) && changed[i * 4] != first[i * 4];
  g_assert_cmpint (n_changed, >, n_in_hole / 2);
}

/* So does where the mask is, with the same pixels to be painted around. */
static void
test_masks (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  g_autoptr (GeglBuffer) input =
      make_input (babl_format ("R'G'B'A float"), 1.0f, 0.9f);
  guint before = dm_generate_get_n_runs ();

  for (int i = 1; i <= 3; i++)
    {
      g_autoptr (GeglBuffer) mask = make_mask (0.3f * (float) i);

      g_free (op_case_render (
          add (graph, "diffusion:repaint-mask", "canvas", input, mask), 0, 0,
          WIDTH, HEIGHT));
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, i);
    }
}

/* From 0 to 1 with each of 3 repeated steps and the last. */
static void
test_progress (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  g_autoptr (GeglBuffer) input =
      make_input (babl_format ("R'G'B'A float"), 0.0f, 0.9f);
  GeglNode *node = add (graph, "diffusion:repaint", "canvas", input, NULL);
  Progress  progress = { 0 };

  gegl_node_set (node, "seed", 1234, NULL);
  g_signal_connect_swapped (node, "progress", G_CALLBACK (on_progress),
                            &progress);
  g_free (op_case_render (node, 0, 0, WIDTH, HEIGHT));
  g_assert_cmpint (progress.n_calls, ==, 1 + 3 * 2 + 1);
  g_assert_cmpfloat (progress.first, ==, 0.0);
  g_assert_cmpfloat (progress.last, ==, 1.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/repaint/once", test_once);
  g_test_add_func ("/op/repaint/values", test_values);
  g_test_add_func ("/op/repaint/masks", test_masks);
  g_test_add_func ("/op/repaint/progress", test_progress);

  return op_case_finish (g_test_run ());
}
