/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/decoded.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <utime.h>

#include "model/model.h"
#include "tensor/error.h"

/* What is not used for so long is removed. */
#define KEPT_SECONDS (30 * 24 * 3600)

/* Columns of the table, after DmDecodedPicture. */
enum
{
  COLUMN_N_BYTES,
  COLUMN_CHANGED,
  COLUMN_AT,
  COLUMN_WIDTH,
  COLUMN_HEIGHT,
  COLUMN_FILE_WIDTH,
  COLUMN_FILE_HEIGHT,
  N_COLUMNS
};

/* Beyond it no picture is meant. */
#define MAX_SIDE ((gint64) 1 << 24)

struct _DmDecoded
{
  DmWeights    *file;
  const guint8 *pixels; /* of @file */
  size_t        n_bytes;
  GArray       *pictures; /* of DmDecodedPicture            */
  GHashTable   *by_name;  /* name to one of them; both lent */
};

void
dm_decoded_picture_clear (gpointer picture)
{
  g_clear_pointer (&((DmDecodedPicture *) picture)->name, g_free);
}

/* Of a name: half of the sum's, which is enough. */
#define N_DIGITS 32

/**
 * dm_decoded_name:
 * @folder: of all such files
 * @path: of the pictures
 * @how: all that makes a difference to what is read from them
 *
 * Returns: (transfer full): the file for these pictures
 */
char *
dm_decoded_name (const char *folder, const char *path, const char *how)
{
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autofree char *key = g_strconcat (how, "\n", whole, NULL);
  g_autofree char *sum =
      g_compute_checksum_for_string (G_CHECKSUM_SHA256, key, -1);
  g_autofree char *name =
      g_strdup_printf ("%.*s" DM_MODEL_ENDING, N_DIGITS, sum);

  return g_build_filename (folder, name, NULL);
}

/* --- reading -------------------------------------------------------------- */

static gboolean
is_side (gint64 value)
{
  return value > 0 && value <= MAX_SIDE;
}

/* Whether a row says where a picture lies that is there. */
static gboolean
check_row (const gint64 *row, size_t n_bytes)
{
  return is_side (row[COLUMN_WIDTH]) && is_side (row[COLUMN_HEIGHT]) &&
         is_side (row[COLUMN_FILE_WIDTH]) &&
         is_side (row[COLUMN_FILE_HEIGHT]) && row[COLUMN_AT] >= 0 &&
         (guint64) row[COLUMN_AT] <= n_bytes &&
         3 * (guint64) row[COLUMN_WIDTH] * (guint64) row[COLUMN_HEIGHT] <=
             n_bytes - (guint64) row[COLUMN_AT];
}

static gboolean
read_rows (DmDecoded *self, const DmStored *table, const DmStored *names)
{
  const char *name = names->data, *end = name + names->n_bytes;

  for (guint64 i = 0; i < table->shape[0]; i++)
    {
      const char      *next = memchr (name, '\0', (size_t) (end - name));
      gint64           row[N_COLUMNS];
      DmDecodedPicture picture;

      memcpy (row, (const char *) table->data + i * sizeof row, sizeof row);
      if (next == NULL || !check_row (row, self->n_bytes))
        return FALSE;

      picture = (DmDecodedPicture){
        .name = g_strdup (name),
        .n_bytes = (guint64) row[COLUMN_N_BYTES],
        .changed = row[COLUMN_CHANGED],
        .at = (size_t) row[COLUMN_AT],
        .width = (size_t) row[COLUMN_WIDTH],
        .height = (size_t) row[COLUMN_HEIGHT],
        .file_width = (size_t) row[COLUMN_FILE_WIDTH],
        .file_height = (size_t) row[COLUMN_FILE_HEIGHT],
      };
      g_array_append_val (self->pictures, picture);
      name = next + 1;
    }

  return TRUE;
}

static gboolean
read_all (DmDecoded *self)
{
  const DmStored *pixels = dm_weights_find (self->file, "pixels");
  const DmStored *table = dm_weights_find (self->file, "pictures");
  const DmStored *names = dm_weights_find (self->file, "names");

  if (pixels == NULL || table == NULL || names == NULL ||
      pixels->dtype != DM_DTYPE_U8 || names->dtype != DM_DTYPE_U8 ||
      table->dtype != DM_DTYPE_I64 || table->n_dims != 2 ||
      table->shape[1] != N_COLUMNS)
    return FALSE;

  self->pixels = pixels->data;
  self->n_bytes = pixels->n_bytes;

  return read_rows (self, table, names);
}

/* All, or nothing of them. */
static void
fill (DmDecoded *self)
{
  if (!read_all (self))
    g_array_set_size (self->pictures, 0);

  for (guint i = 0; i < self->pictures->len; i++)
    {
      DmDecodedPicture *picture =
          &g_array_index (self->pictures, DmDecodedPicture, i);

      g_hash_table_insert (self->by_name, picture->name, picture);
    }
}

/**
 * dm_decoded_open:
 * @file: (nullable)
 *
 * What is not there, or damaged, holds no pictures.
 *
 * Returns: (transfer full)
 */
DmDecoded *
dm_decoded_open (const char *file)
{
  DmDecoded *self = g_new0 (DmDecoded, 1);

  self->pictures = g_array_new (FALSE, FALSE, sizeof (DmDecodedPicture));
  g_array_set_clear_func (self->pictures, dm_decoded_picture_clear);
  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  if (file != NULL)
    self->file = dm_weights_open (file, NULL);
  if (self->file != NULL)
    {
      fill (self);
      g_utime (file, NULL); /* it is used */
    }

  return self;
}

/**
 * dm_decoded_free:
 * @self: (nullable)
 */
void
dm_decoded_free (DmDecoded *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->by_name);
  g_array_unref (self->pictures);
  dm_weights_free (self->file);
  g_free (self);
}

/**
 * dm_decoded_find:
 *
 * Returns: (transfer none) (nullable): the picture of that name, if its file is
 * the same still
 */
const DmDecodedPicture *
dm_decoded_find (const DmDecoded *self,
                 const char      *name,
                 guint64          n_bytes,
                 gint64           changed)
{
  const DmDecodedPicture *picture = g_hash_table_lookup (self->by_name, name);

  return picture != NULL && picture->n_bytes == n_bytes &&
                 picture->changed == changed ?
             picture :
             NULL;
}

size_t
dm_decoded_get_n (const DmDecoded *self)
{
  return self->pictures->len;
}

const guint8 *
dm_decoded_get_pixels (const DmDecoded *self)
{
  return self->pixels;
}

size_t
dm_decoded_get_n_bytes (const DmDecoded *self)
{
  return self->n_bytes;
}

/* --- writing -------------------------------------------------------------- */

static void
remove_if_old (const char *file, gint64 now)
{
  struct stat status;

  if (stat (file, &status) == 0 && S_ISREG (status.st_mode) &&
      status.st_mtime < now - KEPT_SECONDS)
    g_unlink (file);
}

/* As dm_decoded_name() makes it, or written aside by a run that was killed: a
 * dot before it and something behind. The folder may have files of others.
 */
static gboolean
is_name (const char *name)
{
  gboolean aside = *name == '.';

  name += aside;
  if (strspn (name, "0123456789abcdef") != N_DIGITS ||
      !g_str_has_prefix (name + N_DIGITS, DM_MODEL_ENDING))
    return FALSE;

  return aside || strlen (name) == N_DIGITS + strlen (DM_MODEL_ENDING);
}

static void
remove_old (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  gint64      now = time (NULL);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (is_name (name))
      {
        g_autofree char *file = g_build_filename (folder, name, NULL);

        remove_if_old (file, now);
      }
}

static void
add_row (gint64 *row, const DmDecodedPicture *picture)
{
  row[COLUMN_N_BYTES] = (gint64) picture->n_bytes;
  row[COLUMN_CHANGED] = picture->changed;
  row[COLUMN_AT] = (gint64) picture->at;
  row[COLUMN_WIDTH] = (gint64) picture->width;
  row[COLUMN_HEIGHT] = (gint64) picture->height;
  row[COLUMN_FILE_WIDTH] = (gint64) picture->file_width;
  row[COLUMN_FILE_HEIGHT] = (gint64) picture->file_height;
}

/**
 * dm_decoded_save:
 * @pictures: of DmDecodedPicture
 * @pixels: [n_bytes]
 *
 * Writes the file aside, then renames it; what has not been used for long is
 * removed.
 *
 * Errors: those of dm_weights_save(); the former file is as it was
 */
gboolean
dm_decoded_save (const char   *file,
                 const GArray *pictures,
                 const guint8 *pixels,
                 size_t        n_bytes,
                 GError      **error)
{
  g_autofree char   *folder = g_path_get_dirname (file);
  g_autofree gint64 *table = g_new (gint64, N_COLUMNS * pictures->len);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < pictures->len; i++)
    {
      const DmDecodedPicture *picture =
          &g_array_index (pictures, DmDecodedPicture, i);

      add_row (table + i * N_COLUMNS, picture);
      g_string_append_len (names, picture->name,
                           (gssize) strlen (picture->name) + 1);
    }

  /* of the user alone; if it cannot be made, neither can the file */
  g_mkdir_with_parents (folder, 0700);
  remove_old (folder);

  return dm_weights_save (
      file, NULL, NULL, NULL,
      (DmToStore[]){
          { "pixels", DM_DTYPE_U8, 1, { n_bytes }, pixels },
          { "pictures", DM_DTYPE_I64, 2, { pictures->len, N_COLUMNS }, table },
          { "names", DM_DTYPE_U8, 1, { names->len }, names->str },
      },
      3, error);
}
