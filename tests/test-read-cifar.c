/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "dataset-case.h"

#define CIFAR_RECORD (1 + 3 * 32 * 32)

static void
write_batch (const Fixture *self, const char *name, guint8 first, gsize n)
{
  g_autofree guint8 *data = g_malloc0 (n * CIFAR_RECORD);

  for (gsize i = 0; i < n; i++)
    {
      guint8 *record = data + i * CIFAR_RECORD;

      record[0] = (guint8) ((first + i) % 10);
      for (gsize k = 0; k < 3 * 1024; k++)
        record[1 + k] = (guint8) (first + i + k / 1024 * 80);
    }
  write_file (self, name, data, n * CIFAR_RECORD);
}

/* Batches in the order of their names, planes to pixels, the test batch held
 * out; a record cut short or of an eleventh class is refused.
 */
static void
test_cifar (Fixture *self, gconstpointer data)
{
  g_autofree guint8 *bad = g_malloc0 (CIFAR_RECORD);
  g_autoptr (DmDataset) set = NULL;

  (void) data;
  write_batch (self, "data_batch_2.bin", 4, 2);
  write_batch (self, "data_batch_1.bin", 0, 4);
  write_batch (self, "test_batch.bin", 6, 3);
  set = open_folder (self);

  g_assert_cmpuint (set->side, ==, 32);
  g_assert_cmpuint (set->channels, ==, 3);
  g_assert_cmpuint (set->n_classes, ==, 10);
  g_assert_cmpuint (set->n_images, ==, 6);
  g_assert_cmpuint (set->n_held_out, ==, 3);
  g_assert_cmpstr (set->class_names[9], ==, "truck");
  for (int i = 0; i < 9; i++)
    {
      const guint8 *pixels = set->pixels + i * 3 * 1024;

      g_assert_cmpint (set->class_id[i], ==, i);
      g_assert_cmpint (pixels[3 * 500], ==, i);
      g_assert_cmpint (pixels[3 * 500 + 1], ==, i + 80);
      g_assert_cmpint (pixels[3 * 500 + 2], ==, i + 160);
    }

  write_file (self, "data_batch_3.bin", bad, CIFAR_RECORD - 1);
  assert_refused (self, "data_batch_3.bin");
  bad[0] = 10;
  write_file (self, "data_batch_3.bin", bad, CIFAR_RECORD);
  assert_refused (self, "data_batch_3.bin");
}

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);

  g_test_add ("/read-cifar/cifar", Fixture, NULL, set_up, test_cifar,
              tear_down);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
