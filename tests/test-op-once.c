/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

/* However a host asks for a picture, the network draws it once. */

/* One picture in one piece of 3000 x 3000, and again; on one thread of GEGL's
 * and on four.
 */
static void
test_whole (void)
{
  for (int threads = 1; threads <= 4; threads += 3)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          op_case_add_plain (graph, 100 + (guint) threads, 3000, 3000);
      guint before = dm_generate_get_n_runs ();

      g_object_set (gegl_config (), "threads", threads, NULL);
      for (int i = 0; i < 2; i++)
        g_free (op_case_render (node, 0, 0, 3000, 3000));
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
    }
}

/* Behind filters that read beyond each piece. */
static GeglNode *
add_filters (GeglNode *graph, GeglNode *node)
{
  GeglNode *invert =
      gegl_node_new_child (graph, "operation", "gegl:invert-gamma", NULL);
  GeglNode *blur =
      gegl_node_new_child (graph, "operation", "gegl:gaussian-blur",
                           "std-dev-x", 9.0, "std-dev-y", 9.0, NULL);

  gegl_node_link_many (node, invert, blur, NULL);

  return blur;
}

/* As the command line does: a processor into a buffer; on one thread of GEGL's
 * and on four.
 */
static void
test_processor (void)
{
  for (int threads = 1; threads <= 4; threads += 3)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      g_autoptr (GeglBuffer) buffer = NULL;
      GeglNode *node =
          op_case_add_plain (graph, 200 + (guint) threads, 900, 700);
      GeglNode *sink = gegl_node_new_child (
          graph, "operation", "gegl:buffer-sink", "buffer", &buffer, NULL);
      GeglProcessor *processor;
      guint          before = dm_generate_get_n_runs ();

      g_object_set (gegl_config (), "threads", threads, NULL);
      gegl_node_link (add_filters (graph, node), sink);
      processor = gegl_node_new_processor (sink, NULL);
      while (gegl_processor_work (processor, NULL))
        ;
      g_object_unref (processor);

      g_assert_cmpint (gegl_buffer_get_width (buffer), >=, 900);
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
    }
}

/* As GIMP does, for a preview and for OK: chunk by chunk, and all again from
 * another node.
 */
static void
test_chunks (void)
{
  guint before = dm_generate_get_n_runs ();

  for (int threads = 1; threads <= 4; threads += 3)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      g_autoptr (GeglBuffer) buffer = gegl_buffer_new (
          GEGL_RECTANGLE (0, 0, 640, 400), babl_format ("R'G'B'A u8"));
      GeglNode *last =
          add_filters (graph, op_case_add_plain (graph, 220, 640, 400));

      g_object_set (gegl_config (), "threads", threads, NULL);
      for (int y = 0; y < 400; y += 100)
        for (int x = 0; x < 640; x += 128)
          gegl_node_blit_buffer (last, buffer, GEGL_RECTANGLE (x, y, 128, 100),
                                 0, GEGL_ABYSS_NONE);
    }

  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
}

/* A corner of a large picture, of which the filters before it ask for more; on
 * one thread of GEGL's and on four.
 */
static void
test_corner (void)
{
  for (int threads = 1; threads <= 4; threads += 3)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *node =
          op_case_add_plain (graph, 250 + (guint) threads, 2000, 2000);
      GeglNode *blur =
          gegl_node_new_child (graph, "operation", "gegl:gaussian-blur",
                               "std-dev-x", 4.0, "std-dev-y", 4.0, NULL);
      GeglNode *crop =
          gegl_node_new_child (graph, "operation", "gegl:crop", "width", 100.0,
                               "height", 100.0, NULL);
      guint before = dm_generate_get_n_runs ();

      g_object_set (gegl_config (), "threads", threads, NULL);
      gegl_node_link_many (node, blur, crop, NULL);
      g_free (op_case_render (crop, 0, 0, 100, 100));
      g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
    }
}

/* Reduced previews. */
static void
test_mipmap (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add_plain (graph, 300, 800, 800);
  guint     before = dm_generate_get_n_runs ();
  float     pixels[200 * 200 * 4] = { 0 };

  g_object_set (gegl_config (), "mipmap-rendering", TRUE, NULL);
  gegl_node_blit (node, 0.25, GEGL_RECTANGLE (0, 0, 200, 200),
                  babl_format ("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);
  g_object_set (gegl_config (), "mipmap-rendering", FALSE, NULL);

  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
  g_assert_cmpfloat (pixels[(100 * 200 + 100) * 4 + 3], ==, 1.0f);
}

/* Nodes come and go, sizes change, and diffusion:generate asks for the same. */
static void
test_other_nodes (void)
{
  guint before = dm_generate_get_n_runs ();

  for (int size = 8; size <= 64; size += 28)
    {
      g_autoptr (GeglNode) graph = gegl_node_new ();
      GeglNode *any = gegl_node_new_child (
          graph, "operation", "diffusion:generate", "model", "plain", "class",
          "ANT", "seed", 400, "width", size, "height", size, NULL);

      g_free (op_case_render (op_case_add_plain (graph, 400, size, 2 * size), 0,
                              0, size, size));
      g_free (op_case_render (any, 0, 0, size, size));
    }

  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
}

static gpointer
render_plain (gpointer seed)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add_plain (graph, GPOINTER_TO_UINT (seed), 64, 64);

  return op_case_render (node, 0, 0, 64, 64);
}

/* Who asks while the picture is drawn gets that one. */
static void
test_two_at_once (void)
{
  guint    before = dm_generate_get_n_runs ();
  GThread *threads[3];
  float   *pictures[3];

  for (int i = 0; i < 3; i++)
    threads[i] = g_thread_new ("host", render_plain, GUINT_TO_POINTER (500));
  for (int i = 0; i < 3; i++)
    pictures[i] = g_thread_join (threads[i]);

  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 1);
  for (int i = 0; i < 3; i++)
    dm_assert_same (pictures[0], pictures[i], 64 * 64 * 4);
  for (int i = 0; i < 3; i++)
    g_free (pictures[i]);
}

static gint n_loads = 0;

static void
on_debug (const char    *domain,
          GLogLevelFlags level,
          const char    *text,
          gpointer       data)
{
  if (g_str_has_prefix (text, "loads "))
    g_atomic_int_inc (&n_loads);
}

/* A model is loaded once in a process, whoever asks and at the same time; again
 * when its file is another one, and the former is dropped.
 */
static void
test_loaded_once (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  DmConfig config = unet_case_small_config ();
  guint    id =
      g_log_set_handler ("gegl-diffusion", G_LOG_LEVEL_DEBUG, on_debug, NULL);
  GThread *threads[3];

  op_case_save ("plain", &config, "Ant,Big bee,Cat");
  for (guint i = 0; i < 3; i++)
    threads[i] =
        g_thread_new ("host", render_plain, GUINT_TO_POINTER (550 + i));
  for (int i = 0; i < 3; i++)
    g_free (g_thread_join (threads[i]));
  g_free (op_case_render (op_case_add_plain (graph, 560, 8, 8), 0, 0, 8, 8));
  g_assert_cmpint (n_loads, ==, 1);

  op_case_save ("plain", &config, "Cat,Ant,Big bee");
  g_free (op_case_render (op_case_add_plain (graph, 560, 8, 8), 0, 0, 8, 8));
  g_free (op_case_render (op_case_add_plain (graph, 561, 8, 8), 0, 0, 8, 8));
  g_assert_cmpint (n_loads, ==, 2);

  op_case_save ("plain", &config, "Ant,Big bee,Cat");
  g_log_remove_handler ("gegl-diffusion", id);
}

/* From 0 to 1, a call for each step; none for a picture that is there. */
static void
test_progress (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *node = op_case_add_plain (graph, 700, 8, 8);
  Progress  progress = { 0 };

  g_signal_connect_swapped (node, "progress", G_CALLBACK (on_progress),
                            &progress);
  g_free (op_case_render (node, 0, 0, 8, 8));
  g_assert_cmpint (progress.n_calls, ==, 5);
  g_assert_cmpfloat (progress.first, ==, 0.0);
  g_assert_cmpfloat (progress.last, ==, 1.0);

  g_free (op_case_render (node, 0, 0, 8, 8));
  g_assert_cmpint (progress.n_calls, ==, 5);
}

/* A host that paints its windows when it hears of progress, and so asks for the
 * same picture, or another one, while one is drawn: it must not wait for
 * itself.
 */
static void
on_progress_paint (GeglNode *other, double value)
{
  static bool inside = false;

  if (inside)
    return;

  inside = true;
  g_free (op_case_render (other, 0, 0, 8, 8));
  inside = false;
}

static void
test_progress_that_paints (void)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode         *node = op_case_add_plain (graph, 800, 8, 8);
  GeglNode         *same = op_case_add_plain (graph, 800, 8, 8);
  GeglNode         *other = op_case_add_plain (graph, 801, 8, 8);
  guint             before = dm_generate_get_n_runs ();
  g_autofree float *pixels = NULL;

  g_signal_connect_swapped (node, "progress", G_CALLBACK (on_progress_paint),
                            same);
  g_signal_connect_swapped (node, "progress", G_CALLBACK (on_progress_paint),
                            other);
  pixels = op_case_render (node, 0, 0, 8, 8);

  g_assert_cmpfloat (pixels[3], ==, 1.0f);
  g_assert_cmpuint (dm_generate_get_n_runs () - before, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  op_case_init ();

  g_test_add_func ("/op/once/whole", test_whole);
  g_test_add_func ("/op/once/processor", test_processor);
  g_test_add_func ("/op/once/chunks", test_chunks);
  g_test_add_func ("/op/once/corner", test_corner);
  g_test_add_func ("/op/once/mipmap", test_mipmap);
  g_test_add_func ("/op/once/other-nodes", test_other_nodes);
  g_test_add_func ("/op/once/two-at-once", test_two_at_once);
  g_test_add_func ("/op/once/loaded", test_loaded_once);
  g_test_add_func ("/op/once/progress", test_progress);
  g_test_add_func ("/op/once/progress-that-paints", test_progress_that_paints);

  return op_case_finish (g_test_run ());
}
