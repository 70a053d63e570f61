/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/weights-header.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "model/dtype.h"
#include "model/fields.h"
#include "model/json-strict.h"
#include "tensor/error.h"

#define MAX_NAME 1024 /* bytes */

static gboolean
corrupt (GError **error, const char *sentence)
{
  g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT, sentence);

  return FALSE;
}

/**
 * dm_header_get_length:
 * @file: its first 8 bytes, if it has as many
 * @file_size: bytes
 * @length: (out): bytes of the JSON text
 *
 * Errors: DM_ERROR_CORRUPT
 */
gboolean
dm_header_get_length (const guint8 *file,
                      guint64       file_size,
                      gsize        *length,
                      GError      **error)
{
  guint64 announced;

  if (file_size == 0)
    return corrupt (error, _ ("the file is empty"));
  if (file_size < DM_HEADER_PREFIX)
    return corrupt (error, _ ("the file is cut short or no weights file"));

  memcpy (&announced, file, sizeof announced);
  announced = GUINT64_FROM_LE (announced);

  if (announced < 2 || announced > DM_HEADER_MAX)
    return corrupt (error, _ ("not a weights file (.safetensors)"));
  if (announced > file_size - DM_HEADER_PREFIX)
    return corrupt (error,
                    _ ("the file is cut short inside its header; copy or "
                       "download it again"));

  *length = (gsize) announced;

  return TRUE;
}

/**
 * dm_shape_get_n:
 * @n: (out): number of elements
 *
 * Returns: whether it fits in 64 bits.
 */
gboolean
dm_shape_get_n (const guint64 *shape, guint n_dims, guint64 *n)
{
  *n = 1;
  for (guint i = 0; i < n_dims; i++)
    if (!g_uint64_checked_mul (n, *n, shape[i]))
      return FALSE;

  return TRUE;
}

/* An array of up to @max integers that are not negative; returns their number
 * or -1.
 */
static int
read_sizes (JsonObject *json, const char *name, guint64 *sizes, guint max)
{
  JsonNode  *node = json_object_get_member (json, name);
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return -1;

  array = json_node_get_array (node);
  if (json_array_get_length (array) > max)
    return -1;

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_INT64 ||
          json_node_get_int (element) < 0)
        return -1;

      sizes[i] = (guint64) json_node_get_int (element);
    }

  return (int) json_array_get_length (array);
}

static gboolean
read_dtype (DmStored *stored, JsonObject *json, GError **error)
{
  JsonNode   *node = json_object_get_member (json, "dtype");
  const char *name;

  if (node == NULL || json_node_get_value_type (node) != G_TYPE_STRING)
    return corrupt (error, _ ("its type is missing"));

  name = json_node_get_string (node);
  if (!dm_dtype_from_name (&stored->dtype, name))
    {
      g_autofree char *shown = g_utf8_make_valid (name, -1);

      g_set_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED,
                   _ ("its type is %s; only F32, F16, BF16, U8 and I64 can be "
                      "read"),
                   shown);
      return FALSE;
    }

  return TRUE;
}

/* Fills all of @entry but the name. */
static gboolean
read_entry (DmEntry *entry, JsonObject *json, GError **error)
{
  DmStored *stored = &entry->stored;
  guint64   offsets[2], n, n_bytes;
  int       n_dims;

  if (!read_dtype (stored, json, error))
    return FALSE;

  n_dims =
      read_sizes (json, "shape", stored->shape, G_N_ELEMENTS (stored->shape));
  if (n_dims < 0)
    return corrupt (error, _ ("its shape is unusable"));
  if (read_sizes (json, "data_offsets", offsets, 2) != 2)
    return corrupt (error, _ ("its place in the file is unusable"));

  stored->n_dims = (guint) n_dims;
  entry->from = offsets[0];
  entry->to = offsets[1];

  if (!dm_shape_get_n (stored->shape, stored->n_dims, &n) ||
      !g_uint64_checked_mul (&n_bytes, n, dm_dtype_get_size (stored->dtype)) ||
      entry->from > entry->to || entry->to - entry->from != n_bytes)
    return corrupt (error, _ ("its size and its shape do not agree"));

  stored->n_bytes = (gsize) n_bytes;

  return TRUE;
}

static gboolean
add_tensor (DmHeader *self, const char *name, JsonNode *node, GError **error)
{
  DmEntry entry = { 0 };

  if (*name == '\0' || strlen (name) > MAX_NAME || !dm_text_is_clean (name) ||
      !JSON_NODE_HOLDS_OBJECT (node))
    return corrupt (error, _ ("a tensor in the header is unusable"));

  if (!read_entry (&entry, json_node_get_object (node), error))
    {
      g_prefix_error (error, _ ("tensor “%s”: "), name);
      return FALSE;
    }

  entry.stored.name = g_strdup (name);
  g_array_append_val (self->entries, entry);

  return TRUE;
}

static gboolean
add_metadata (DmHeader *self, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char    *key;
  JsonNode      *value;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return corrupt (error, _ ("the header's metadata are unusable"));

  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &key, &value))
    {
      if (json_node_get_value_type (value) != G_TYPE_STRING ||
          !g_utf8_validate (json_node_get_string (value), -1, NULL))
        return corrupt (error, _ ("the header's metadata are unusable"));

      g_hash_table_insert (self->metadata, g_strdup (key),
                           g_strdup (json_node_get_string (value)));
    }

  return TRUE;
}

static int
compare_places (gconstpointer a, gconstpointer b)
{
  const DmEntry *first = a, *second = b;

  if (first->from != second->from)
    return first->from < second->from ? -1 : 1;
  if (first->to != second->to)
    return first->to < second->to ? -1 : 1;

  return strcmp (first->stored.name, second->stored.name);
}

/* Tensors follow one another from the first byte to the last. */
static gboolean
check_places (DmHeader *self, guint64 data_size, GError **error)
{
  guint64 at = 0;

  g_array_sort (self->entries, compare_places);

  for (guint i = 0; i < self->entries->len; i++)
    {
      const DmEntry *entry = &g_array_index (self->entries, DmEntry, i);

      if (entry->from != at)
        {
          g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                       _ ("tensor “%s” overlaps another, or leaves a hole "
                          "before it"),
                       entry->stored.name);
          return FALSE;
        }
      at = entry->to;
    }

  if (at > data_size)
    return corrupt (error,
                    _ ("the file is cut short: tensors are missing; copy or "
                       "download it again"));
  if (at < data_size)
    return corrupt (error, _ ("there are bytes behind the last tensor"));

  return TRUE;
}

static gboolean
read_members (DmHeader *self, JsonObject *json, GError **error)
{
  JsonObjectIter iter;
  const char    *name;
  JsonNode      *node;

  if (json_object_get_size (json) > DM_HEADER_MAX_TENSORS)
    return corrupt (error, _ ("the header lists too many tensors"));

  json_object_iter_init (&iter, json);
  while (json_object_iter_next (&iter, &name, &node))
    if (strcmp (name, "__metadata__") == 0 ?
            !add_metadata (self, node, error) :
            !add_tensor (self, name, node, error))
      return FALSE;

  return TRUE;
}

/**
 * dm_header_parse:
 * @text: [length], the JSON text
 * @data_size: bytes of the file behind it
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full): what it says, all of it checked.
 */
DmHeader *
dm_header_parse (const char *text,
                 gsize       length,
                 guint64     data_size,
                 GError    **error)
{
  g_autoptr (DmHeader) self = g_new0 (DmHeader, 1);
  g_autoptr (JsonObject) json = NULL;

  self->entries = g_array_new (FALSE, FALSE, sizeof (DmEntry));
  self->metadata =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  json = dm_json_parse (text, length, error);
  if (json == NULL)
    {
      g_prefix_error (error, _ ("the header is damaged: "));
      return NULL;
    }

  if (!read_members (self, json, error) ||
      !check_places (self, data_size, error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * dm_header_free:
 * @self: (nullable) (transfer full):
 */
void
dm_header_free (DmHeader *self)
{
  if (self == NULL)
    return;

  for (guint i = 0; i < self->entries->len; i++)
    g_free (g_array_index (self->entries, DmEntry, i).stored.name);
  g_array_unref (self->entries);
  g_hash_table_unref (self->metadata);
  g_free (self);
}

/**
 * dm_header_find_crc:
 * @text: [length], the JSON text
 *
 * Returns: (nullable): where the digits of the file's sum stand. Quotes inside
 * of JSON texts are escaped, so that no other text can look like it.
 */
const char *
dm_header_find_crc (const char *text, gsize length)
{
  static const char before[] = "\"" DM_HEADER_CRC_KEY "\":\"";
  const char       *found = memmem (text, length, before, sizeof before - 1);

  if (found == NULL)
    return NULL;

  found += sizeof before - 1;
  if ((gsize) (text + length - found) < DM_HEADER_CRC_DIGITS + 1 ||
      found[DM_HEADER_CRC_DIGITS] != '"')
    return NULL;

  return found;
}
