/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/weights.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/crc32.h"
#include "model/description.h"
#include "model/dtype.h"
#include "model/json-strict.h"
#include "model/weights-header.h"
#include "tensor/error.h"

struct _DmWeights
{
  GBytes     *bytes; /* NULL if only the header was read */
  DmHeader   *header;
  GHashTable *by_name; /* char * → DmStored *, both the header's */
  gboolean    has_config;
  DmConfig    config;
  DmCard     *card;
};

/**
 * dm_weights_free:
 * @self: (nullable) (transfer full):
 */
void
dm_weights_free (DmWeights *self)
{
  if (self == NULL)
    return;

  g_clear_pointer (&self->by_name, g_hash_table_unref);
  g_clear_pointer (&self->header, dm_header_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  dm_card_free (self->card);
  g_free (self);
}

static gboolean
read_description (DmWeights *self, GError **error)
{
  const char *text =
      g_hash_table_lookup (self->header->metadata, DM_HEADER_KEY);
  g_autoptr (JsonObject) json = NULL;

  if (text == NULL)
    {
      self->card = dm_card_new ();
      return TRUE;
    }

  json = dm_json_parse (text, strlen (text), error);
  if (json == NULL)
    {
      g_prefix_error (error, _ ("the model's description is damaged: "));
      return FALSE;
    }

  return dm_description_read (json, &self->config, &self->has_config,
                              &self->card, error);
}

/* All that the header says; @data: (nullable): where the tensors begin. */
static DmWeights *
new_from_header (const char   *text,
                 gsize         length,
                 const guint8 *data,
                 guint64       data_size,
                 GError      **error)
{
  g_autoptr (DmWeights) self = g_new0 (DmWeights, 1);

  self->header = dm_header_parse (text, length, data_size, error);
  if (self->header == NULL || !read_description (self, error))
    return NULL;

  self->by_name = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = 0; i < self->header->entries->len; i++)
    {
      DmEntry *entry = &g_array_index (self->header->entries, DmEntry, i);

      if (data != NULL)
        entry->stored.data = data + entry->from;
      g_hash_table_insert (self->by_name, entry->stored.name, &entry->stored);
    }

  return g_steal_pointer (&self);
}

/* The file's own sum, if it carries one, must be that of its bytes. */
static gboolean
check_sum (const guint8 *file, gsize size, gsize length, GError **error)
{
  const guint8 *digits = (const guint8 *) dm_header_find_crc (
      (const char *) file + DM_HEADER_PREFIX, length);
  const guint8 *rest;
  char          expected[DM_HEADER_CRC_DIGITS + 1];
  guint32       crc;

  if (digits == NULL)
    return TRUE;

  rest = digits + DM_HEADER_CRC_DIGITS;
  crc = dm_crc32 (0, file, (gsize) (digits - file));
  crc = dm_crc32 (crc, DM_HEADER_CRC_ZERO, DM_HEADER_CRC_DIGITS);
  crc = dm_crc32 (crc, rest, size - (gsize) (rest - file));
  g_snprintf (expected, sizeof expected, "%08x", crc);

  if (memcmp (digits, expected, DM_HEADER_CRC_DIGITS) != 0)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("the file is damaged: its contents do not match "
                              "its checksum; copy or download it again"));
      return FALSE;
    }

  return TRUE;
}

/**
 * dm_weights_parse:
 * @bytes: a whole file; kept
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full): the file, all of it checked.
 */
DmWeights *
dm_weights_parse (GBytes *bytes, GError **error)
{
  g_autoptr (DmWeights) self = NULL;
  gsize         size, length;
  const guint8 *file = g_bytes_get_data (bytes, &size);
  const char   *text;

  if (!dm_header_get_length (file, size, &length, error))
    return NULL;

  text = (const char *) file + DM_HEADER_PREFIX;
  self = new_from_header (text, length, file + DM_HEADER_PREFIX + length,
                          size - DM_HEADER_PREFIX - length, error);
  if (self == NULL || !check_sum (file, size, length, error))
    return NULL;

  self->bytes = g_bytes_ref (bytes);

  return g_steal_pointer (&self);
}

/* "my-fashion_model.safetensors" to "My fashion model" */
static void
set_default_title (DmWeights *self, const char *path)
{
  g_autofree char *name = NULL, *shown = NULL;
  char            *dot;
  g_autofree char *first = NULL;

  if (self->card->title != NULL && *self->card->title != '\0')
    return;

  name = g_path_get_basename (path);
  shown = g_filename_display_name (name);
  dot = strrchr (shown, '.');
  if (dot != NULL && dot != shown)
    *dot = '\0';
  g_strdelimit (shown, "-_", ' ');

  first = g_utf8_strup (shown, g_utf8_next_char (shown) - shown);
  g_free (self->card->title);
  self->card->title = g_strconcat (first, g_utf8_next_char (shown), NULL);
}

static void
set_errno (GError **error, int number)
{
  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("cannot be opened: %s"),
               g_strerror (number));
}

/* Opens a plain file, never waiting as a pipe would make us; -1 on failure. */
static int
open_plain (const char *path, guint64 *size, GError **error)
{
  int         fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      set_errno (error, errno);
    }
  else if (!S_ISREG (status.st_mode))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_FILE,
                           _ ("a folder or a device, not a weights file"));
    }
  else
    {
      *size = (guint64) status.st_size;
      return fd;
    }

  if (fd >= 0)
    close (fd);

  return -1;
}

static gboolean
read_at (int fd, gpointer data, gsize n, gsize at, GError **error)
{
  char *to = data;

  while (n > 0)
    {
      ssize_t done = pread (fd, to, n, (off_t) at);

      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        {
          set_errno (error, done < 0 ? errno : EIO);
          return FALSE;
        }
      to += done;
      at += (gsize) done;
      n -= (gsize) done;
    }

  return TRUE;
}

static DmWeights *
read_header (int fd, guint64 size, GError **error)
{
  guint8           prefix[DM_HEADER_PREFIX] = { 0 };
  gsize            length;
  g_autofree char *text = NULL;

  if (!read_at (fd, prefix, MIN (size, sizeof prefix), 0, error) ||
      !dm_header_get_length (prefix, size, &length, error))
    return NULL;

  text = g_try_malloc (length);
  if (text == NULL)
    {
      set_errno (error, ENOMEM);
      return NULL;
    }

  if (!read_at (fd, text, length, DM_HEADER_PREFIX, error))
    return NULL;

  return new_from_header (text, length, NULL, size - DM_HEADER_PREFIX - length,
                          error);
}

static DmWeights *
map (int fd, guint64 size G_GNUC_UNUSED, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (fd, FALSE, &cause);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("cannot be opened: %s"),
                   cause->message);
      return NULL;
    }

  bytes = g_mapped_file_get_bytes (file);

  return dm_weights_parse (bytes, error);
}

static DmWeights *
open_by (DmWeights *(*read) (int fd, guint64 size, GError **error),
         const char *path,
         GError    **error)
{
  DmWeights *self = NULL;
  guint64    size = 0;
  int        fd = open_plain (path, &size, error);

  if (fd >= 0)
    {
      self = read (fd, size, error);
      close (fd);
    }

  if (self != NULL)
    set_default_title (self, path);
  else
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_prefix_error (error, "%s: ", shown);
    }

  return self;
}

/**
 * dm_weights_open:
 * @path: in the file system's encoding
 *
 * Maps the file and checks all of it, its sum included.
 *
 * Errors: DM_ERROR_FILE, DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full):
 */
DmWeights *
dm_weights_open (const char *path, GError **error)
{
  return open_by (map, path, error);
}

/**
 * dm_weights_open_header:
 * @path: in the file system's encoding
 *
 * Reads and checks the header alone: tensors have no data, and damage to them
 * is not seen unless it changes the file's length.
 *
 * Errors: as dm_weights_open()
 *
 * Returns: (transfer full):
 */
DmWeights *
dm_weights_open_header (const char *path, GError **error)
{
  return open_by (read_header, path, error);
}

/**
 * dm_weights_get_config:
 *
 * Returns: (transfer none) (nullable): NULL if the file is not a model.
 */
const DmConfig *
dm_weights_get_config (const DmWeights *self)
{
  return self->has_config ? &self->config : NULL;
}

/**
 * dm_weights_get_card:
 *
 * Returns: (transfer none): never NULL.
 */
const DmCard *
dm_weights_get_card (const DmWeights *self)
{
  return self->card;
}

/**
 * dm_weights_get_metadata:
 *
 * Returns: (transfer none) (nullable): the text at @key of the header.
 */
const char *
dm_weights_get_metadata (const DmWeights *self, const char *key)
{
  return g_hash_table_lookup (self->header->metadata, key);
}

/**
 * dm_weights_get_n_tensors:
 */
guint
dm_weights_get_n_tensors (const DmWeights *self)
{
  return self->header->entries->len;
}

/**
 * dm_weights_get_tensor:
 * @i: 0 ... n_tensors - 1, in the order of the file
 *
 * Returns: (transfer none):
 */
const DmStored *
dm_weights_get_tensor (const DmWeights *self, guint i)
{
  g_return_val_if_fail (i < self->header->entries->len, NULL);

  return &g_array_index (self->header->entries, DmEntry, i).stored;
}

/**
 * dm_weights_find:
 *
 * Returns: (transfer none) (nullable): the tensor of that name.
 */
const DmStored *
dm_weights_find (const DmWeights *self, const char *name)
{
  return g_hash_table_lookup (self->by_name, name);
}

/**
 * dm_weights_read:
 * @self: not opened by its header alone
 * @value: (out) [n]
 *
 * Errors: DM_ERROR_CORRUPT if there is no such tensor, or not with n elements
 */
gboolean
dm_weights_read (const DmWeights *self,
                 const char      *name,
                 float           *value,
                 gsize            n,
                 GError         **error)
{
  const DmStored *stored = dm_weights_find (self, name);

  g_return_val_if_fail (self->bytes != NULL, FALSE);

  if (stored == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                   _ ("tensor “%s” is missing"), name);
      return FALSE;
    }

  if (stored->n_bytes / dm_dtype_get_size (stored->dtype) != n)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                   _ ("tensor “%s” has the wrong size"), name);
      return FALSE;
    }

  dm_dtype_to_float (value, stored->data, stored->dtype, n);

  return TRUE;
}
