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

/* Numbers that a run consists of beside its blocks. States of earlier versions
 * have the first three, whose runs were never watched nor split, or eight,
 * whose runs did not know what they began with.
 */
enum
{
  COUNTER_IMAGES,
  COUNTER_STEPS,
  COUNTER_SECONDS, /* bits of a double */
  N_OLDEST_COUNTERS,
  COUNTER_PART = N_OLDEST_COUNTERS,
  COUNTER_BEST, /* bits of a double */
  COUNTER_NORMS,
  COUNTER_SKIPPED,
  COUNTER_IN_A_ROW,
  N_OLD_COUNTERS,
  COUNTER_BEFORE = N_OLD_COUNTERS,
  N_COUNTERS
};

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

static gint64
pack_double (double value)
{
  gint64 bits;

  memcpy (&bits, &value, sizeof bits);

  return bits;
}

static double
unpack_double (gint64 bits)
{
  double value;

  memcpy (&value, &bits, sizeof value);

  return value;
}

static void
get_counters (const DmTrainer *self, gint64 *counters)
{
  counters[COUNTER_IMAGES] = (gint64) self->images;
  counters[COUNTER_STEPS] = (gint64) self->adamw.n_steps;
  counters[COUNTER_SECONDS] = pack_double (self->seconds);
  counters[COUNTER_PART] = (gint64) self->learner->part;
  counters[COUNTER_BEST] = pack_double (self->best);
  counters[COUNTER_NORMS] = (gint64) self->watch.n_norms;
  counters[COUNTER_SKIPPED] = (gint64) self->watch.n_skipped;
  counters[COUNTER_IN_A_ROW] = (gint64) self->watch.n_in_a_row;
  counters[COUNTER_BEFORE] = (gint64) self->images_before;
}

/**
 * dm_trainer_save_state:
 *
 * Errors: those of dm_weights_save(); the former file is as it was
 */
gboolean
dm_trainer_save_state (DmTrainer *self, const char *path, GError **error)
{
  const DmParams *params = self->params;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree DmToStore *tensors =
      g_new (DmToStore, params->n_params * N_BLOCKS + 2);
  g_autofree char *description = dm_trainer_describe (self);
  gint64           counters[N_COUNTERS];
  guint            n = 0;

  for (int block = 0; block < N_BLOCKS; block++)
    for (size_t i = 0; i < params->n_params; i++)
      {
        char *name =
            g_strconcat (block_names[block], ".", params->list[i]->name, NULL);

        g_ptr_array_add (names, name);
        tensors[n++] = dm_trainer_store_param (
            params->list[i], name, get_block (self, block), DM_DTYPE_F32);
      }

  get_counters (self, counters);
  tensors[n++] =
      (DmToStore){ "counters", DM_DTYPE_I64, 1, { N_COUNTERS }, counters };
  tensors[n++] = (DmToStore){
    "norms", DM_DTYPE_F32, 1, { DM_WATCH_N }, self->watch.norms
  };
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

/* What the run knew of its gradients and of pictures held out, and the parts
 * that its batches were cut into.
 */
static gboolean
read_watch (DmTrainer       *self,
            const DmWeights *file,
            const gint64    *counters,
            GError         **error)
{
  size_t part = (size_t) counters[COUNTER_PART];

  self->best = unpack_double (counters[COUNTER_BEST]);
  self->watch.n_norms = (guint64) counters[COUNTER_NORMS];
  self->watch.n_skipped = (guint64) counters[COUNTER_SKIPPED];
  self->watch.n_in_a_row = (guint64) counters[COUNTER_IN_A_ROW];
  if (!dm_weights_read (file, "norms", self->watch.norms, DM_WATCH_N, error))
    return FALSE;

  /* the same parts as before, for the same bits, if there is room for them */
  if (part == self->learner->part || part == 0 ||
      self->options.batch % part != 0 || !dm_trainer_part_fits (self, part))
    return TRUE;

  return dm_trainer_set_part (self, part, error);
}

static gboolean
are_counters (const DmStored *stored)
{
  gsize n = stored->n_bytes / sizeof (gint64);

  return stored->dtype == DM_DTYPE_I64 &&
         (n == N_COUNTERS || n == N_OLD_COUNTERS || n == N_OLDEST_COUNTERS);
}

static gboolean
read_counters (DmTrainer *self, const DmWeights *file, GError **error)
{
  const DmStored *stored = dm_weights_find (file, "counters");
  gint64          counters[N_COUNTERS] = { 0 };

  if (stored == NULL || !are_counters (stored))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("not the state of a training run"));
      return FALSE;
    }

  memcpy (counters, stored->data, stored->n_bytes);
  self->images = (guint64) counters[COUNTER_IMAGES];
  self->adamw.n_steps = (guint64) counters[COUNTER_STEPS];
  self->seconds = unpack_double (counters[COUNTER_SECONDS]);
  self->images_before = (guint64) counters[COUNTER_BEFORE];

  return stored->n_bytes == N_OLDEST_COUNTERS * sizeof *counters ||
         read_watch (self, file, counters, error);
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

  if (g_str_has_prefix (found + i, "data=") &&
      g_str_has_prefix (wanted + i, "data="))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("%s: the pictures are no longer those that this run "
                      "began with (a file or a folder was added, removed or "
                      "changed, or they are read differently); bring them back "
                      "to go on, or train anew without --resume and to another "
                      "file"),
                   path);
      return;
    }

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%s: the state is that of a run with other data or options: "
                  "“%.*s” then, “%.*s” now; give the same ones, or train "
                  "anew without --resume and to another file"),
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
  g_autofree char *wanted = dm_trainer_describe (self);
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

  self->learner->class->pack (self->learner, NULL);

  return TRUE;
}
