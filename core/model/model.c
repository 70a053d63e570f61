/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/model.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "model/dtype.h"
#include "tensor/error.h"
#include "tensor/pool.h"

struct _DmModel
{
  gatomicrefcount refs;
  DmUnet         *unet;
  DmCard         *card;
};

/* --- what must be true before memory is taken --------------------------- */

static guint64
count_stored (const DmWeights *weights)
{
  guint64 n = 0;

  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      const DmStored *stored = dm_weights_get_tensor (weights, i);

      n += stored->n_bytes / dm_dtype_get_size (stored->dtype);
    }

  return n;
}

/* GLib ends the process when it gets no memory: ask before. */
static gboolean
is_there (guint64 bytes)
{
  gpointer probe = bytes < G_MAXSIZE ? g_try_malloc ((gsize) bytes) : NULL;

  g_free (probe);

  return probe != NULL;
}

/* A few bytes of configuration can ask for gigabytes: the file must have about
 * as many values as the network that it describes.
 */
static gboolean
check_size (const DmWeights *weights, const DmConfig *config, GError **error)
{
  guint64 n_needed = dm_config_estimate_parameters (config);

  if (count_stored (weights) < n_needed / 4)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("it has too few values for the network that it "
                              "describes"));
      return FALSE;
    }

  if (!is_there (n_needed * sizeof (float)))
    {
      g_set_error_literal (
          error, DM_ERROR, DM_ERROR_MEMORY,
          _ ("there is not enough memory for the model; close other programs"));
      return FALSE;
    }

  return TRUE;
}

/* --- tensors to parameters ---------------------------------------------- */

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

/* --- the model ----------------------------------------------------------- */

static gboolean
check_config (const DmWeights *weights, GError **error)
{
  if (dm_weights_get_config (weights) != NULL)
    return TRUE;

  g_set_error_literal (error, DM_ERROR, DM_ERROR_UNSUPPORTED,
                       _ ("holds tensors but describes no network; it was not "
                          "written by “gegl-diffusion train”"));

  return FALSE;
}

static void
prefix_path (const char *path, GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  g_prefix_error (error, "%s: ", shown);
}

/**
 * dm_model_open_header:
 * @path: in the file system's encoding
 *
 * Errors: DM_ERROR_UNSUPPORTED, those of dm_weights_open_header()
 *
 * Returns: (transfer full): the header; it has a configuration
 */
DmWeights *
dm_model_open_header (const char *path, GError **error)
{
  g_autoptr (DmWeights) weights = dm_weights_open_header (path, error);

  if (weights == NULL)
    return NULL;

  if (!check_config (weights, error))
    {
      prefix_path (path, error);
      return NULL;
    }

  return g_steal_pointer (&weights);
}

static DmUnet *
make_unet (const DmWeights *weights, GError **error)
{
  const DmConfig *config = dm_weights_get_config (weights);
  g_autoptr (DmUnet) unet = NULL;

  if (!check_config (weights, error) || !check_size (weights, config, error))
    return NULL;

  unet = dm_unet_new (config);
  if (!dm_params_read (dm_unet_get_params (unet), weights, error))
    return NULL;

  if (!is_there (dm_unet_measure_packs (unet, DM_PLAN_INFER)))
    {
      g_set_error_literal (
          error, DM_ERROR, DM_ERROR_MEMORY,
          _ ("there is not enough memory for the model; close other programs"));
      return NULL;
    }

  dm_unet_pack (unet, DM_PLAN_INFER, dm_pool_get_default ());

  return g_steal_pointer (&unet);
}

/**
 * dm_model_load:
 * @path: in the file system's encoding
 *
 * Errors: DM_ERROR_MEMORY, DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED, those of
 *   dm_weights_open()
 *
 * Returns: (transfer full): the model, ready to draw
 */
DmModel *
dm_model_load (const char *path, GError **error)
{
  g_autoptr (DmWeights) weights = dm_weights_open (path, error);
  DmModel *self;
  DmUnet  *unet;

  if (weights == NULL)
    return NULL;

  unet = make_unet (weights, error);
  if (unet == NULL)
    {
      prefix_path (path, error);
      return NULL;
    }

  self = g_new0 (DmModel, 1);
  g_atomic_ref_count_init (&self->refs);
  self->unet = unet;
  self->card = dm_card_copy (dm_weights_get_card (weights));

  return self;
}

/**
 * dm_model_ref:
 *
 * Returns: (transfer full): @self
 */
DmModel *
dm_model_ref (DmModel *self)
{
  g_atomic_ref_count_inc (&self->refs);

  return self;
}

/**
 * dm_model_unref:
 * @self: (nullable) (transfer full):
 */
void
dm_model_unref (DmModel *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->refs))
    return;

  dm_unet_free (self->unet);
  dm_card_free (self->card);
  g_free (self);
}

/**
 * dm_model_get_config:
 *
 * Returns: (transfer none):
 */
const DmConfig *
dm_model_get_config (const DmModel *self)
{
  return dm_unet_get_config (self->unet);
}

/**
 * dm_model_get_card:
 *
 * Returns: (transfer none):
 */
const DmCard *
dm_model_get_card (const DmModel *self)
{
  return self->card;
}

/**
 * dm_model_get_unet:
 *
 * Returns: (transfer none): packed for inference
 */
const DmUnet *
dm_model_get_unet (const DmModel *self)
{
  return self->unet;
}
