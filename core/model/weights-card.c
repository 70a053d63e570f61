/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "model/dtype.h"
#include "model/weights-private.h"

/* In the form in which dm_weights_save() takes it: floats, or the file's own.
 */
static gpointer
copy_values (const DmStored *stored)
{
  gsize    n = stored->n_bytes / dm_dtype_get_size (stored->dtype);
  gint64  *whole;
  gpointer value;

  if (stored->dtype == DM_DTYPE_U8)
    return g_memdup2 (stored->data, stored->n_bytes);

  if (stored->dtype == DM_DTYPE_I64)
    {
      whole = g_memdup2 (stored->data, stored->n_bytes);
      for (gsize i = 0; i < n; i++)
        whole[i] = GINT64_FROM_LE (whole[i]);
      return whole;
    }

  value = g_new (float, n);
  dm_dtype_to_float (value, stored->data, stored->dtype, n);

  return value;
}

static DmToStore
copy_tensor (const DmStored *stored)
{
  DmToStore tensor = {
    .name = stored->name,
    .dtype = stored->dtype,
    .n_dims = stored->n_dims,
    .value = copy_values (stored),
  };

  memcpy (tensor.shape, stored->shape, sizeof tensor.shape);

  return tensor;
}

/* Returns: (transfer container): what the file says beside our own words. */
static GHashTable *
get_metadata (const DmWeights *weights)
{
  GHashTable    *other = g_hash_table_new (g_str_hash, g_str_equal);
  GHashTableIter iter;
  gpointer       key, text;

  g_hash_table_iter_init (&iter, weights->header->metadata);
  while (g_hash_table_iter_next (&iter, &key, &text))
    if (strcmp (key, DM_HEADER_KEY) != 0 &&
        strcmp (key, DM_HEADER_CRC_KEY) != 0)
      g_hash_table_insert (other, key, text);

  return other;
}

/**
 * dm_weights_set_card:
 * @path: of a weights file
 * @card: instead of the one that it has
 *
 * Writes the file anew, with the same bits in all tensors and the same further
 * metadata.
 *
 * Errors: those of dm_weights_open() and dm_weights_save(); the former file is
 *   as it was then
 */
gboolean
dm_weights_set_card (const char *path, const DmCard *card, GError **error)
{
  g_autoptr (DmWeights) weights = dm_weights_open (path, error);
  g_autoptr (GHashTable) metadata = NULL;
  g_autoptr (GArray) tensors = NULL;
  gboolean done;

  if (weights == NULL)
    return FALSE;

  metadata = get_metadata (weights);
  tensors = g_array_new (FALSE, FALSE, sizeof (DmToStore));
  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      DmToStore tensor = copy_tensor (dm_weights_get_tensor (weights, i));

      g_array_append_val (tensors, tensor);
    }

  done = dm_weights_save (path, dm_weights_get_config (weights), card, metadata,
                          (const DmToStore *) (gpointer) tensors->data,
                          tensors->len, error);

  for (guint i = 0; i < tensors->len; i++)
    g_free ((gpointer) g_array_index (tensors, DmToStore, i).value);

  return done;
}
