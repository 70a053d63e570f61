/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate-case.h"

/* --- the canvas ------------------------------------------------------------
 */

/* An odd size is the upper left part of the next whole one. */
static void
test_crop (void)
{
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmPicture pictures[2] = { { 0, 1.0, 1, 0, 0.0 }, { 1, 0.0, 2, 0, 0.0 } };
  g_autofree float *whole = NULL, *part = NULL;
  DmSettings        settings;

  dm_settings_init (&settings, model);
  settings.width = 14;
  settings.height = 20;
  whole = draw (model, &settings, pictures, 2, NULL);
  settings.width = 13;
  settings.height = 19;
  part = draw (model, &settings, pictures, 2, NULL);

  for (size_t i = 0; i < 2; i++)
    for (size_t y = 0; y < 19; y++)
      dm_assert_same (part + (i * 19 + y) * 13 * 3,
                      whole + (i * 20 + y) * 14 * 3, 13 * 3);
}

/* Each axis that wraps makes a picture of its own, in no whole strides. */
static void
test_wrap (void)
{
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmPicture  picture = { .seed = 1 };
  float     *pixels[4];
  DmSettings settings;

  dm_settings_init (&settings, model);
  settings.width = 13;
  settings.height = 11;
  for (int wrap = 0; wrap < 4; wrap++)
    {
      settings.wrap = wrap;
      pixels[wrap] = draw (model, &settings, &picture, 1, NULL);
      for (int other = 0; other < wrap; other++)
        g_assert_cmpint (memcmp (pixels[wrap], pixels[other],
                                 count_floats (&settings) * sizeof (float)),
                         !=, 0);
    }

  for (int wrap = 0; wrap < 4; wrap++)
    g_free (pixels[wrap]);
}

/* Mean difference of pixels to their left neighbours, in column @x of some
 * pictures; column 0 has the last one to its left.
 */
static double
get_jump (const float *pixels, size_t n, size_t h, size_t w, size_t c, size_t x)
{
  double sum = 0.0;

  for (size_t row = 0; row < n * h; row++)
    for (size_t k = 0; k < c; k++)
      sum += fabsf (pixels[(row * w + x) * c + k] -
                    pixels[(row * w + (x + w - 1) % w) * c + k]);

  return sum / (double) (n * h * c);
}

/* @pixels [n, h, w, c] turned: [n, w, h, c] */
static float *
turn (const float *pixels, size_t n, size_t h, size_t w, size_t c)
{
  float *out = g_new (float, n *h *w *c);

  for (size_t i = 0; i < n * h * w; i++)
    memcpy (out + ((i / (h * w) * w + i % w) * h + i / w % h) * c,
            pixels + i * c, c * sizeof *out);

  return out;
}

/* The jump in one column against the mean of all but the first. */
static double
get_seam (const float *pixels, size_t n, size_t h, size_t w, size_t c, size_t x)
{
  double inside = 0.0;

  for (size_t i = 1; i < w; i++)
    inside += get_jump (pixels, n, h, w, c, i) / (double) (w - 1);

  return get_jump (pixels, n, h, w, c, x) / inside;
}

/* The bundled model, which draws smooth pictures. */
static DmModel *
load_fashion (void)
{
  g_autofree char *path = g_test_build_filename (
      G_TEST_DIST, "..", "data", "models", "fashion.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DmModel *model = dm_model_load (path, &error);

  g_assert_no_error (error);

  return model;
}

/* @n pictures of each of @n_classes classes, in few steps. */
static float *
draw_classes (const DmModel *model, DmSettings settings, int n_classes, int n)
{
  g_autofree DmPicture *pictures = g_new0 (DmPicture, n_classes * n);

  settings.n_steps = 2;
  for (int i = 0; i < n_classes * n; i++)
    pictures[i] = (DmPicture){ i / n, 1.0, 3, (guint64) (i % n), 0.0 };

  return draw (model, &settings, pictures, (size_t) (n_classes * n), NULL);
}

/* How much larger than elsewhere the jumps between the first and the last
 * columns, and rows, of each class are: opposite edges that wrap fit each other
 * as well as what lies inside.
 *
 * Returns: the largest of those that do not wrap
 */
static double
check_seams (const DmModel *model,
             int            n_classes,
             size_t         n,
             size_t         w,
             size_t         h,
             DmWrap         wrap)
{
  size_t            c = dm_model_get_config (model)->channels;
  size_t            class_floats = n * w * h * c;
  DmSettings        settings;
  double            open = 0.0;
  g_autofree float *pixels = NULL, *turned = NULL;

  dm_settings_init (&settings, model);
  settings.width = w;
  settings.height = h;
  settings.wrap = wrap;
  pixels = draw_classes (model, settings, n_classes, (int) n);
  turned = turn (pixels, (size_t) n_classes * n, h, w, c);

  for (size_t i = 0; i < (size_t) n_classes; i++)
    {
      double x = get_seam (pixels + i * class_floats, n, h, w, c, 0);
      double y = get_seam (turned + i * class_floats, n, w, h, c, 0);

      g_test_message ("%zu x %zu, wrap %d, class %zu: %.3f %.3f", w, h,
                      (int) wrap, i, x, y);
      if (wrap & DM_WRAP_X)
        g_assert_cmpfloat (x, <, 1.1);
      else
        open = MAX (open, x);
      if (wrap & DM_WRAP_Y)
        g_assert_cmpfloat (y, <, 1.1);
      else
        open = MAX (open, y);
    }

  return open;
}

/* Sides that are multiples of the stride, where the network wraps, and others,
 * where windows go round. What a network draws that does not wrap is seen not
 * to, or this would see nothing.
 */
static void
test_seamless (void)
{
  DmConfig config = canvas_config ();
  g_autoptr (DmModel) rough = make_model (config, NULL, 0);
  g_autoptr (DmModel) plain = NULL;

  for (int wrap = 1; wrap < 4; wrap++)
    {
      check_seams (rough, 3, 16, 32, 48, wrap);
      check_seams (rough, 3, 16, 33, 47, wrap);
    }
  config.circular = false;
  plain = make_model (config, NULL, 0);
  g_assert_cmpfloat (check_seams (plain, 3, 16, 32, 48, 0), >, 1.1);
}

/* No joint of windows is to be seen: columns there are no other than elsewhere.
 */
static void
test_joints (void)
{
  const size_t w = 196, h = 28, ramp = 14, n = 4;
  g_autoptr (DmModel) model = load_fashion ();
  g_autofree float *pixels = NULL;
  double            near = 0.0, largest = 0.0;
  DmSettings        settings;

  dm_settings_init (&settings, model);
  settings.width = w;
  settings.height = h;
  settings.window_pixels = 124 * h;
  pixels = draw_classes (model, settings, 1, (int) n);

  for (size_t x = w / 2 - ramp; x < w / 2 + ramp; x++)
    {
      double seam = get_seam (pixels, n, h, w, 1, x);

      near += seam / (2.0 * (double) ramp);
      largest = MAX (largest, seam);
    }
  g_test_message ("%.3f, at most %.3f", near, largest);
  g_assert_cmpfloat (near, <, 1.1);
  g_assert_cmpfloat (largest, <, 2.0);
}

/* --- scale -----------------------------------------------------------------
 */

/* A network that is told the scale draws by it; beyond its range the nearer end
 * counts, and pictures drawn together keep their own.
 */
static void
test_scale (void)
{
  DmConfig config = sized_config ();
  g_autoptr (DmModel) model = NULL;
  DmSettings        settings;
  DmPicture         pictures[5];
  g_autofree float *pixels = NULL;
  const double      scales[5] = { 0.0, 0.25, 1.0, 0.01, 7.0 };
  size_t            n;

  config.scale_min = 0.25;
  config.scale_max = 1.0;
  model = make_model (config, NULL, 3);
  dm_settings_init (&settings, model);
  n = count_floats (&settings);
  for (size_t i = 0; i < 5; i++)
    pictures[i] = (DmPicture){ .class_id = 1,
                               .guidance = i == 0 ? 0.0 : 1.0,
                               .seed = 3,
                               .scale = scales[i] };

  pixels = draw (model, &settings, pictures, 5, NULL);
  g_assert_true (memcmp (pixels, pixels + n, n * sizeof *pixels) != 0);
  g_assert_true (memcmp (pixels + n, pixels + 2 * n, n * sizeof *pixels) != 0);
  dm_assert_same (pixels + 3 * n, pixels + n, n);
  dm_assert_same (pixels + 4 * n, pixels + 2 * n, n);
  for (size_t i = 0; i < 5; i++)
    {
      g_autofree float *alone = draw (model, &settings, &pictures[i], 1, NULL);

      dm_assert_same (alone, pixels + i * n, n);
    }
}

int
main (int argc, char **argv)
{
  generate_case_init (&argc, &argv);

  g_test_add_func ("/generate-canvas/seamless", test_seamless);
  g_test_add_func ("/generate-canvas/joints", test_joints);
  g_test_add_func ("/generate-canvas/crop", test_crop);
  g_test_add_func ("/generate-canvas/wrap", test_wrap);
  g_test_add_func ("/generate-canvas/scale", test_scale);

  return generate_case_run ();
}
