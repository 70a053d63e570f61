/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"
#include "train/readers.h"

/* The files of MNIST and its family: a magic number that says "bytes, so many
 * dimensions", the sizes, all big-endian, then the bytes. Often compressed.
 *
 * Source: LeCun, Cortes & Burges, "The MNIST database", file formats.
 */
#define MAX_SIDE 4096
#define MAX_BYTES G_MAXUINT32 /* of a GByteArray */

typedef struct
{
  guint32 size[3];
  guint8 *data;
  gsize   n_bytes;
} Idx;

static const char *const fashion_names[] = {
  "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
  "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot",
};

/* Returns: (transfer full) (nullable): path of the file in the folder whose
 * name holds @part and "images" or "labels".
 */
static char *
find_file (const char *path, const char *part, const char *what)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;
  char       *best = NULL;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (strstr (name, part) != NULL && strstr (name, what) != NULL &&
        strstr (name, "idx") != NULL &&
        (best == NULL || strcmp (name, best) < 0))
      {
        g_free (best);
        best = g_strdup (name);
      }

  if (best != NULL)
    {
      char *whole = g_build_filename (path, best, NULL);

      g_free (best);
      best = whole;
    }

  return best;
}

static gboolean
probe (const char *path)
{
  g_autofree char *images = find_file (path, "train", "images");

  return images != NULL;
}

static GInputStream *
open_stream (const char *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autoptr (GZlibDecompressor) inflate = NULL;

  if (stream == NULL)
    return NULL;

  if (!g_str_has_suffix (path, ".gz"))
    return G_INPUT_STREAM (g_steal_pointer (&stream));

  inflate = g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP);

  return g_converter_input_stream_new (G_INPUT_STREAM (stream),
                                       G_CONVERTER (inflate));
}

static gboolean
fail (const char *path, const char *fault, GError **error)
{
  g_set_error (error, DM_ERROR, DM_ERROR_DATA, "%s: %s", path, fault);
  return FALSE;
}

/* Exactly @n bytes, or an error. */
static gboolean
read_bytes (
    GInputStream *stream, const char *path, void *data, gsize n, GError **error)
{
  g_autoptr (GError) cause = NULL;
  gsize n_read = 0;

  if (!g_input_stream_read_all (stream, data, n, &n_read, NULL, &cause))
    return fail (path, cause->message, error);

  return n_read == n || fail (path, _ ("the file is cut short"), error);
}

static gboolean
read_header (GInputStream *stream,
             const char   *path,
             guint         n_dims,
             Idx          *idx,
             GError      **error)
{
  guint32 header[4];
  guint64 n = 1;

  if (!read_bytes (stream, path, header, (1 + n_dims) * 4, error))
    return FALSE;

  if (GUINT32_FROM_BE (header[0]) != (0x800 | n_dims))
    return fail (path, _ ("not an idx file of bytes"), error);

  for (guint i = 0; i < n_dims; i++)
    {
      idx->size[i] = GUINT32_FROM_BE (header[1 + i]);
      if (idx->size[i] == 0 || (i > 0 && idx->size[i] > MAX_SIDE))
        return fail (path, _ ("a size in its header is zero or absurd"), error);
      n *= idx->size[i];
    }

  idx->n_bytes = n;

  return n <= MAX_BYTES ||
         fail (path, _ ("a size in its header is zero or absurd"), error);
}

/* Reads in pieces, so that a header that lies costs no memory. */
static gboolean
read_data (GInputStream *stream, const char *path, Idx *idx, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  const gsize piece = 1 << 20;
  guint8      extra;

  for (gsize n = 0; n < idx->n_bytes; n += piece)
    {
      gsize wanted = MIN (piece, idx->n_bytes - n);

      g_byte_array_set_size (data, n + wanted);
      if (!read_bytes (stream, path, data->data + n, wanted, error))
        return FALSE;
    }

  if (g_input_stream_read (stream, &extra, 1, NULL, NULL) != 0)
    return fail (path, _ ("longer than its header says, or damaged"), error);

  idx->data = g_byte_array_steal (data, NULL);

  return TRUE;
}

static gboolean
read_idx (const char *path, guint n_dims, Idx *idx, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GInputStream) stream = open_stream (path, &cause);

  if (stream == NULL)
    return fail (path, cause->message, error);

  return read_header (stream, path, n_dims, idx, error) &&
         read_data (stream, path, idx, error);
}

static gboolean
add_pictures (DmCollection *self,
              const char   *path,
              const Idx    *images,
              const Idx    *labels,
              GError      **error)
{
  gsize n = (gsize) images->size[1] * images->size[2];

  if (images->size[0] != labels->size[0])
    return fail (path, _ ("pictures and labels differ in number"), error);

  for (gsize i = 0; i < images->size[0]; i++)
    {
      if (!dm_collection_add (self, images->data + i * n, images->size[2],
                              images->size[1], 1, labels->data[i], error))
        return FALSE;

      self->dataset->n_classes =
          MAX (self->dataset->n_classes, labels->data[i] + (gsize) 1);
    }

  return TRUE;
}

/* The pictures of "train" or of the held-out part. */
static gboolean
read_part (DmCollection           *self,
           const char             *path,
           const char             *part,
           const DmDatasetOptions *options,
           GError                **error)
{
  g_autofree char *image_path = find_file (path, part, "images");
  g_autofree char *label_path = find_file (path, part, "labels");
  Idx              images = { 0 }, labels = { 0 };
  gboolean         done;

  if (label_path == NULL)
    return fail (image_path, _ ("there is no file of labels beside it"), error);

  done = read_idx (image_path, 3, &images, error) &&
         read_idx (label_path, 1, &labels, error);

  if (done && self->dataset->side == 0)
    {
      self->dataset->side = options->side > 0 ?
                                options->side :
                                MIN (images.size[1], images.size[2]);
      self->dataset->channels = options->channels > 0 ? options->channels : 1;
    }

  done = done && add_pictures (self, image_path, &images, &labels, error);
  g_free (images.data);
  g_free (labels.data);

  return done;
}

static char **
find_names (const char *path, const char *name, size_t n_classes)
{
  static const char *const files[] = { "class-names.txt", "labels.txt" };
  g_autofree char         *folder = g_ascii_strdown (name, -1);
  char                   **names = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (files) && names == NULL; i++)
    {
      g_autofree char *file = g_build_filename (path, files[i], NULL);

      names = dm_read_lines (file);
    }

  if (names != NULL)
    return names;

  names = g_new0 (char *, n_classes + 1);
  for (size_t i = 0; i < n_classes; i++)
    names[i] = strstr (folder, "fashion") != NULL &&
                       n_classes == G_N_ELEMENTS (fashion_names) ?
                   g_strdup (fashion_names[i]) :
                   g_strdup_printf ("%zu", i);

  return names;
}

static gboolean
read_all (DmCollection           *self,
          const char             *path,
          const DmDatasetOptions *options,
          GError                **error)
{
  static const char *const held_out[] = { "t10k", "test" };
  size_t                   n_train;

  if (!read_part (self, path, "train", options, error))
    return FALSE;

  n_train = self->class_id->len;
  for (size_t i = 0; i < G_N_ELEMENTS (held_out); i++)
    {
      g_autofree char *images = find_file (path, held_out[i], "images");

      if (images == NULL)
        continue;
      if (!read_part (self, path, held_out[i], options, error))
        return FALSE;
      break;
    }

  self->n_held_out = self->class_id->len - n_train;
  self->dataset->class_names =
      find_names (path, self->dataset->name, self->dataset->n_classes);

  return TRUE;
}

const DmReader dm_reader_idx = { "idx", probe, read_all };
