/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "repaint-case.h"

/* The colours of what operations draw, in graphs of all kinds. */

/* One picture stored in perceptual, linear and wide-gamut numbers is filled
 * with the same colours.
 */
static void
test_colour (void)
{
  const Babl *formats[] = {
    babl_format ("R'G'B'A float"),
    babl_format ("RGBA float"),
    babl_format_with_space ("RGBA float", babl_space ("Rec2020")),
    babl_format_with_space ("R'G'B'A float", babl_space ("ProPhoto")),
    babl_format ("RaGaBaA float"),
  };
  static const char *const models[] = { "plain", "canvas", "gray" };

  for (gsize m = 0; m < G_N_ELEMENTS (models); m++)
    {
      g_autofree float *first = NULL;

      for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
        {
          g_autoptr (GeglNode) graph = gegl_node_new ();
          g_autoptr (GeglBuffer) input = make_input (formats[i], 0.0f, 0.9f);
          GeglNode *node =
              add (graph, "diffusion:repaint", models[m], input, NULL);
          g_autofree float *pixels = op_case_render (node, 0, 0, WIDTH, HEIGHT);

          if (first == NULL)
            first = g_memdup2 (pixels, N * 4 * sizeof *pixels);
          dm_assert_near (pixels, first, N * 4, 2e-3);

          for (int k = 0; k < N && m == 2; k++)
            if (is_in_hole (k))
              g_assert_true (fabsf (pixels[k * 4] - pixels[k * 4 + 1]) <
                                 1e-3f &&
                             fabsf (pixels[k * 4] - pixels[k * 4 + 2]) < 1e-3f);
        }
    }
}

/* sRGB's own formula (IEC 61966-2-1). */
static double
to_linear (double x)
{
  return x <= 0.04045 ? x / 12.92 : pow ((x + 0.055) / 1.055, 2.4);
}

/* A source in a linear graph, and in one of wide gamut: colours converted as
 * the standards say (ITU-R BT.2087 for BT.709 to BT.2020), gray staying gray.
 */
static void
test_colour_of_source (void)
{
  static const double      wide[3][3] = { { 0.6274, 0.3293, 0.0433 },
                                          { 0.0691, 0.9195, 0.0114 },
                                          { 0.0164, 0.0880, 0.8956 } };
  static const char *const models[] = { "plain", "gray" };

  for (gsize m = 0; m < G_N_ELEMENTS (models); m++)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node = gegl_node_new_child (
          graph, "operation", "diffusion:generate", "model", models[m], "width",
          8, "height", 8, "seed", 3, NULL);
      g_autofree float *plain = op_case_render (node, 0, 0, 8, 8);
      float             linear[64][4], rec2020[64][4];
      GeglRectangle     box = { 0, 0, 8, 8 };

      gegl_node_blit (node, 1.0, &box, babl_format ("RGBA float"), linear,
                      GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);
      gegl_node_blit (
          node, 1.0, &box,
          babl_format_with_space ("RGBA float", babl_space ("Rec2020")),
          rec2020, GEGL_AUTO_ROWSTRIDE, GEGL_BLIT_DEFAULT);

      for (int i = 0; i < 64; i++)
        for (int c = 0; c < 3; c++)
          {
            double expected = 0.0;

            g_assert_cmpfloat_with_epsilon (linear[i][c],
                                            to_linear (plain[i * 4 + c]), 1e-4);
            for (int k = 0; k < 3; k++)
              expected += wide[c][k] * to_linear (plain[i * 4 + k]);
            g_assert_cmpfloat_with_epsilon (rec2020[i][c], expected, 2e-3);
            if (m == 1)
              g_assert_cmpfloat_with_epsilon (linear[i][c], linear[i][0], 1e-5);
          }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/colour/repainted", test_colour);
  g_test_add_func ("/op/colour/drawn", test_colour_of_source);

  return op_case_finish (g_test_run ());
}
