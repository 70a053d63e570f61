/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/config-json.h"
#include "model/weights.h"
#include "tensor/error.h"
#include "train/trainer-private.h"

#define STATE_KEY "gegl-diffusion-state"

/* The four blocks of numbers that a run consists of. */
#define N_BLOCKS 4
static const char *const block_names[N_BLOCKS] = {
  "values",
  "average",
  "first",
  "second",
};

static float *
get_block (const DmTrainer *self, int i)
{
  float *const blocks[N_BLOCKS] = {
    self->params->values,
    self->average,
    self->adamw.first,
    self->adamw.second,
  };

  return blocks[i];
}

static char *
describe_config (const DmConfig *config)
{
  g_autoptr (JsonObject) json = dm_config_to_json (config);
  g_autoptr (JsonNode) node = json_node_alloc ();

  json_node_init_object (node, json);

  return json_to_string (node, FALSE);
}

/* What must agree for a run to be continued: all but its length. */
static char *
describe (const DmTrainer *self)
{
  const DmTrainerOptions *o = &self->options;
  const DmAdamwOptions   *a = &o->adamw;
  g_autofree char        *digest = dm_dataset_digest (self->dataset);
  g_autofree char        *config = describe_config (&self->config);
  const DmAugment        *drawn = &self->dataset->augment;
  g_autofree char        *augment = dm_augment_describe (drawn);

  return g_strdup_printf (
      "2 data=%s seed=%" G_GUINT64_FORMAT " batch=%zu mirror=%d p_uncond=%.17g "
      "rate=%.17g warm_up=%" G_GUINT64_FORMAT " hold=%.17g ema=%.17g "
      "beta1=%.17g beta2=%.17g floor=%.17g decay=%.17g clip=%.17g %snetwork=%s",
      digest, o->seed, o->batch, drawn->mirror, o->p_uncond, o->rate,
      o->warm_up, o->hold, o->ema_length, a->beta1, a->beta2, a->variance_floor,
      a->decay, a->clip, augment, config);
}

static DmToStore
store_param (const DmParam *param,
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
 * dm_trainer_save_state:
 *
 * Errors: those of dm_weights_save(); the former file is as it was
 */
gboolean
dm_trainer_save_state (const DmTrainer *self, const char *path, GError **error)
{
  const DmParams *params = self->params;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree DmToStore *tensors =
      g_new (DmToStore, params->n_params * N_BLOCKS + 1);
  g_autofree char *description = describe (self);
  guint64          seconds;
  gint64           counters[3];
  guint            n = 0;

  memcpy (&seconds, &self->seconds, sizeof seconds);
  counters[0] = (gint64) self->images;
  counters[1] = (gint64) self->adamw.n_steps;
  counters[2] = (gint64) seconds;

  for (int block = 0; block < N_BLOCKS; block++)
    for (size_t i = 0; i < params->n_params; i++)
      {
        char *name =
            g_strconcat (block_names[block], ".", params->list[i]->name, NULL);

        g_ptr_array_add (names, name);
        tensors[n++] = store_param (params->list[i], name,
                                    get_block (self, block), DM_DTYPE_F32);
      }

  tensors[n++] = (DmToStore){ "counters", DM_DTYPE_I64, 1, { 3 }, counters };
  g_hash_table_insert (metadata, (char *) STATE_KEY, description);

  return dm_weights_save (path, NULL, NULL, metadata, tensors, n, error);
}

static gboolean
read_blocks (DmTrainer *self, const DmWeights *file, GError **error)
{
  for (int block = 0; block < N_BLOCKS; block++)
    for (size_t i = 0; i < self->params->n_params; i++)
      {
        const DmParam   *param = self->params->list[i];
        g_autofree char *name =
            g_strconcat (block_names[block], ".", param->name, NULL);

        if (!dm_weights_read (file, name,
                              get_block (self, block) + param->offset, param->n,
                              error))
          return FALSE;
      }

  return TRUE;
}

static gboolean
read_counters (DmTrainer *self, const DmWeights *file, GError **error)
{
  const DmStored *stored = dm_weights_find (file, "counters");
  gint64          counters[3];

  if (stored == NULL || stored->dtype != DM_DTYPE_I64 ||
      stored->n_bytes != sizeof counters)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("not the state of a training run"));
      return FALSE;
    }

  memcpy (counters, stored->data, sizeof counters);
  self->images = (guint64) counters[0];
  self->adamw.n_steps = (guint64) counters[1];
  memcpy (&self->seconds, &counters[2], sizeof self->seconds);

  return TRUE;
}

/* The words at which two descriptions first differ. */
static void
refuse_state (const char *path,
              const char *found,
              const char *wanted,
              GError    **error)
{
  static const char ends[] = " ,{}[]";
  size_t            i = 0;

  while (found[i] != '\0' && found[i] == wanted[i])
    i++;
  while (i > 0 && strchr (ends, found[i - 1]) == NULL)
    i--;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%s: the state is that of a run with other data or options: "
                  "“%.*s” then, “%.*s” now; give the same ones, or train "
                  "without --resume"),
               path, (int) strcspn (found + i, ends), found + i,
               (int) strcspn (wanted + i, ends), wanted + i);
}

/**
 * dm_trainer_load_state:
 *
 * Errors: those of dm_weights_open(), %DM_ERROR_OPTION if the state is that of
 * another run; then the trainer must not be used further
 */
gboolean
dm_trainer_load_state (DmTrainer *self, const char *path, GError **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);
  g_autofree char *wanted = describe (self);
  const char      *found;

  if (file == NULL)
    return FALSE;

  found = dm_weights_get_metadata (file, STATE_KEY);
  if (g_strcmp0 (found, wanted) != 0)
    {
      refuse_state (path, found != NULL ? found : "", wanted, error);
      return FALSE;
    }

  if (!read_counters (self, file, error) || !read_blocks (self, file, error))
    {
      g_prefix_error (error, "%s: ", path);
      return FALSE;
    }

  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->context.pool, NULL);

  return TRUE;
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
    tensors[i] = store_param (params->list[i], params->list[i]->name,
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
  const DmStored *stored = dm_weights_find (file, param->name);

  return strcmp (param->name, "embed.classes.weight") == 0 && stored != NULL &&
         stored->n_dims == 2 && stored->shape[1] == param->shape[1] &&
         stored->shape[0] != param->shape[0];
}

/**
 * dm_trainer_load_weights:
 * @path: a weights file of a network of the same shape; its number of classes
 * may be another
 *
 * Starts the run from these weights.
 *
 * Errors: those of dm_weights_open() and dm_weights_read()
 */
gboolean
dm_trainer_load_weights (DmTrainer *self, const char *path, GError **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);

  if (file == NULL)
    return FALSE;

  for (size_t i = 0; i < self->params->n_params; i++)
    {
      const DmParam *param = self->params->list[i];

      if (!is_other_classes (file, param) &&
          !dm_weights_read (file, param->name, param->value, param->n, error))
        {
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
    }

  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->context.pool, NULL);

  return TRUE;
}
