/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "dataset-case.h"
#include "image/image.h"

static void
write_picture (const Fixture *self,
               const char    *name,
               size_t         side,
               size_t         channels,
               const float    value[3])
{
  g_autofree char  *path = g_build_filename (self->folder, name, NULL);
  g_autofree char  *parent = g_path_get_dirname (path);
  g_autofree float *pixels = g_new (float, side *side *channels);

  for (size_t i = 0; i < side * side * channels; i++)
    pixels[i] = value[i % channels];

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (dm_image_save_png (path, pixels, side, side, channels, NULL));
}

/* Sorted names are the labels; what cannot be read is named and left out; the
 * pictures take one size, and colour if one of them has any.
 */
static void
test_folders (Fixture *self, gconstpointer data)
{
  static const float red[] = { 1, -1, -1 }, gray[] = { 0.2f, 0.2f, 0.2f };
  g_autoptr (DmDataset) set = NULL;

  (void) data;
  write_picture (self, "b/1.png", 24, 3, red);
  write_picture (self, "b/2.png", 40, 1, gray);
  write_picture (self, "a/1.png", 30, 3, gray);
  write_picture (self, ".hidden/1.png", 24, 3, red);
  write_file (self, "a/notes.txt", "hello", 5);
  write_file (self, "a/empty.png", "", 0);
  write_file (self, "LICENSE", "free", 4);
  write_file (self, "aa/notes.txt", "hello", 5);
  set = open_folder (self);

  g_assert_cmpuint (set->n_classes, ==, 2);
  g_assert_cmpstr (set->class_names[0], ==, "a");
  g_assert_cmpstr (set->class_names[1], ==, "b");
  g_assert_cmpuint (set->n_images, ==, 3);
  g_assert_cmpuint (set->side, ==, 24);
  g_assert_cmpuint (set->channels, ==, 3);
  g_assert_cmpuint (set->skipped->len, ==, 3);
  g_assert_nonnull (strstr (set->skipped->pdata[0], "empty.png"));
  g_assert_nonnull (strstr (set->skipped->pdata[1], "notes.txt"));
  g_assert_cmpuint (set->empty->len, ==, 1);
  g_assert_cmpstr (set->empty->pdata[0], ==, "aa");

  g_assert_cmpint (set->class_id[0], ==, 0);
  g_assert_cmpint (set->class_id[2], ==, 1);
  g_assert_cmpint (set->pixels[24 * 24 * 3], ==, 255);
  g_assert_cmpint (set->pixels[24 * 24 * 3 + 1], ==, 0);
  g_assert_cmpint (set->pixels[0], ==, 153);
}

/* Large pictures wait in a smaller size, and end up as averages all the same:
 * here of stripes, which every side divides.
 */
static void
test_large (Fixture *self, gconstpointer data)
{
  g_autofree float *pixels = g_new (float, 384 * 384);
  g_autoptr (DmDataset) set = NULL;
  char *paths[2];

  (void) data;
  for (size_t i = 0; i < 384 * 384; i++)
    pixels[i] = i % 384 % 6 < 3 ? -1.0f : (float) (i / 384) / 192 - 1.0f;

  for (int i = 0; i < 2; i++)
    {
      g_autofree char *folder =
          g_build_filename (self->folder, i == 0 ? "a" : "b", NULL);

      g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
      paths[i] = g_build_filename (folder, "large.png", NULL);
      g_assert_true (dm_image_save_png (paths[i], pixels, 384, 384, 1, NULL));
    }
  set = open_folder (self);
  g_assert_cmpuint (set->side, ==, 64);
  for (size_t i = 0; i < 64 * 64; i++)
    {
      double row = ((double) (i / 64) * 6 + 2.5) / 384 * 255;

      g_assert_cmpfloat_with_epsilon (set->pixels[i], row / 2, 1.5);
    }
  g_free (paths[0]);
  g_free (paths[1]);
}

/* Gray data stay gray, and a size is what the option says. */
static void
test_gray (Fixture *self, gconstpointer data)
{
  static const float dark[3] = { -0.6f }, light[3] = { 0.6f };
  DmDatasetOptions   options = { .side = 12 };
  g_autoptr (DmDataset) set = NULL;

  (void) data;
  write_picture (self, "a/1.png", 24, 1, dark);
  write_picture (self, "b/1.png", 24, 1, light);
  set = open_with (self, &options);
  g_assert_cmpuint (set->channels, ==, 1);
  g_assert_cmpuint (set->side, ==, 12);
  g_assert_cmpint (set->pixels[143], ==, 51);
  g_assert_cmpint (set->pixels[144], ==, 204);
}

static void
test_unusable (Fixture *self, gconstpointer data)
{
  static const float gray[3] = { 0 };
  g_autofree char   *missing = g_build_filename (self->folder, "no", NULL);

  (void) data;
  assert_refused (self, self->folder);
  assert_refused (&(Fixture){ missing }, missing);
  write_file (self, "a/notes.txt", "hello", 5);
  assert_refused (self, "notes.txt");
  write_picture (self, "a/1.png", 24, 1, gray);
  assert_refused (self, "one class");
  write_file (self, "b/notes.txt", "hello", 5);
  assert_refused (self, "one class");
}

#define ADD(name, function, data)                                              \
  g_test_add ("/folders/" name, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);

  ADD ("folders", test_folders, NULL);
  ADD ("large", test_large, NULL);
  ADD ("gray", test_gray, NULL);
  ADD ("unusable", test_unusable, NULL);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
