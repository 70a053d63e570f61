/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "image/image.h"
#include "image/orientation.h"
#include "keep-modules.h"
#include "model-case.h"
#include "tensor/error.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#define WIDTH 7
#define HEIGHT 5

/* Half a step of 8 bits in [-1, 1], and babl's rounding. */
#define BYTE_TOLERANCE (1.0 / 255 + 1e-4)

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->folder = g_dir_make_tmp ("dm-image-XXXXXX", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_test_remove (self->folder);
  g_free (self->folder);
}

static char *
path_of (const Fixture *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

/* Writes pixels, [0, 1], in a babl format by any of GEGL's operations. */
static void
write_with (const char *operation,
            const char *path,
            const char *format,
            const void *pixels,
            int         bitdepth)
{
  GeglRectangle box = { 0, 0, WIDTH, HEIGHT };
  g_autoptr (GeglBuffer) buffer = gegl_buffer_new (&box, babl_format (format));
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (
      graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode *sink =
      gegl_node_new_child (graph, "operation", operation, "path", path, NULL);

  gegl_buffer_set (buffer, &box, 0, babl_format (format), pixels,
                   GEGL_AUTO_ROWSTRIDE);
  if (bitdepth > 0)
    gegl_node_set (sink, "bitdepth", bitdepth, NULL);
  gegl_node_link (source, sink);
  gegl_node_process (sink);
}

static float *
load (const char *path, size_t channels)
{
  g_autoptr (GError) error = NULL;
  size_t width, height;
  float *pixels = dm_image_load (path, channels, &width, &height, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (width, ==, WIDTH);
  g_assert_cmpuint (height, ==, HEIGHT);

  return pixels;
}

/* GEGL 0.4.42 keeps the buffer of every JPEG that it reads: 1 KiB each, which
 * is not looked for.
 */
static float *
load_jpeg (const char *path)
{
  float *pixels;

#ifdef __SANITIZE_ADDRESS__
  __lsan_disable ();
#endif
  pixels = load (path, 3);
#ifdef __SANITIZE_ADDRESS__
  __lsan_enable ();
#endif

  return pixels;
}

static void
fill_unit (float *x, size_t n)
{
  dm_test_random (x, n, 3);
  for (size_t i = 0; i < n; i++)
    x[i] = CLAMP (0.5f + 0.3f * x[i], 0.0f, 1.0f);
}

/* A saved picture is loaded as it was, to 8 bits; nothing else is left. */
static void
test_round_trip (Fixture *self, gconstpointer data)
{
  static const size_t all_channels[] = { 1, 3 };
  g_autofree char    *path = path_of (self, "a.png");
  g_autofree char    *aside = path_of (self, "a.png.part");

  (void) data;
  for (size_t i = 0; i < G_N_ELEMENTS (all_channels); i++)
    {
      size_t channels = all_channels[i], n = WIDTH * HEIGHT * channels;
      g_autofree float *pixels = g_new (float, n);
      g_autofree float *found = NULL;
      g_autoptr (GError) error = NULL;

      dm_test_random (pixels, n, 1);
      dm_image_save_png (path, pixels, WIDTH, HEIGHT, channels, &error);
      g_assert_no_error (error);
      found = load (path, channels);

      for (size_t k = 0; k < n; k++)
        pixels[k] = CLAMP (pixels[k], -1.0f, 1.0f);
      dm_assert_near (found, pixels, n, BYTE_TOLERANCE);
      g_assert_false (g_file_test (aside, G_FILE_TEST_EXISTS));
    }
}

/* Gray becomes three equal channels, 16 bits are read to the last. */
static void
test_converted (Fixture *self, gconstpointer data)
{
  g_autofree char  *gray = path_of (self, "gray.png");
  g_autofree char  *deep = path_of (self, "deep.png");
  float             y[WIDTH * HEIGHT], rgb[3 * WIDTH * HEIGHT];
  g_autofree float *from_gray = NULL, *from_deep = NULL;

  (void) data;
  fill_unit (y, G_N_ELEMENTS (y));
  fill_unit (rgb, G_N_ELEMENTS (rgb));
  write_with ("gegl:png-save", gray, "Y' float", y, 8);
  write_with ("gegl:png-save", deep, "R'G'B' float", rgb, 16);
  from_gray = load (gray, 3);
  from_deep = load (deep, 3);

  for (size_t i = 0; i < G_N_ELEMENTS (rgb); i++)
    {
      g_assert_cmpfloat_with_epsilon (from_gray[i], 2.0f * y[i / 3] - 1.0f,
                                      BYTE_TOLERANCE);
      g_assert_cmpfloat_with_epsilon (from_deep[i], 2.0f * rgb[i] - 1.0f, 1e-4);
    }
}

/* What is transparent lies over white, or over the colour asked for. */
static void
test_transparent (Fixture *self, gconstpointer data)
{
  g_autofree char  *path = path_of (self, "alpha.png");
  float             rgba[4 * WIDTH * HEIGHT];
  const float       blue[3] = { 0.0f, 0.2f, 1.0f };
  g_autofree float *found = NULL, *over_blue = NULL;
  size_t            width, height;

  (void) data;
  for (size_t i = 0; i < WIDTH * HEIGHT; i++)
    {
      rgba[4 * i] = rgba[4 * i + 1] = rgba[4 * i + 2] = 0.2f;
      rgba[4 * i + 3] = (float) (i % 3) * 0.5f;
    }
  write_with ("gegl:png-save", path, "R'G'B'A float", rgba, 8);
  found = load (path, 3);
  over_blue = dm_image_load_over (path, 3, blue, &width, &height, NULL);

  for (size_t i = 0; i < 3 * WIDTH * HEIGHT; i++)
    {
      float alpha = (float) (i / 3 % 3) * 0.5f;
      float over = 0.2f * alpha + 1.0f - alpha;
      float coloured = 0.2f * alpha + (1.0f - alpha) * blue[i % 3];

      g_assert_cmpfloat_with_epsilon (found[i], 2.0f * over - 1.0f,
                                      2.0 * BYTE_TOLERANCE);
      g_assert_cmpfloat_with_epsilon (over_blue[i], 2.0f * coloured - 1.0f,
                                      2.0 * BYTE_TOLERANCE);
    }
}

/* Without the flushes of g_file_set_contents(), which take their time;
 * GLib 2.74 then leaves the end of a longer file.
 */
static void
write_file (const char *path, const char *data, gsize n)
{
  g_unlink (path);
  g_assert_true (g_file_set_contents_full (
      path, data, (gssize) n, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static void
assert_refused (const char *path)
{
  g_autoptr (GError) error = NULL;
  size_t width, height;

  g_assert_null (dm_image_load (path, 3, &width, &height, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, path));
}

/* Every proper prefix of a picture is refused: GEGL's own JPEG reader would end
 * this process.
 */
static void
test_cut (Fixture *self, gconstpointer operation)
{
  gboolean          jpeg = strcmp (operation, "gegl:jpg-save") == 0;
  g_autofree char  *whole = path_of (self, jpeg ? "whole.jpg" : "whole.png");
  g_autofree char  *cut = path_of (self, jpeg ? "cut.jpg" : "cut.png");
  g_autofree char  *bytes = NULL;
  g_autofree float *found = NULL;
  float             rgb[3 * WIDTH * HEIGHT];
  gsize             n;

  fill_unit (rgb, G_N_ELEMENTS (rgb));
  write_with (operation, whole, "R'G'B' float", rgb, 0);
  found = jpeg ? load_jpeg (whole) : load (whole, 3);
  g_assert_true (g_file_get_contents (whole, &bytes, &n, NULL));

  for (gsize i = 0; i < n; i += i < n - 8 ? 7 : 1)
    {
      write_file (cut, bytes, i);
      assert_refused (cut);
    }
}

/* A damaged PNG is refused; so is what only its name calls a picture. */
static void
test_refused (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "text.png", "text.jpg",  "text.tif",
                                       "text.gif", "text.webp", "text.txt",
                                       "text",     "text.mp4" };
  g_autofree char         *missing = path_of (self, "missing.png");
  g_autofree char         *path = path_of (self, "flipped.png");
  g_autofree char         *bytes = NULL;
  float                    rgb[3 * WIDTH * HEIGHT];
  gsize                    n;

  (void) data;
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *text = path_of (self, names[i]);

      write_file (text, "not a picture\n", 14);
      assert_refused (text);
    }
  assert_refused (missing);
  assert_refused (self->folder);

  fill_unit (rgb, G_N_ELEMENTS (rgb));
  write_with ("gegl:png-save", path, "R'G'B' float", rgb, 8);
  g_assert_true (g_file_get_contents (path, &bytes, &n, NULL));
  for (gsize i = 8; i < n; i += 5)
    {
      bytes[i] ^= 0x10;
      write_file (path, bytes, n);
      assert_refused (path);
      bytes[i] ^= 0x10;
    }
}

/* A picture's first bytes say what it is, not its name. */
static void
test_name (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "a.jpg", "a", "a.txt", "a.tif" };
  float                    pixels[WIDTH * HEIGHT];

  (void) data;
  dm_test_random (pixels, WIDTH * HEIGHT, 1);
  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char  *path = path_of (self, names[i]);
      g_autofree float *found = NULL;

      g_assert_true (dm_image_save_png (path, pixels, WIDTH, HEIGHT, 1, NULL));
      found = load (path, 1);
    }
}

/* A picture whose EXIF data say that the camera was turned is loaded upright,
 * once: GEGL's loader does not turn it.
 */
static void
test_upright (Fixture *self, gconstpointer data)
{
  static const char exif[] = "\xff\xe1\0\42Exif\0\0II*\0\10\0\0\0\1\0"
                             "\22\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0";
  g_autofree char  *path = path_of (self, "turned.jpg"), *file = NULL;
  g_autofree float *plain = NULL, *turned = NULL, *found = NULL;
  g_autoptr (GString) whole = NULL;
  float  rgb[3 * WIDTH * HEIGHT];
  size_t width = WIDTH, height = HEIGHT, w, h;
  gsize  n;

  (void) data;
  fill_unit (rgb, G_N_ELEMENTS (rgb));
  write_with ("gegl:jpg-save", path, "R'G'B' float", rgb, 0);
  plain = load_jpeg (path);
  turned = dm_orientation_turn (plain, &width, &height, 3, 6);

  g_assert_true (g_file_get_contents (path, &file, &n, NULL));
  whole = g_string_new_len (file, (gssize) n);
  g_string_insert_len (whole, 2, exif, 2 + 34);
  write_file (path, whole->str, whole->len);

#ifdef __SANITIZE_ADDRESS__
  __lsan_disable ();
#endif
  found = dm_image_load (path, 3, &w, &h, NULL);
#ifdef __SANITIZE_ADDRESS__
  __lsan_enable ();
#endif
  g_assert_cmpuint (w, ==, HEIGHT);
  g_assert_cmpuint (h, ==, WIDTH);
  dm_assert_same (found, turned, G_N_ELEMENTS (rgb));
}

/* What cannot be written is told, and the former file is as it was. */
static void
test_unwritable (Fixture *self, gconstpointer data)
{
  g_autofree char  *nowhere = path_of (self, "nowhere/a.png");
  g_autofree char  *occupied = path_of (self, "occupied.png");
  const char *const paths[] = { nowhere, occupied };
  float             pixels[WIDTH * HEIGHT] = { 0 };

  (void) data;
  g_assert_cmpint (g_mkdir_with_parents (occupied, 0700), ==, 0);
  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (
          dm_image_save_png (paths[i], pixels, WIDTH, HEIGHT, 1, &error));
      g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
      g_assert_nonnull (strstr (error->message, paths[i]));
    }
  g_assert_true (g_file_test (occupied, G_FILE_TEST_IS_DIR));
}

#define ADD(name, function, data)                                              \
  g_test_add ("/image/" name, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  /* GEGL's loaders warn of damaged files, as they should */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  gegl_init (NULL, NULL);

  ADD ("round-trip", test_round_trip, NULL);
  ADD ("converted", test_converted, NULL);
  ADD ("transparent", test_transparent, NULL);
  ADD ("cut-png", test_cut, "gegl:png-save");
  ADD ("cut-jpeg", test_cut, "gegl:jpg-save");
  ADD ("refused", test_refused, NULL);
  ADD ("name", test_name, NULL);
  ADD ("upright", test_upright, NULL);
  ADD ("unwritable", test_unwritable, NULL);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
