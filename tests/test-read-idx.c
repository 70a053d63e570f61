/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "idx-case.h"

/* Pixels, labels, names, counts; the test files are what is held out. */
static void
test_idx (Fixture *self, gconstpointer zipped)
{
  g_autoptr (DmDataset) set = NULL;
  float x0[PIXELS];

  write_idx (self, zipped != NULL, FALSE);
  write_idx (self, zipped != NULL, TRUE);
  set = open_folder (self);

  g_assert_cmpstr (set->format, ==, "idx");
  g_assert_cmpuint (set->side, ==, SIDE);
  g_assert_cmpuint (set->channels, ==, 1);
  g_assert_cmpuint (set->n_classes, ==, 3);
  g_assert_cmpuint (set->n_images, ==, N_TRAIN);
  g_assert_cmpuint (set->n_held_out, ==, N_TEST);
  g_assert_cmpstr (set->class_names[2], ==, "2");
  g_assert_cmpint (set->images_per_class[0], ==, 3);
  g_assert_cmpint (set->images_per_class[2], ==, 2);

  g_assert_cmpint (dm_dataset_get (set, x0, 4), ==, 1);
  for (size_t i = 0; i < PIXELS; i++)
    g_assert_cmpfloat_with_epsilon (
        x0[i], (guint8) ((4 * PIXELS + i) * 37) / 127.5f - 1.0f, 1e-6);
  g_assert_cmpint (dm_dataset_get (set, x0, N_TRAIN + 2), ==, 2);
  g_assert_cmpfloat_with_epsilon (
      x0[0], (guint8) (2 * PIXELS * 37) / 127.5f - 1.0f, 1e-6);
}

/* Every proper prefix of either file is refused, and a byte too many. */
static void
test_idx_cut (Fixture *self, gconstpointer zipped)
{
  for (int which = 0; which < 2; which++)
    {
      const char *name =
          which == 0 ? "train-images-idx3-ubyte" : "train-labels-idx1-ubyte";
      g_autoptr (GByteArray) plain =
          which == 0 ? new_images (N_TRAIN) : new_labels (N_TRAIN);
      g_autoptr (GByteArray) array =
          zipped != NULL ? compress (plain) : g_byte_array_ref (plain);
      g_autofree char *whole =
          g_strconcat (name, zipped != NULL ? ".gz" : "", NULL);

      write_idx (self, zipped != NULL, FALSE);
      for (guint n = 0; n < array->len; n++)
        {
          write_file (self, whole, array->data, n);
          assert_refused (self, name);
        }

      g_byte_array_append (plain, (guint8[]){ 0 }, 1);
      write_array (self, name, plain, zipped != NULL);
      assert_refused (self, name);
    }
}

/* Sizes that would ask for more memory than there is, and a stray magic. */
static void
test_idx_header (Fixture *self, gconstpointer data)
{
  static const struct
  {
    gsize  place;
    guint8 value;
  } faults[] = {
    { 0, 1 }, { 2, 9 }, { 3, 1 }, { 4, 255 }, { 8, 255 }, { 15, 0 }
  };

  (void) data;
  for (size_t i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (GByteArray) images = new_images (N_TRAIN);

      write_idx (self, FALSE, FALSE);
      images->data[faults[i].place] = faults[i].value;
      write_array (self, "train-images-idx3-ubyte", images, FALSE);
      assert_refused (self, "train-images");
    }
}

static void
test_idx_labels (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) images = new_images (N_TRAIN);
  g_autoptr (GByteArray) fewer = new_labels (N_TRAIN - 1);

  (void) data;
  write_array (self, "train-images-idx3-ubyte", images, FALSE);
  assert_refused (self, "labels");
  write_array (self, "train-labels-idx1-ubyte", fewer, FALSE);
  assert_refused (self, "number");
}

/* Names: by option, from a file beside the data, or known for Fashion-MNIST. */
static void
test_names (Fixture *self, gconstpointer data)
{
  char            *given[] = { "a", "b", "c", NULL };
  DmDatasetOptions options = { .class_names = given };
  const char       lines[] = "One\n\n  Two words \r\nThree\n";
  g_autoptr (DmDataset) by_option = NULL, by_file = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  write_idx (self, FALSE, FALSE);
  by_option = open_with (self, &options);
  g_assert_cmpstr (by_option->class_names[1], ==, "b");

  write_file (self, "class-names.txt", lines, sizeof lines - 1);
  by_file = open_folder (self);
  g_assert_cmpstr (by_file->class_names[1], ==, "Two words");

  given[2] = NULL;
  g_assert_null (dm_dataset_open (self->folder, &options, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
}

static void
test_fashion (Fixture *self, gconstpointer data)
{
  g_autofree char *inner =
      g_build_filename (self->folder, "fashion-mnist", NULL);
  Fixture inside = { inner };
  g_autoptr (GByteArray) images = new_images (10);
  g_autoptr (GByteArray) labels = new_labels (10);
  g_autoptr (DmDataset) set = NULL;

  (void) data;
  for (guint i = 0; i < 10; i++)
    labels->data[8 + i] = (guint8) i;
  write_array (&inside, "train-images-idx3-ubyte", images, FALSE);
  write_array (&inside, "train-labels-idx1-ubyte", labels, FALSE);
  set = open_folder (&inside);
  g_assert_cmpstr (set->name, ==, "fashion-mnist");
  g_assert_cmpstr (set->class_names[0], ==, "T-shirt/top");
  g_assert_cmpstr (set->class_names[9], ==, "Ankle boot");
}

#define ADD(name, function, data)                                              \
  g_test_add ("/read-idx/" name, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);

  ADD ("idx", test_idx, NULL);
  ADD ("gz", test_idx, "gz");
  ADD ("cut", test_idx_cut, NULL);
  ADD ("gz-cut", test_idx_cut, "gz");
  ADD ("header", test_idx_header, NULL);
  ADD ("labels", test_idx_labels, NULL);
  ADD ("names", test_names, NULL);
  ADD ("fashion", test_fashion, NULL);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
