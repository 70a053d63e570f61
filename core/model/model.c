/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/model.h"

#include <glib/gi18n-lib.h>

#include "model/dtype.h"
#include "model/model-private.h"
#include "tensor/error.h"
#include "tensor/memory.h"
#include "tensor/pool.h"

struct _DmModel
{
  gatomicrefcount refs;
  DmUnet         *unet;
  DmCard         *card;
};

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

/**
 * dm_model_check_size:
 *
 * A few bytes of configuration can ask for gigabytes: the file must have about
 * as many values as the network that it describes.
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_MEMORY
 */
gboolean
dm_model_check_size (const DmWeights *weights,
                     const DmConfig  *config,
                     GError         **error)
{
  guint64 n_needed = dm_config_estimate_parameters (config);

  if (count_stored (weights) < n_needed / 4)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("it has too few values for the network that it "
                              "describes"));
      return FALSE;
    }

  if (!dm_memory_is_there (n_needed * sizeof (float)))
    {
      g_set_error_literal (
          error, DM_ERROR, DM_ERROR_MEMORY,
          _ ("there is not enough memory for the model; close other programs"));
      return FALSE;
    }

  return TRUE;
}

/**
 * dm_model_check_task:
 * @task: what the network in the file must be for
 *
 * Errors: DM_ERROR_UNSUPPORTED
 */
gboolean
dm_model_check_task (const DmWeights *weights, DmTask task, GError **error)
{
  const DmConfig *config = dm_weights_get_config (weights);
  const char     *fault;

  if (config != NULL && config->task == task)
    return TRUE;

  if (config == NULL)
    fault = _ ("holds tensors but describes no network; it was not written by "
               "“gegl-diffusion train”");
  else if (config->task == DM_TASK_CLASSIFIER)
    fault = _ ("is a classifier: it tells pictures apart, for “gegl-diffusion "
               "evaluate --features”, and draws none");
  else
    fault = _ ("draws pictures; what is needed here is a classifier, which "
               "“gegl-diffusion train --task classifier” makes");
  g_set_error_literal (error, DM_ERROR, DM_ERROR_UNSUPPORTED, fault);

  return FALSE;
}

/**
 * dm_model_prefix_path:
 *
 * Says which file an error is about.
 */
void
dm_model_prefix_path (const char *path, GError **error)
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
 * Returns: (transfer full): the header; it has the configuration of a network
 * that draws
 */
DmWeights *
dm_model_open_header (const char *path, GError **error)
{
  g_autoptr (DmWeights) weights = dm_weights_open_header (path, error);

  if (weights == NULL)
    return NULL;

  if (!dm_model_check_task (weights, DM_TASK_DIFFUSION, error))
    {
      dm_model_prefix_path (path, error);
      return NULL;
    }

  return g_steal_pointer (&weights);
}

static DmUnet *
make_unet (const DmWeights *weights, GError **error)
{
  const DmConfig *config = dm_weights_get_config (weights);
  g_autoptr (DmUnet) unet = NULL;

  if (!dm_model_check_task (weights, DM_TASK_DIFFUSION, error) ||
      !dm_model_check_size (weights, config, error))
    return NULL;

  unet = dm_unet_new (config);
  if (!dm_params_read (dm_unet_get_params (unet), weights, error))
    return NULL;

  if (!dm_unet_pack (unet, DM_PLAN_INFER, dm_pool_get_default (), error))
    return NULL;

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
      dm_model_prefix_path (path, error);
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
