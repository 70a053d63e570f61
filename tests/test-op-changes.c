/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* Faults in the property, which come and go with values and files. */

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
  DmConfig  config = unet_case_small_config ();
  GeglNode *node = op_case_add (graph, "diffusion:plain", "contain", 8, 8);
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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/changes/faults", test_faults);
  g_test_add_func ("/op/changes/file-changes", test_file_changes);

  return op_case_finish (g_test_run ());
}
