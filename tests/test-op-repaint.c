/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "op-case.h"

#include "tensor/rng.h"

/* Operations that paint into their input: what they leave alone, what they
 * draw, how often, and in which colours.
 */
enum
{
  WIDTH = 40,
  HEIGHT = 30,
  N = WIDTH * HEIGHT
};

static const GeglRectangle whole = { 0, 0, WIDTH, HEIGHT };
static const GeglRectangle hole = { 12, 8, 9, 11 };
static const int           n_in_hole = 9 * 11 - 3 * 2;

/* A box with an island in it that is none of the hole. */
static bool
is_in_hole (int i)
{
  int x = i % WIDTH - hole.x, y = i / WIDTH - hole.y;

  return x >= 0 && y >= 0 && x < hole.width && y < hole.height &&
         !(x >= 3 && y >= 4 && x < 6 && y < 6);
}

/* A picture of smooth colours, R'G'B'A in [0, 1], whose hole is transparent and
 * of any colour.
 */
static GeglBuffer *
make_input (const Babl *format, float alpha_in_hole, float colour_in_hole)
{
  GeglBuffer *buffer = gegl_buffer_new (&whole, format);
  float       pixels[N][4];

  for (int i = 0; i < N; i++)
    {
      float x = (float) (i % WIDTH) / WIDTH, y = (float) (i / WIDTH) / HEIGHT;

      pixels[i][0] = 0.2f + 0.6f * x;
      pixels[i][1] = 0.8f - 0.5f * y;
      pixels[i][2] = 0.3f + 0.4f * x * y;
      pixels[i][3] = 1.0f;
      if (is_in_hole (i))
        {
          pixels[i][0] = pixels[i][1] = colour_in_hole;
          pixels[i][3] = alpha_in_hole;
        }
    }

  gegl_buffer_set (buffer, &whole, 0, babl_format ("R'G'B'A float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);

  return buffer;
}

/* White in the hole, or of any level. */
static GeglBuffer *
make_mask (float level)
{
  GeglBuffer *buffer = gegl_buffer_new (&whole, babl_format ("Y' float"));
  float       pixels[N];

  for (int i = 0; i < N; i++)
    pixels[i] = is_in_hole (i) ? level : 0.0f;
  gegl_buffer_set (buffer, &whole, 0, babl_format ("Y' float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);

  return buffer;
}

/* GEGL has two calls for it, and deprecates the one that 0.4.42 has. */
static void
connect_aux (GeglNode *node, GeglNode *mask)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  gegl_node_connect_to (mask, "output", node, "aux");
  G_GNUC_END_IGNORE_DEPRECATIONS
}

static GeglNode *
add (GeglNode   *graph,
     const char *operation,
     const char *model,
     GeglBuffer *input,
     GeglBuffer *mask)
{
  GeglNode *source = gegl_node_new_child (
      graph, "operation", "gegl:buffer-source", "buffer", input, NULL);
  GeglNode *node = gegl_node_new_child (graph, "operation", operation, "seed",
                                        7, "resample", 2, NULL);

  if (model != NULL)
    gegl_node_set (node, "model", model, "class", "ant", NULL);
  gegl_node_link (source, node);
  if (mask != NULL)
    connect_aux (node,
                 gegl_node_new_child (graph, "operation", "gegl:buffer-source",
                                      "buffer", mask, NULL));

  return node;
}

/* Returns: (transfer full): all pixels, in the format given */
static guint8 *
get_bytes (GeglNode *node, const Babl *format)
{
  guint8 *bytes =
      g_malloc0 ((gsize) N * (gsize) babl_format_get_bytes_per_pixel (format));

  gegl_node_blit (node, 1.0, &whole, format, bytes, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);

  return bytes;
}

static guint8 *
get_buffer_bytes (GeglBuffer *buffer)
{
  const Babl *format = gegl_buffer_get_format (buffer);
  guint8     *bytes =
      g_malloc ((gsize) N * (gsize) babl_format_get_bytes_per_pixel (format));

  gegl_buffer_get (buffer, &whole, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);

  return bytes;
}

/* --- what is left alone ----------------------------------------------------
 */

/* How many pixels in the hole differ; outside none may. */
static int
count_changes (GeglNode *node, GeglBuffer *input)
{
  const Babl        *format = gegl_buffer_get_format (input);
  gsize              size = (gsize) babl_format_get_bytes_per_pixel (format);
  g_autofree guint8 *before = get_buffer_bytes (input);
  g_autofree guint8 *after = get_bytes (node, format);
  int                n = 0;

  for (int i = 0; i < N; i++)
    {
      bool same = memcmp (before + (gsize) i * size, after + (gsize) i * size,
                          size) == 0;

      if (!is_in_hole (i) && !same)
        g_error ("%s: pixel %d, %d has changed", babl_get_name (format),
                 i % WIDTH, i / WIDTH);
      n += !same;
    }

  return n;
}

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

/* --- once, and the same -----------------------------------------------------
 */

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

typedef struct
{
  int    n_calls;
  double first, last;
} Progress;

static void
on_progress (Progress *progress, double value)
{
  if (progress->n_calls++ == 0)
    progress->first = value;
  progress->last = value;
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

/* --- colour ----------------------------------------------------------------
 */

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

  g_test_add_func ("/op/repaint/unchanged", test_unchanged);
  g_test_add_func ("/op/repaint/unchanged-by-mask", test_unchanged_by_mask);
  g_test_add_func ("/op/repaint/of-model", test_of_model);
  g_test_add_func ("/op/repaint/mask", test_mask);
  g_test_add_func ("/op/repaint/soft", test_soft);
  g_test_add_func ("/op/repaint/strength", test_strength);
  g_test_add_func ("/op/repaint/once", test_once);
  g_test_add_func ("/op/repaint/values", test_values);
  g_test_add_func ("/op/repaint/masks", test_masks);
  g_test_add_func ("/op/repaint/progress", test_progress);
  g_test_add_func ("/op/repaint/faults", test_faults);
  g_test_add_func ("/op/repaint/odd-inputs", test_odd_inputs);
  g_test_add_func ("/op/repaint/colour", test_colour);
  g_test_add_func ("/op/repaint/colour-of-source", test_colour_of_source);

  return op_case_finish (g_test_run ());
}
