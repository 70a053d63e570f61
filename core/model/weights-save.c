/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/weights.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <zlib.h>

#include "model/description.h"
#include "model/dtype.h"
#include "model/json-strict.h"
#include "model/replace-file.h"
#include "model/weights-header.h"
#include "tensor/error.h"

#define CHUNK 16384 /* elements that are converted at a time */

static guint64
get_n (const DmToStore *tensor)
{
  guint64 n = 0;

  if (!dm_shape_get_n (tensor->shape, tensor->n_dims, &n))
    g_return_val_if_reached (0);

  return n;
}

/* Tensors of large elements first: so each is aligned to its elements. */
static int
compare_elements (gconstpointer a, gconstpointer b)
{
  const DmToStore *first = *(const DmToStore *const *) a;
  const DmToStore *second = *(const DmToStore *const *) b;
  gsize            size1 = dm_dtype_get_size (first->dtype);
  gsize            size2 = dm_dtype_get_size (second->dtype);

  if (size1 != size2)
    return size1 > size2 ? -1 : 1;

  return first < second ? -1 : first > second;
}

static GPtrArray *
sort_tensors (const DmToStore *tensors, guint n_tensors)
{
  GPtrArray *sorted = g_ptr_array_sized_new (n_tensors);

  for (guint i = 0; i < n_tensors; i++)
    g_ptr_array_add (sorted, (gpointer) &tensors[i]);
  g_ptr_array_sort (sorted, compare_elements);

  return sorted;
}

static JsonObject *
describe_tensor (const DmToStore *tensor, guint64 from, guint64 to)
{
  JsonObject *json = json_object_new ();
  JsonArray  *shape = json_array_new ();
  JsonArray  *offsets = json_array_new ();

  for (guint i = 0; i < tensor->n_dims; i++)
    json_array_add_int_element (shape, (gint64) tensor->shape[i]);
  json_array_add_int_element (offsets, (gint64) from);
  json_array_add_int_element (offsets, (gint64) to);

  json_object_set_string_member (json, "dtype",
                                 dm_dtype_get_name (tensor->dtype));
  json_object_set_array_member (json, "shape", shape);
  json_object_set_array_member (json, "data_offsets", offsets);

  return json;
}

static JsonObject *
describe_file (const DmConfig *config, const DmCard *card, GHashTable *metadata)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, DM_HEADER_CRC_KEY, DM_HEADER_CRC_ZERO);

  if (config != NULL || card != NULL)
    {
      g_autoptr (JsonObject) description = dm_description_write (config, card);
      g_autofree char *text = dm_json_print (description, FALSE);

      json_object_set_string_member (json, DM_HEADER_KEY, text);
    }

  if (metadata != NULL)
    {
      GList *keys = g_hash_table_get_keys (metadata);

      /* the same bytes whatever the order of the table */
      keys = g_list_sort (keys, (GCompareFunc) strcmp);
      for (GList *at = keys; at != NULL; at = at->next)
        json_object_set_string_member (
            json, at->data, g_hash_table_lookup (metadata, at->data));
      g_list_free (keys);
    }

  return json;
}

/* Prefix, JSON and as many blanks as align the data. */
static GString *
make_header (JsonObject *description, GPtrArray *tensors)
{
  g_autoptr (JsonObject) json = json_object_new ();
  g_autofree char *text = NULL;
  GString         *header = g_string_new (NULL);
  guint64          at = 0, length;

  json_object_set_object_member (json, "__metadata__",
                                 json_object_ref (description));
  for (guint i = 0; i < tensors->len; i++)
    {
      const DmToStore *tensor = tensors->pdata[i];
      guint64 to = at + get_n (tensor) * dm_dtype_get_size (tensor->dtype);

      json_object_set_object_member (json, tensor->name,
                                     describe_tensor (tensor, at, to));
      at = to;
    }

  g_assert (json_object_get_size (json) == tensors->len + 1);

  text = dm_json_print (json, FALSE);
  g_string_append_len (header, "\0\0\0\0\0\0\0\0", DM_HEADER_PREFIX);
  g_string_append (header, text);
  while (header->len % DM_HEADER_ALIGNMENT != 0)
    g_string_append_c (header, ' ');

  length = GUINT64_TO_LE (header->len - DM_HEADER_PREFIX);
  memcpy (header->str, &length, sizeof length);

  return header;
}

typedef struct
{
  DmReplaceFile file;
  guint32       crc;
} Output;

static gboolean
put (Output *self, gconstpointer data, gsize n, GError **error)
{
  self->crc = crc32_z (self->crc, data, n);

  return dm_replace_file_write (&self->file, data, n, error);
}

static gboolean
put_i64 (Output *self, const gint64 *value, gsize n, GError **error)
{
  for (gsize i = 0; i < n; i++)
    {
      gint64 little = GINT64_TO_LE (value[i]);

      if (!put (self, &little, sizeof little, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
put_floats (
    Output *self, DmDtype dtype, const float *value, gsize n, GError **error)
{
  g_autofree guint32 *stored = g_new (guint32, CHUNK);

  for (gsize i = 0; i < n; i += CHUNK)
    {
      gsize now = MIN (n - i, CHUNK);

      dm_dtype_from_float (stored, value + i, dtype, now);
      if (!put (self, stored, now * dm_dtype_get_size (dtype), error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
put_tensor (Output *self, const DmToStore *tensor, GError **error)
{
  gsize n = (gsize) get_n (tensor);

  if (tensor->dtype == DM_DTYPE_U8)
    return put (self, tensor->value, n, error);
  if (tensor->dtype == DM_DTYPE_I64)
    return put_i64 (self, tensor->value, n, error);

  return put_floats (self, tensor->dtype, tensor->value, n, error);
}

static gboolean
put_sum (Output *self, const GString *header, GError **error)
{
  const char *digits = dm_header_find_crc (header->str + DM_HEADER_PREFIX,
                                           header->len - DM_HEADER_PREFIX);
  char        sum[DM_HEADER_CRC_DIGITS + 1];

  g_snprintf (sum, sizeof sum, "%08x", self->crc);

  return dm_replace_file_write_at (&self->file, sum, DM_HEADER_CRC_DIGITS,
                                   (guint64) (digits - header->str), error);
}

static gboolean
write_file (const char    *path,
            const GString *header,
            GPtrArray     *tensors,
            GError       **error)
{
  Output   output = { 0 };
  gboolean done = dm_replace_file_begin (&output.file, path, error) &&
                  put (&output, header->str, header->len, error);

  for (guint i = 0; done && i < tensors->len; i++)
    done = put_tensor (&output, tensors->pdata[i], error);

  done = done && put_sum (&output, header, error) &&
         dm_replace_file_commit (&output.file, error);
  dm_replace_file_clear (&output.file);

  return done;
}

static gboolean
save (const char      *path,
      const DmConfig  *config,
      const DmCard    *card,
      GHashTable      *metadata,
      const DmToStore *tensors,
      guint            n_tensors,
      GError         **error)
{
  g_autoptr (GPtrArray) sorted = sort_tensors (tensors, n_tensors);
  g_autoptr (JsonObject) description = NULL;
  g_autoptr (GString) header = NULL;

  if (!dm_description_check (config, card, error))
    return FALSE;

  description = describe_file (config, card, metadata);
  header = make_header (description, sorted);

  return write_file (path, header, sorted, error);
}

/**
 * dm_weights_save:
 * @path: in the file system's encoding
 * @config: (nullable): makes the file a model
 * @card: (nullable):
 * @metadata: (nullable): UTF-8 key to UTF-8 text, neither key ours
 * @tensors: [n_tensors], no name twice
 *
 * Writes aside, flushes, renames: on any failure the former file is as it was
 * and nothing is left beside it. The same arguments make the same bytes.
 *
 * Errors: DM_ERROR_FILE; DM_ERROR_CORRUPT, DM_ERROR_OPTION if @config or @card
 *   cannot be stored
 */
gboolean
dm_weights_save (const char      *path,
                 const DmConfig  *config,
                 const DmCard    *card,
                 GHashTable      *metadata,
                 const DmToStore *tensors,
                 guint            n_tensors,
                 GError         **error)
{
  g_autofree char *shown = NULL;

  if (save (path, config, card, metadata, tensors, n_tensors, error))
    return TRUE;

  shown = g_filename_display_name (path);
  g_prefix_error (error, "%s: ", shown);

  return FALSE;
}
