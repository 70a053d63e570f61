/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/dataset.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "image/image.h"
#include "tensor/error.h"
#include "tensor/rng.h"
#include "train/readers.h"

/* Of data that hold nothing out themselves, one picture in so many is held
 * out, but not more in all than the limit.
 */
#define HELD_OUT_SHARE 20
#define HELD_OUT_LIMIT 2000

/* The most specific first: a folder of class folders is what remains. */
static const DmReader *const readers[] = {
  &dm_reader_idx,
  &dm_reader_cifar,
  &dm_reader_folder,
};

/* Gray from colour (Rec. 601 luma, as in Y'CbCr) or three times gray. */
static void
convert_channels (float       *out,
                  size_t       channels_out,
                  const float *in,
                  size_t       channels_in,
                  size_t       n)
{
  for (size_t i = 0; i < n; i++)
    {
      const float *x = in + i * channels_in;
      float        gray = channels_in == 1 ?
                              x[0] :
                              0.299f * x[0] + 0.587f * x[1] + 0.114f * x[2];

      for (size_t c = 0; c < channels_out; c++)
        out[i * channels_out + c] =
            channels_in == 3 && channels_out == 3 ? x[c] : gray;
    }
}

/* Room for one more picture of @n bytes. */
static gboolean
grow (DmCollection *self, size_t n, GError **error)
{
  DmDataset *set = self->dataset;
  size_t     used = self->class_id->len * n;
  guint8    *pixels;

  if (used + n <= self->n_bytes)
    return TRUE;

  pixels = g_try_realloc (set->pixels, MAX (2 * self->n_bytes, 64 * n));
  if (pixels == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("%s: not enough memory for more than %u pictures; use a "
                      "smaller size or fewer pictures"),
                   set->name, self->class_id->len);
      return FALSE;
    }

  set->pixels = pixels;
  self->n_bytes = MAX (2 * self->n_bytes, 64 * n);

  return TRUE;
}

/* Makes a picture fit: @out is [side, side, channels of the dataset]. */
static void
fit_picture (const DmDataset *set,
             guint8          *out,
             const guint8    *pixels,
             size_t           width,
             size_t           height,
             size_t           channels)
{
  size_t            n = set->side * set->side, n_in = width * height * channels;
  g_autofree float *in = g_new (float, n_in);
  g_autofree float *fitted = g_new (float, n *channels);
  g_autofree float *converted = g_new (float, n * set->channels);

  for (size_t i = 0; i < n_in; i++)
    in[i] = pixels[i];

  dm_image_fit_square (fitted, set->side, in, width, height, channels);
  convert_channels (converted, set->channels, fitted, channels, n);

  for (size_t i = 0; i < n * set->channels; i++)
    out[i] = (guint8) (converted[i] + 0.5f);
}

/**
 * dm_collection_add:
 * @pixels: [height, width, channels], perceptual
 *
 * Adds a picture, made to fit the collection's side and channels.
 */
gboolean
dm_collection_add (DmCollection *self,
                   const guint8 *pixels,
                   size_t        width,
                   size_t        height,
                   size_t        channels,
                   int           class_id,
                   GError      **error)
{
  const DmDataset *set = self->dataset;
  size_t           n = set->side * set->side * set->channels;
  guint8          *out;

  if (!grow (self, n, error))
    return FALSE;

  out = set->pixels + self->class_id->len * n;
  if (width == set->side && height == set->side && channels == set->channels)
    memcpy (out, pixels, n);
  else
    fit_picture (set, out, pixels, width, height, channels);

  g_array_append_val (self->class_id, class_id);

  return TRUE;
}

/**
 * dm_read_lines:
 *
 * Returns: (transfer full) (nullable): the lines of a text file that are not
 * empty, or NULL if there is no such file, or no line, or it is not UTF-8.
 */
char **
dm_read_lines (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      !g_utf8_validate (text, -1, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      g_ptr_array_add (kept, g_strdup (lines[i]));

  if (kept->len == 0)
    return NULL;

  g_ptr_array_add (kept, NULL);

  return (char **) g_ptr_array_steal (kept, NULL);
}

/* Exchanges the pictures at two places. */
static void
swap (DmDataset *self, size_t i, size_t j)
{
  size_t  n = self->side * self->side * self->channels;
  guint8 *a = self->pixels + i * n, *b = self->pixels + j * n;
  int     class_id = self->class_id[i];

  for (size_t k = 0; k < n; k++)
    {
      guint8 kept = a[k];

      a[k] = b[k];
      b[k] = kept;
    }

  self->class_id[i] = self->class_id[j];
  self->class_id[j] = class_id;
}

/* Moves a share to the end: always the same, so that two runs and any later
 * measurement agree on it. Small sets are kept whole.
 */
static void
hold_out (DmDataset *self)
{
  size_t n = MIN (self->n_images / HELD_OUT_SHARE, HELD_OUT_LIMIT);
  DmRng  rng = { 0, DM_STREAM_SHUFFLE, 0 };

  if (self->n_images < 10 * HELD_OUT_SHARE)
    return;

  while (self->n_held_out < n)
    {
      size_t i = dm_rng_below (self->n_images, rng, self->n_held_out);

      swap (self, i, --self->n_images);
      self->n_held_out++;
    }
}

/* Names given beside the data or by option stand for those of the reader. */
static gboolean
name_classes (DmDataset *self, const DmDatasetOptions *options, GError **error)
{
  if (options->class_names != NULL)
    {
      g_strfreev (self->class_names);
      self->class_names = g_strdupv (options->class_names);
    }

  if (g_strv_length (self->class_names) == self->n_classes)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%s: the data have %zu classes, but %u names are given"),
               self->name, self->n_classes, g_strv_length (self->class_names));
  return FALSE;
}

static gboolean
count_classes (DmDataset *self, GError **error)
{
  size_t n_used = 0;

  self->images_per_class = g_new0 (gint64, self->n_classes);
  for (size_t i = 0; i < self->n_images; i++)
    self->images_per_class[self->class_id[i]]++;

  for (size_t i = 0; i < self->n_classes; i++)
    n_used += self->images_per_class[i] > 0;

  if (n_used >= 2)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_DATA,
               n_used == 0 ? _ ("%s: no picture to train on") :
                             _ ("%s: pictures of one class only; at least "
                                "two are needed"),
               self->name);
  return FALSE;
}

/* Turns what the reader has collected into the dataset. */
static gboolean
finish (DmCollection *found, const DmDatasetOptions *options, GError **error)
{
  DmDataset *self = found->dataset;
  size_t     n = found->class_id->len;

  self->n_held_out = found->n_held_out;
  self->n_images = n - found->n_held_out;
  self->class_id = (int *) g_array_steal (found->class_id, NULL);

  if (self->n_held_out == 0)
    hold_out (self);

  return name_classes (self, options, error) && count_classes (self, error);
}

static const DmReader *
find_reader (const char *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS (readers); i++)
    if (readers[i]->probe (path))
      return readers[i];

  return NULL;
}

static gboolean
check_folder (const char *path, GError **error)
{
  const char *fault = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    fault = _ ("%s: no such folder; give a folder that holds one folder of "
               "pictures per class");
  else if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    fault = _ ("%s: not a folder; give a folder that holds one folder of "
               "pictures per class");

  if (fault != NULL)
    g_set_error (error, DM_ERROR, DM_ERROR_DATA, fault, path);

  return fault == NULL;
}

/**
 * dm_dataset_open:
 * @path: a folder: class folders of pictures, idx files, or CIFAR-10's batches
 *
 * Reads and decodes all of it.
 *
 * Errors: DM_ERROR_DATA if it is missing, empty, damaged or of one class;
 * DM_ERROR_OPTION if the names given do not match.
 *
 * Returns: (transfer full)
 */
DmDataset *
dm_dataset_open (const char             *path,
                 const DmDatasetOptions *options,
                 GError                **error)
{
  g_autoptr (DmDataset) self = g_new0 (DmDataset, 1);
  g_autoptr (GArray) class_id = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  DmCollection     found = { .dataset = self, .class_id = class_id };
  const DmReader  *reader;

  self->skipped = g_ptr_array_new_with_free_func (g_free);
  self->name = g_path_get_basename (whole);

  if (!check_folder (path, error))
    return NULL;

  reader = find_reader (path);
  if (reader == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("%s: holds neither folders of pictures, one per class, "
                      "nor idx files, nor CIFAR-10's data_batch files"),
                   path);
      return NULL;
    }

  self->format = g_strdup (reader->format);
  if (!reader->read (&found, path, options, error) ||
      !finish (&found, options, error))
    return NULL;

  return g_steal_pointer (&self);
}

void
dm_dataset_free (DmDataset *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->format);
  g_strfreev (self->class_names);
  g_free (self->pixels);
  g_free (self->class_id);
  g_free (self->images_per_class);
  g_clear_pointer (&self->skipped, g_ptr_array_unref);
  g_free (self);
}

/**
 * dm_dataset_digest:
 *
 * Returns: (transfer full): text that changes when any picture, label or name
 * does, so that a resumed run can tell that its data are the same.
 */
char *
dm_dataset_digest (const DmDataset *self)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  size_t n = self->n_images + self->n_held_out;
  size_t pixels = self->side * self->side * self->channels;

  g_checksum_update (sum, self->pixels, n * pixels);
  g_checksum_update (sum, (const guchar *) self->class_id,
                     n * sizeof *self->class_id);
  for (size_t i = 0; i < self->n_classes; i++)
    g_checksum_update (sum, (const guchar *) self->class_names[i],
                       strlen (self->class_names[i]) + 1);

  return g_strdup (g_checksum_get_string (sum));
}
