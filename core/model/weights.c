/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/weights-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>
#include <zlib.h>

#include "model/description.h"
#include "model/dtype.h"
#include "model/json-strict.h"
#include "tensor/error.h"

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

/**
 * dm_weights_new_from_header:
 * @text: [length], the JSON text
 * @data: (nullable): where the tensors begin
 * @data_size: bytes of them
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full): all that the header says, checked.
 */
DmWeights *
dm_weights_new_from_header (const char   *text,
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
  crc = crc32_z (0, file, (gsize) (digits - file));
  crc =
      crc32_z (crc, (const guint8 *) DM_HEADER_CRC_ZERO, DM_HEADER_CRC_DIGITS);
  crc = crc32_z (crc, rest, size - (gsize) (rest - file));
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
  self = dm_weights_new_from_header (text, length,
                                     file + DM_HEADER_PREFIX + length,
                                     size - DM_HEADER_PREFIX - length, error);
  if (self == NULL || !check_sum (file, size, length, error))
    return NULL;

  self->bytes = g_bytes_ref (bytes);

  return g_steal_pointer (&self);
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
