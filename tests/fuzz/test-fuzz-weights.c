/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "fuzz-weights.h"
#include "model-case.h"
#include "model/model.h"
#include "model/weights-header.h"
#include "tensor/rng.h"

#define N_PARSED 3000
#define N_LOADED 200

/* The @draw-th number below @bound of mutation @mutation. */
static gsize
draw (guint mutation, guint draw_index, gsize bound)
{
  return dm_rng_below (bound, (DmRng){ 1, DM_STREAM_TEST, mutation },
                       draw_index);
}

/* What a text has that is worth being put elsewhere. */
static const char *const tokens[] = {
  "\"",
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "0",
  "-1",
  "1e9",
  "null",
  "true",
  "\\",
  "\\\"",
  "\\u",
  "\\u0000",
  "\xff",
  "\0x",
  "F16",
  "I64",
  "9223372036854775807",
  "\n",
  "  ",
  "[[[[",
  "{\"a\":",
  "18446744073709551615",
};

static void
replace (GByteArray *file, gsize at, gsize n, const char *text)
{
  gsize tail = file->len - at - n, length = strlen (text);

  g_byte_array_set_size (file, (guint) (at + length + MAX (n, length) + tail));
  memmove (file->data + at + length, file->data + at + n, tail);
  memcpy (file->data + at, text, length);
  g_byte_array_set_size (file, (guint) (at + length + tail));
}

/* One small wrong, mostly in the header. */
static void
mutate_once (GByteArray *file, guint mutation, guint round)
{
  guint first = 10 * round;
  gsize end = draw (mutation, first, 8) == 0 ? file->len : file->len * 9 / 10;
  gsize at = draw (mutation, first + 1, MAX (end, 1));
  gsize n = MIN (draw (mutation, first + 2, 6), file->len - at);
  gsize from = draw (mutation, first + 3, file->len);
  gsize size = MIN (draw (mutation, first + 4, 64), file->len - MAX (at, from));

  switch (draw (mutation, first + 5, 6))
    {
    case 0:
      file->data[at] ^= (guint8) (1 << draw (mutation, first + 6, 8));
      break;
    case 1:
      file->data[at] = (guint8) draw (mutation, first + 6, 256);
      break;
    case 2:
      memmove (file->data + at, file->data + from, size);
      break;
    case 3:
      file->data[at] = (guint8) ('0' + draw (mutation, first + 6, 10));
      break;
    case 4:
      g_byte_array_set_size (file, (guint) (at + 1));
      break;
    default:
      replace (file, at, n,
               tokens[draw (mutation, first + 6, G_N_ELEMENTS (tokens))]);
      break;
    }
}

/* Puts the right length before the header again, which most mutations spoil. */
static void
mend_length (GByteArray *file, gsize n_data)
{
  guint64 length;

  if (file->len < DM_HEADER_PREFIX + n_data)
    return;

  length = GUINT64_TO_LE (file->len - DM_HEADER_PREFIX - n_data);
  memcpy (file->data, &length, sizeof length);
}

typedef struct
{
  GBytes *file;   /* good, without a sum that would hide the rest */
  gsize   n_data; /* bytes behind the header                      */
} Sample;

static GByteArray *
mutate (const Sample *sample, guint mutation)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (sample->file, &size);
  GByteArray   *file = g_byte_array_new ();
  guint         n_rounds = 1 + (guint) draw (mutation, 1000, 4);

  g_byte_array_append (file, data, (guint) size);
  for (guint i = 0; i < n_rounds && file->len > 0; i++)
    mutate_once (file, mutation, i);
  if (draw (mutation, 1001, 4) != 0)
    mend_length (file, sample->n_data);

  return file;
}

static void
hide_sum (char *data, gsize size)
{
  char *key =
      memmem (data, size, DM_HEADER_CRC_KEY, strlen (DM_HEADER_CRC_KEY));

  g_assert_nonnull (key);
  memset (key, 'x', strlen (DM_HEADER_CRC_KEY));
}

static void
make_sample (Sample *sample, const char *path)
{
  DmModelCase model_case;
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = NULL;
  char   *data = NULL;
  gsize   size;
  guint64 length;

  dm_model_case_init (&model_case, DM_DTYPE_BF16);
  dm_model_case_save (&model_case, path);
  dm_model_case_clear (&model_case);

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  hide_sum (data, size);
  memcpy (&length, data, sizeof length);
  sample->n_data = size - DM_HEADER_PREFIX - GUINT64_FROM_LE (length);
  sample->file = g_bytes_new_take (data, size);

  g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
  model = dm_model_load (path, &error);
  g_assert_no_error (error);
}

typedef struct
{
  char  *folder, *path;
  Sample sample;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  self->folder = g_dir_make_tmp ("dm-fuzz-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "a.safetensors", NULL);
  make_sample (&self->sample, self->path);
}

static void
tear_down (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  g_unlink (self->path);
  g_rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
  g_bytes_unref (self->sample.file);
}

/* Whatever a file holds, it is refused with a sentence or used without harm. */
static void
test_parse (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  for (guint i = 0; i < N_PARSED; i++)
    {
      g_autoptr (GByteArray) file = mutate (&self->sample, i);

      LLVMFuzzerTestOneInput (file->data, file->len);
    }
}

/* The same on the way to a network. */
static void
test_load (Fixture *self, gconstpointer data G_GNUC_UNUSED)
{
  for (guint i = 0; i < N_LOADED; i++)
    {
      g_autoptr (GByteArray) file = mutate (&self->sample, N_PARSED + i);
      g_autoptr (GError) error = NULL;
      g_autoptr (DmModel) model = NULL;

      g_assert_true (g_file_set_contents (self->path, (const char *) file->data,
                                          file->len, NULL));
      model = dm_model_load (self->path, &error);
      if (model == NULL)
        g_assert_true (g_str_has_prefix (error->message, self->path));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/fuzz/weights/parse", Fixture, NULL, set_up, test_parse,
              tear_down);
  g_test_add ("/fuzz/weights/load", Fixture, NULL, set_up, test_load,
              tear_down);

  return g_test_run ();
}
