/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "idx-case.h"

/* Each epoch has every picture once, in an order of its own. */
static void
test_order (Fixture *self, gconstpointer data)
{
  static const size_t lengths[] = { 1, 2, 3, 4, 5, 17, 64, 1000, 60000 };

  (void) self;
  (void) data;
  for (size_t l = 0; l < G_N_ELEMENTS (lengths); l++)
    {
      size_t n = lengths[l], n_same = 0;

      for (uint64_t epoch = 0; epoch < 3; epoch++)
        {
          g_autofree guint8 *seen = g_new0 (guint8, n);

          for (uint64_t k = 0; k < n; k++)
            {
              size_t i = dm_dataset_order (n, 1, epoch * n + k);

              g_assert_cmpuint (i, <, n);
              g_assert_cmpint (seen[i]++, ==, 0);
              n_same += i == dm_dataset_order (n, 1, (epoch + 1) * n + k);
              n_same += i == dm_dataset_order (n, 2, epoch * n + k);
              n_same += i == k;
            }
        }
      /* 9 places of an epoch agree by chance; 40 would be a pattern */
      if (n >= 64)
        g_assert_cmpuint (n_same, <, 40);
    }
}

/* Mirrored pictures are half of them, chosen by (seed, k) alone, and mirroring
 * is exactly that.
 */
static void
test_mirror (Fixture *self, gconstpointer data)
{
  g_autoptr (DmDataset) set = NULL;
  float plain[PIXELS], drawn[PIXELS], scale;
  int   n_mirrored = 0;

  (void) data;
  write_idx (self, FALSE, FALSE);
  set = open_folder (self);

  for (uint64_t k = 0; k < 1000; k++)
    {
      int      class_id;
      gboolean same;

      set->augment.mirror = FALSE;
      class_id = dm_dataset_draw (set, plain, &scale, 5, k);
      set->augment.mirror = TRUE;
      g_assert_cmpint (dm_dataset_draw (set, drawn, &scale, 5, k), ==,
                       class_id);
      same = memcmp (plain, drawn, sizeof plain) == 0;
      n_mirrored += !same;
      for (size_t i = 0; i < PIXELS && !same; i++)
        g_assert_cmpfloat (drawn[i], ==,
                           plain[i / SIDE * SIDE + SIDE - 1 - i % SIDE]);
    }
  g_assert_cmpint (ABS (n_mirrored - 500), <, 80);
}

/* Of data that hold nothing out, one in twenty is, always the same; the digest
 * tells any change.
 */
static void
test_held_out (Fixture *self, gconstpointer data)
{
  g_autoptr (GByteArray) images = new_images (400);
  g_autoptr (GByteArray) labels = new_labels (400);
  g_autoptr (DmDataset) a = NULL, b = NULL, c = NULL;
  g_autofree char *digest_a = NULL, *digest_b = NULL, *digest_c = NULL;
  gint64           sum = 0;

  (void) data;
  write_array (self, "train-images-idx3-ubyte", images, FALSE);
  write_array (self, "train-labels-idx1-ubyte", labels, FALSE);
  a = open_folder (self);
  b = open_folder (self);
  g_assert_cmpuint (a->n_images, ==, 380);
  g_assert_cmpuint (a->n_held_out, ==, 20);
  g_assert_cmpmem (a->pixels, 400 * PIXELS, b->pixels, 400 * PIXELS);
  for (size_t i = 0; i < a->n_classes; i++)
    sum += a->images_per_class[i];
  g_assert_cmpint (sum, ==, 380);

  images->data[16 + 200 * PIXELS] ^= 1;
  write_array (self, "train-images-idx3-ubyte", images, FALSE);
  c = open_folder (self);
  digest_a = dm_dataset_digest (a);
  digest_b = dm_dataset_digest (b);
  digest_c = dm_dataset_digest (c);
  g_assert_cmpstr (digest_a, ==, digest_b);
  g_assert_cmpstr (digest_a, !=, digest_c);
}

#define ADD(name, function, data)                                              \
  g_test_add ("/dataset/" name, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);

  ADD ("order", test_order, NULL);
  ADD ("mirror", test_mirror, NULL);
  ADD ("held-out", test_held_out, NULL);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
