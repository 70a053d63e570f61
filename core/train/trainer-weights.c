/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/model.h"
#include "train/trainer-private.h"

/* A part of a block of all parameters, as a tensor of a file. */
DmToStore
dm_trainer_store_param (const DmParam *param,
                        const char    *name,
                        const float   *block,
                        DmDtype        dtype)
{
  DmToStore store = {
    .name = name,
    .dtype = dtype,
    .n_dims = (guint) param->n_dims,
    .value = block + param->offset,
  };

  for (size_t d = 0; d < param->n_dims; d++)
    store.shape[d] = param->shape[d];

  return store;
}

/**
 * dm_trainer_save_weights:
 * @dtype: %DM_DTYPE_F32, %DM_DTYPE_F16 or %DM_DTYPE_BF16
 *
 * Errors: those of dm_weights_save(); the former file is as it was
 */
gboolean
dm_trainer_save_weights (const DmTrainer *self,
                         const char      *path,
                         const DmCard    *card,
                         DmDtype          dtype,
                         GError         **error)
{
  const DmParams       *params = self->params;
  g_autofree DmToStore *tensors = g_new (DmToStore, params->n_params);

  for (size_t i = 0; i < params->n_params; i++)
    tensors[i] = dm_trainer_store_param (params->list[i], params->list[i]->name,
                                         self->average, dtype);

  return dm_weights_save (path, &self->config, card, NULL, tensors,
                          (guint) params->n_params, error);
}

/* A table of classes of another length is left as it was drawn: whoever starts
 * from a model may have classes of his own.
 */
static gboolean
is_other_classes (const DmWeights *file, const DmParam *param)
{
  static const char *const tables[] = { "embed.classes.weight", "head.weight",
                                        "head.bias", NULL };
  const DmStored          *stored = dm_weights_find (file, param->name);

  return g_strv_contains (tables, param->name) && stored != NULL &&
         stored->n_dims == param->n_dims &&
         (param->n_dims == 1 || stored->shape[1] == param->shape[1]) &&
         stored->shape[0] != param->shape[0];
}

/* What the network is told beyond time and class may be new to it. */
static gboolean
is_new_input (const DmWeights *file, const DmParam *param)
{
  return (g_str_has_prefix (param->name, "embed.scale.") ||
          g_str_has_prefix (param->name, "embed.augment.")) &&
         dm_weights_find (file, param->name) == NULL;
}

/**
 * dm_trainer_load_weights:
 * @path: a weights file of a network of the same shape; its number of classes
 * may be another, and it need not have been told all that this one is
 *
 * Starts the run from these weights, and notes what they had seen.
 *
 * Errors: those of dm_weights_open() and dm_weights_read(),
 * %DM_ERROR_UNSUPPORTED for a network of another task
 */
gboolean
dm_trainer_load_weights (DmTrainer *self, const char *path, GError **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);
  const DmCard *card;

  if (file == NULL)
    return FALSE;

  if (dm_weights_get_config (file) != NULL &&
      !dm_model_check_task (file, self->config.task, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  for (size_t i = 0; i < self->params->n_params; i++)
    {
      const DmParam *param = self->params->list[i];

      if (!is_other_classes (file, param) && !is_new_input (file, param) &&
          !dm_weights_read (file, param->name, param->value, param->n, error))
        {
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
    }

  card = dm_weights_get_card (file);
  self->images_before = (guint64) (card->images_seen + card->images_before);
  self->learner->class->pack (self->learner, NULL);

  return TRUE;
}
