/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/classifier.h"
#include "model/model-private.h"

static DmClassifier *
read_network (const DmWeights *weights, GError **error)
{
  const DmConfig *config = dm_weights_get_config (weights);
  g_autoptr (DmClassifier) self = NULL;

  if (!dm_model_check_task (weights, DM_TASK_CLASSIFIER, error) ||
      !dm_model_check_size (weights, config, error))
    return NULL;

  self = dm_classifier_new (config);
  if (!dm_params_read (dm_classifier_get_params (self), weights, error))
    return NULL;

  if (!dm_classifier_pack (self, DM_PLAN_INFER, dm_pool_get_default (), error))
    return NULL;

  return g_steal_pointer (&self);
}

/**
 * dm_classifier_load:
 * @path: in the file system's encoding
 * @card: (out) (transfer full): what the file says of itself
 *
 * Errors: DM_ERROR_MEMORY, DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED, those of
 *   dm_weights_open()
 *
 * Returns: (transfer full): packed for forward passes
 */
DmClassifier *
dm_classifier_load (const char *path, DmCard **card, GError **error)
{
  g_autoptr (DmWeights) weights = dm_weights_open (path, error);
  DmClassifier *self;

  if (weights == NULL)
    return NULL;

  self = read_network (weights, error);
  if (self == NULL)
    dm_model_prefix_path (path, error);
  else
    *card = dm_card_copy (dm_weights_get_card (weights));

  return self;
}
