/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "dataset-case.h"

#define SIDE 5
#define PIXELS (SIDE * SIDE)
#define N_TRAIN 7
#define N_TEST 3

#define CIFAR_RECORD (1 + 3 * 32 * 32)

/* --- idx ------------------------------------------------------------------ */

static GByteArray *
new_idx (guint32 n_dims, guint32 n)
{
  GByteArray *idx = g_byte_array_new ();
  guint32     header[] = { GUINT32_TO_BE (0x800 | n_dims), GUINT32_TO_BE (n),
                           GUINT32_TO_BE (SIDE), GUINT32_TO_BE (SIDE) };

  g_byte_array_append (idx, (guint8 *) header, 4 * (1 + n_dims));

  return idx;
}

static GByteArray *
new_images (guint32 n)
{
  GByteArray *idx = new_idx (3, n);

  for (guint32 i = 0; i < n * PIXELS; i++)
    g_byte_array_append (idx, (guint8[]){ (guint8) (i * 37) }, 1);

  return idx;
}

static GByteArray *
new_labels (guint32 n)
{
  GByteArray *idx = new_idx (1, n);

  for (guint32 i = 0; i < n; i++)
    g_byte_array_append (idx, (guint8[]){ (guint8) (i % 3) }, 1);

  return idx;
}

static GByteArray *
compress (const GByteArray *plain)
{
  g_autoptr (GZlibCompressor) gzip =
      g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, -1);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream =
      g_converter_output_stream_new (memory, G_CONVERTER (gzip));
  g_autoptr (GBytes) bytes = NULL;
  GByteArray *out = g_byte_array_new ();

  g_assert_true (g_output_stream_write_all (stream, plain->data, plain->len,
                                            NULL, NULL, NULL));
  g_assert_true (g_output_stream_close (stream, NULL, NULL));
  bytes =
      g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
  g_byte_array_append (out, g_bytes_get_data (bytes, NULL),
                       (guint) g_bytes_get_size (bytes));

  return out;
}

static void
write_array (const Fixture    *self,
             const char       *stem,
             const GByteArray *plain,
             gboolean          zipped)
{
  g_autofree char *name = g_strconcat (stem, zipped ? ".gz" : "", NULL);
  g_autoptr (GByteArray) packed = zipped ? compress (plain) : NULL;
  const GByteArray *array = zipped ? packed : plain;

  write_file (self, name, array->data, array->len);
}

static void
write_idx (const Fixture *self, gboolean zipped, gboolean test)
{
  g_autoptr (GByteArray) images = new_images (test ? N_TEST : N_TRAIN);
  g_autoptr (GByteArray) labels = new_labels (test ? N_TEST : N_TRAIN);

  write_array (self,
               test ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte",
               images, zipped);
  write_array (self,
               test ? "t10k-labels-idx1-ubyte" : "train-labels-idx1-ubyte",
               labels, zipped);
}

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

/* --- CIFAR-10 ------------------------------------------------------------- */

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

/* --- order ---------------------------------------------------------------- */

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

  ADD ("idx", test_idx, NULL);
  ADD ("idx-gz", test_idx, "gz");
  ADD ("idx-cut", test_idx_cut, NULL);
  ADD ("idx-gz-cut", test_idx_cut, "gz");
  ADD ("idx-header", test_idx_header, NULL);
  ADD ("idx-labels", test_idx_labels, NULL);
  ADD ("names", test_names, NULL);
  ADD ("fashion", test_fashion, NULL);
  ADD ("cifar", test_cifar, NULL);
  ADD ("order", test_order, NULL);
  ADD ("mirror", test_mirror, NULL);
  ADD ("held-out", test_held_out, NULL);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
