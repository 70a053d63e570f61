/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/model.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "tensor/error.h"

static char *
describe_shape (const guint64 *shape, guint n_dims)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < n_dims; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? ", " : "",
                            shape[i]);
  g_string_append_c (text, ']');

  return g_string_free (text, FALSE);
}

static gboolean
check_shape (const DmParam *param, const DmStored *stored, GError **error)
{
  guint64          shape[G_N_ELEMENTS (param->shape)];
  g_autofree char *wanted = NULL, *found = NULL;

  for (size_t i = 0; i < param->n_dims; i++)
    shape[i] = param->shape[i];

  if (stored->n_dims == param->n_dims &&
      memcmp (stored->shape, shape, param->n_dims * sizeof *shape) == 0)
    return TRUE;

  wanted = describe_shape (shape, (guint) param->n_dims);
  found = describe_shape (stored->shape, stored->n_dims);
  g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
               _ ("tensor “%s” has the shape %s; the network needs %s"),
               param->name, found, wanted);

  return FALSE;
}

static gboolean
is_finite (const float *value, size_t n)
{
  float sum = 0.0f;

  /* NaN and infinity times zero are NaN */
  for (size_t i = 0; i < n; i++)
    sum += value[i] * 0.0f;

  return !isnan (sum);
}

static gboolean
read_param (const DmParam *param, const DmWeights *weights, GError **error)
{
  const DmStored *stored = dm_weights_find (weights, param->name);

  if ((stored != NULL && !check_shape (param, stored, error)) ||
      !dm_weights_read (weights, param->name, param->value, param->n, error))
    return FALSE;

  if (!is_finite (param->value, param->n))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                   _ ("tensor “%s” has values that are no numbers"),
                   param->name);
      return FALSE;
    }

  return TRUE;
}

static const char *
find_extra (const DmParams *params, const DmWeights *weights)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  for (size_t i = 0; i < params->n_params; i++)
    g_hash_table_add (names, params->list[i]->name);

  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      const char *name = dm_weights_get_tensor (weights, i)->name;

      if (!g_hash_table_contains (names, name))
        return name;
    }

  return NULL;
}

/**
 * dm_params_read:
 * @self: (inout): allocated
 * @weights: has just these tensors, in these shapes, all values finite
 *
 * Errors: DM_ERROR_CORRUPT
 */
gboolean
dm_params_read (DmParams *self, const DmWeights *weights, GError **error)
{
  const char *extra;

  for (size_t i = 0; i < self->n_params; i++)
    if (!read_param (self->list[i], weights, error))
      return FALSE;

  extra = find_extra (self, weights);
  if (extra != NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                   _ ("tensor “%s” is not part of the network"), extra);
      return FALSE;
    }

  return TRUE;
}
