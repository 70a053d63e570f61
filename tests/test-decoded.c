/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "model/weights.h"
#include "train/decoded.h"

#define N_BYTES 3 * (4 * 4 + 2 * 5)

typedef struct
{
  char   *folder, *file;
  GArray *pictures; /* of DmDecodedPicture */
  guint8  pixels[N_BYTES];
} Fixture;

static void
add_picture (Fixture *self, const char *name, size_t at, size_t w, size_t h)
{
  DmDecodedPicture picture = {
    g_strdup (name), 100 + at, (gint64) 1e18 + (gint64) at, at, w, h, 7 * w, h,
  };

  g_array_append_val (self->pictures, picture);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->folder = g_dir_make_tmp ("decoded-XXXXXX", NULL);
  self->file = dm_decoded_name (self->folder, "/pictures", "how");
  self->pictures = g_array_new (FALSE, FALSE, sizeof (DmDecodedPicture));
  g_array_set_clear_func (self->pictures, dm_decoded_picture_clear);
  add_picture (self, "a/1.png", 0, 4, 4);
  add_picture (self, "b/\xff 2.png", 48, 2, 5);
  for (size_t i = 0; i < N_BYTES; i++)
    self->pixels[i] = (guint8) (i * 3);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  g_unlink (self->file);
  g_rmdir (self->folder);
  g_array_unref (self->pictures);
  g_free (self->folder);
  g_free (self->file);
}

static void
save (const Fixture *self)
{
  g_autoptr (GError) error = NULL;

  dm_decoded_save (self->file, self->pictures, self->pixels, N_BYTES, &error);
  g_assert_no_error (error);
}

static size_t
count (const char *file)
{
  g_autoptr (DmDecoded) decoded = dm_decoded_open (file);

  return dm_decoded_get_n (decoded);
}

/* What is kept comes back. */
static void
test_same (Fixture *self, gconstpointer data)
{
  g_autoptr (DmDecoded) decoded = NULL;

  (void) data;
  save (self);
  decoded = dm_decoded_open (self->file);
  g_assert_cmpuint (dm_decoded_get_n (decoded), ==, 2);
  g_assert_cmpmem (dm_decoded_get_pixels (decoded),
                   dm_decoded_get_n_bytes (decoded), self->pixels, N_BYTES);

  for (guint i = 0; i < 2; i++)
    {
      const DmDecodedPicture *a =
          &g_array_index (self->pictures, DmDecodedPicture, i);
      const DmDecodedPicture *b =
          dm_decoded_find (decoded, a->name, a->n_bytes, a->changed);

      g_assert_nonnull (b);
      g_assert_cmpuint (a->at, ==, b->at);
      g_assert_cmpuint (a->width, ==, b->width);
      g_assert_cmpuint (a->height, ==, b->height);
      g_assert_cmpuint (a->file_width, ==, b->file_width);
      g_assert_cmpuint (a->file_height, ==, b->file_height);
    }
}

/* A file of another name, length or time is another. */
static void
test_stale (Fixture *self, gconstpointer data)
{
  const DmDecodedPicture *a =
      &g_array_index (self->pictures, DmDecodedPicture, 0);
  g_autoptr (DmDecoded) decoded = NULL;

  (void) data;
  save (self);
  decoded = dm_decoded_open (self->file);
  g_assert_nonnull (
      dm_decoded_find (decoded, "a/1.png", a->n_bytes, a->changed));
  g_assert_null (dm_decoded_find (decoded, "a/2.png", a->n_bytes, a->changed));
  g_assert_null (
      dm_decoded_find (decoded, "a/1.png", a->n_bytes + 1, a->changed));
  g_assert_null (
      dm_decoded_find (decoded, "a/1.png", a->n_bytes, a->changed + 1));
}

/* A bit that tells only how damage is found may be turned unseen. */
static void
assert_nothing_wrong (const Fixture *self)
{
  g_autoptr (DmDecoded) decoded = dm_decoded_open (self->file);

  if (dm_decoded_get_n (decoded) > 0)
    g_assert_cmpmem (dm_decoded_get_pixels (decoded),
                     dm_decoded_get_n_bytes (decoded), self->pixels, N_BYTES);
}

/* No file, each one cut short, and each with a bit turned holds nothing that is
 * not so.
 */
static void
test_damaged (Fixture *self, gconstpointer data)
{
  g_autofree char *text = NULL;
  gsize            n;

  (void) data;
  g_assert_cmpuint (count (NULL), ==, 0);
  g_assert_cmpuint (count (self->file), ==, 0);
  save (self);
  g_assert_cmpuint (count (self->file), ==, 2);
  g_assert_true (g_file_get_contents (self->file, &text, &n, NULL));

  for (gsize i = 0; i < n; i++)
    {
      g_file_set_contents (self->file, text, (gssize) i, NULL);
      g_assert_cmpuint (count (self->file), ==, 0);

      text[i] ^= 16;
      g_file_set_contents (self->file, text, (gssize) n, NULL);
      assert_nothing_wrong (self);
      text[i] ^= 16;
    }
}

/* Places outside of the pixels, or none, in a file that is whole. */
static void
test_impossible (Fixture *self, gconstpointer data)
{
  static const struct
  {
    size_t at, width, height;
  } places[] = {
    { N_BYTES, 1, 1 },        { 1, 4, 7 },         { 0, 0, 4 },
    { 0, 4, G_MAXINT64 / 4 }, { G_MAXSIZE, 1, 1 }, { 0, (size_t) 1 << 62, 4 },
  };

  (void) data;
  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      DmDecodedPicture *picture =
          &g_array_index (self->pictures, DmDecodedPicture, 1);

      picture->at = places[i].at;
      picture->width = places[i].width;
      picture->height = places[i].height;
      save (self);
      g_assert_cmpuint (count (self->file), ==, 0);
    }
}

/* Fewer names than rows, and tensors of other kinds. */
static void
test_other_files (Fixture *self, gconstpointer data)
{
  gint64          rows[14] = { 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1 };
  const DmToStore pixels = {
    "pixels", DM_DTYPE_U8, 1, { N_BYTES }, self->pixels
  };
  const DmToStore table = { "pictures", DM_DTYPE_I64, 2, { 2, 7 }, rows };
  const DmToStore flat = { "pictures", DM_DTYPE_I64, 1, { 14 }, rows };
  const DmToStore names = { "names", DM_DTYPE_U8, 1, { 4 }, "a\0b" };
  const DmToStore one = { "names", DM_DTYPE_U8, 1, { 3 }, "abc" };
  const DmToStore files[][3] = {
    { pixels, table, names },
    { pixels, table, one },
    { pixels, flat, names },
    { pixels, table, pixels },
  };

  (void) data;
  for (size_t i = 0; i < G_N_ELEMENTS (files); i++)
    {
      guint n = i == 3 ? 2 : 3;

      g_assert_true (
          dm_weights_save (self->file, NULL, NULL, NULL, files[i], n, NULL));
      g_assert_cmpuint (count (self->file), ==, i == 0 ? 2 : 0);
    }
}

static void
test_name (Fixture *self, gconstpointer data)
{
  g_autofree char *other_path = NULL, *other_how = NULL, *same = NULL;

  (void) data;
  other_path = dm_decoded_name (self->folder, "/pictures2", "how");
  other_how = dm_decoded_name (self->folder, "/pictures", "how else");
  same = dm_decoded_name (self->folder, "/pictures/../pictures/", "how");
  g_assert_cmpstr (self->file, !=, other_path);
  g_assert_cmpstr (self->file, !=, other_how);
  g_assert_cmpstr (self->file, ==, same);
}

static char *
make_file (const Fixture *self, const char *name, int days)
{
  char          *path = g_build_filename (self->folder, name, NULL);
  time_t         then = time (NULL) - days * 24 * 3600;
  struct utimbuf times = { then, then };

  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);

  return path;
}

#define DIGITS "0123456789abcdef0123456789abcde"

/* What nobody has used for a month goes, and only that: not what somebody else
 * has in the same folder, such as models.
 */
static void
test_old (Fixture *self, gconstpointer data)
{
  static const char *const others[] = {
    "notes.txt",
    "my.safetensors",
    "my.safetensors.state",
    DIGITS "0.txt",
    DIGITS ".safetensors",
    DIGITS "0.safetensors.state",
    DIGITS "g.safetensors",
  };
  g_autofree char *old = make_file (self, DIGITS "0.safetensors", 40);
  g_autofree char *cut =
      make_file (self, "." DIGITS "0.safetensors.Ab12cd", 40);
  g_autofree char *young = make_file (self, DIGITS "1.safetensors", 20);

  (void) data;
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    g_free (make_file (self, others[i], 40));

  save (self);
  g_assert_false (g_file_test (old, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (cut, G_FILE_TEST_EXISTS));
  g_assert_cmpint (g_unlink (young), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, others[i], NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

/* Being used makes it young. */
static void
test_used (Fixture *self, gconstpointer data)
{
  struct utimbuf times = { 1000, 1000 };
  GStatBuf       status;

  (void) data;
  save (self);
  g_assert_cmpint (utime (self->file, &times), ==, 0);
  g_assert_cmpuint (count (self->file), ==, 2);
  g_assert_cmpint (g_stat (self->file, &status), ==, 0);
  g_assert_cmpint (status.st_mtime, >, 1000);
}

#define ADD(name, test)                                                        \
  g_test_add ("/decoded/" name, Fixture, NULL, set_up, test, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("same", test_same);
  ADD ("stale", test_stale);
  ADD ("damaged", test_damaged);
  ADD ("impossible", test_impossible);
  ADD ("other-files", test_other_files);
  ADD ("name", test_name);
  ADD ("old", test_old);
  ADD ("used", test_used);

  return g_test_run ();
}
