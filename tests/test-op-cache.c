/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* Which pictures are kept: those of the same values, as many as there is room
 * for.
 */

/* Each value that changes the picture draws a new one. */
static void
test_values (void)
{
  static const char *const values[][2] = {
    { "class", "cat" },    { "guidance", "2.5" },
    { "seed", "601" },     { "steps", "3" },
    { "sampler", "ddim" }, { "guidance-end", "0.4" },
    { "class", "cat,1" },  { "guidance-start", "0.7" },
    { "class", "any" },
  };
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add_plain (graph, 600, 8, 8);

  g_free (op_case_render (node, 0, 0, 8, 8));
  for (gsize i = 0; i < G_N_ELEMENTS (values); i++)
    {
      guint       before = dm_generate_get_n_runs ();
      const char *property = values[i][0], *text = values[i][1];
      GParamSpec *spec = gegl_node_find_property (node, property);
      double      number = g_ascii_strtod (text, NULL);
      bool        drawn = strchr (text, ',') == NULL;

      if (G_IS_PARAM_SPEC_ENUM (spec))
        gegl_node_set (node, property,
                       op_case_enum (node, property, drawn ? text : "cat"),
                       NULL);
      else if (G_IS_PARAM_SPEC_DOUBLE (spec))
        gegl_node_set (node, property, number, NULL);
      else
        gegl_node_set (node, property, (int) number, NULL);

      g_free (op_case_render (node, 0, 0, 8, 8));
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, drawn);
    }
}

/* With no room in the cache the newest picture stays, for all its pieces. */
static void
test_small_cache (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add_plain (graph, 900, 300, 300);
  GeglNode *other = op_case_add_plain (graph, 901, 300, 300);
  guint     before = dm_generate_get_n_runs ();

  g_setenv ("GEGL_DIFFUSION_CACHE_MB", "0", TRUE);
  for (int y = 0; y < 300; y += 100)
    g_free (op_case_render (node, 0, y, 300, 100));
  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);

  g_free (op_case_render (other, 0, 0, 300, 300));
  g_free (op_case_render (node, 0, 0, 300, 300));
  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 3);
  g_unsetenv ("GEGL_DIFFUSION_CACHE_MB");
}

static guint
count_runs (GeglNode *node)
{
  guint before = dm_generate_get_n_runs ();

  g_free (op_case_render (node, 0, 0, 16, 16));

  return dm_generate_get_n_runs () - before;
}

/* As many pictures as the limit holds stay, and of these the ones that were
 * asked for last: here two of 256 x 256 in three channels of float, 0.75 MB
 * each, in 2 MB.
 */
static void
test_cache_limit (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *nodes[3];

  g_setenv ("GEGL_DIFFUSION_CACHE_MB", "2", TRUE);
  for (guint i = 0; i < 3; i++)
    nodes[i] =
        gegl_node_new_child (graph, "operation", "diffusion:canvas", "seed",
                             950 + i, "width", 256, "height", 256, NULL);

  g_assert_cmpuint (count_runs (nodes[0]), ==, 1);
  g_assert_cmpuint (count_runs (nodes[1]), ==, 1);
  g_assert_cmpuint (count_runs (nodes[0]), ==, 0);
  g_assert_cmpuint (count_runs (nodes[2]), ==, 1); /* 1 has to go */
  g_assert_cmpuint (count_runs (nodes[0]), ==, 0);
  g_assert_cmpuint (count_runs (nodes[1]), ==, 1);
  g_unsetenv ("GEGL_DIFFUSION_CACHE_MB");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/cache/values", test_values);
  g_test_add_func ("/op/cache/small", test_small_cache);
  g_test_add_func ("/op/cache/limit", test_cache_limit);

  return op_case_finish (g_test_run ());
}
