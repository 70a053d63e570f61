/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <sys/resource.h>

#include "op-case.h"

/* Faults that come while a host runs. Each is met in a process of its own that
 * has a minute: it must end by itself, the picture transparent, with one
 * sentence on standard error and the same in the property, once the host's main
 * loop has turned.
 */
#define MINUTE (60 * G_USEC_PER_SEC)

static void
run_apart (void)
{
  g_test_trap_subprocess (NULL, MINUTE, G_TEST_SUBPROCESS_DEFAULT);
  g_assert_false (g_test_trap_reached_timeout ());
  g_test_trap_assert_passed ();
}

static void
turn_main_loop (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Twice, as a host paints twice. */
static void
assert_nothing_drawn (GeglNode *node)
{
  for (int i = 0; i < 2; i++)
    {
      g_autofree float *pixels = op_case_render (node, 0, 0, 16, 16);

      for (int k = 0; k < 16 * 16 * 4; k++)
        g_assert_cmpfloat (pixels[k], ==, 0.0f);
      turn_main_loop ();
    }
}

static GeglNode *
add_drawn (GeglNode *graph)
{
  GeglNode *node = gegl_node_new_child (graph, "operation", "diffusion:plain",
                                        "width", 16, "height", 16, NULL);

  gegl_node_set (node, "class", op_case_enum (node, "class", "cat"), NULL);
  g_free (op_case_render (node, 0, 0, 16, 16));
  turn_main_loop ();
  op_case_assert_says (node, NULL);

  return node;
}

/* The file of a model goes, and comes back. */
static void
test_removed (void)
{
  g_autoptr (GeglNode) graph = NULL;
  g_autofree char *path = op_case_path ("plain");
  DmConfig         config = unet_case_small_config ();
  GeglNode        *node;

  if (!g_test_subprocess ())
    {
      run_apart ();
      g_test_trap_assert_stderr ("*diffusion:plain: *plain.safetensors*");
      g_test_trap_assert_stderr_unmatched ("*diffusion:plain*diffusion:plain*");
      return;
    }

  graph = gegl_node_new ();
  node = add_drawn (graph);
  g_assert_cmpint (g_remove (path), ==, 0);
  assert_nothing_drawn (node);
  op_case_assert_says (node, "plain.safetensors");

  op_case_save ("plain", &config, "Ant,Big bee,Cat");
  g_free (op_case_render (node, 0, 0, 16, 16));
  turn_main_loop ();
  op_case_assert_says (node, NULL);
}

/* The file changes under the host's feet: a class is gone. */
static void
test_class_gone (void)
{
  g_autoptr (GeglNode) graph = NULL;
  DmConfig  config = unet_case_small_config ();
  GeglNode *node;

  if (!g_test_subprocess ())
    {
      run_apart ();
      g_test_trap_assert_stderr ("*diffusion:plain: *cat*ant, big-bee*");
      g_test_trap_assert_stderr_unmatched ("*diffusion:plain*diffusion:plain*");
      return;
    }

  graph = gegl_node_new ();
  node = add_drawn (graph);
  op_case_save ("plain", &config, "Ant,Big bee,Dog");
  assert_nothing_drawn (node);
  op_case_assert_says (node, "big-bee");
}

/* Lets the process grow by that much and no further. */
static void
limit_memory (size_t n_bytes)
{
  g_autofree char *text = NULL;
  struct rlimit    limit;
  gsize            pages;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &text, NULL, NULL));
  pages = (gsize) g_ascii_strtoull (text, NULL, 10);
  limit.rlim_cur = limit.rlim_max =
      pages * (gsize) sysconf (_SC_PAGESIZE) + n_bytes;
  g_assert_cmpint (setrlimit (RLIMIT_AS, &limit), ==, 0);
}

/* A canvas that cannot be had: its floats alone are four times the memory that
 * there is.
 */
static void
test_memory (void)
{
  g_autoptr (GeglNode) graph = NULL;
  GeglNode *node;

#ifdef __SANITIZE_ADDRESS__
  g_test_skip ("the address sanitizer ends a process without memory");
  return;
#endif

  if (!g_test_subprocess ())
    {
      run_apart ();
      g_test_trap_assert_stderr ("*diffusion:canvas: *");
      g_test_trap_assert_stderr_unmatched (
          "*diffusion:canvas*diffusion:canvas*");
      return;
    }

  graph = gegl_node_new ();
  node = gegl_node_new_child (graph, "operation", "diffusion:canvas", "width",
                              32, "height", 32, NULL);
  g_free (op_case_render (node, 0, 0, 16, 16));
  gegl_node_set (node, "width", 8192, "height", 8192, NULL);
  limit_memory ((size_t) 192 << 20);
  assert_nothing_drawn (node);
  op_case_assert_says (node, "memory");
}

/* A canvas of more memory than may be taken. */
static GeglNode *
add_refused (GeglNode *graph)
{
  g_setenv ("GEGL_DIFFUSION_MEMORY_MB", "64", TRUE);

  return gegl_node_new_child (graph, "operation", "diffusion:canvas", "width",
                              4096, "height", 4096, NULL);
}

/* It is refused before it starts. */
static void
test_refused (void)
{
  g_autoptr (GeglNode) graph = NULL;
  GeglNode *node;

  if (!g_test_subprocess ())
    {
      run_apart ();
      g_test_trap_assert_stderr ("*diffusion:canvas: *4096 x 4096*");
      g_test_trap_assert_stderr_unmatched (
          "*diffusion:canvas*diffusion:canvas*");
      return;
    }

  graph = gegl_node_new ();
  node = add_refused (graph);
  assert_nothing_drawn (node);
  op_case_assert_says (node, "4096 x 4096");
}

/* As long as it is refused the property says so, whatever is changed. */
static void
test_refused_again (void)
{
  g_autoptr (GeglNode) graph = NULL;
  GeglNode *node;

  if (!g_test_subprocess ())
    {
      run_apart ();
      return;
    }

  graph = gegl_node_new ();
  node = add_refused (graph);
  assert_nothing_drawn (node);
  op_case_assert_says (node, "4096 x 4096");
  gegl_node_set (node, "class", op_case_enum (node, "class", "cat"), NULL);
  assert_nothing_drawn (node);
  op_case_assert_says (node, "4096 x 4096");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/faults/removed", test_removed);
  g_test_add_func ("/op/faults/class-gone", test_class_gone);
  g_test_add_func ("/op/faults/memory", test_memory);
  g_test_add_func ("/op/faults/refused", test_refused);
  g_test_add_func ("/op/faults/refused-again", test_refused_again);

  return op_case_finish (g_test_run ());
}
