/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/averages.h"

#include <math.h>
#include <string.h>

#include "model/weights.h"
#include "train/ema.h"
#include "train/power-fit.h"
#include "train/trainer-private.h"

#define RUN_KEY "gegl-diffusion-run"
#define STEPS "steps"

/* Lengths that are tried, as multiples of the run's own. */
static const double factors[] = { 0.5, 0.63, 0.8, 1.0, 1.25, 1.6, 2.0, 2.5 };

/* Longest average that there is, and the largest error of one that is tried. */
#define LONGEST 0.28
#define LARGEST_ERROR 0.1

/* Moments lie denser towards the end, where shorter averages have their weight:
 * between these shares of the run before its end.
 */
#define LAST_GAP 0.02
#define FIRST_GAP 0.9

/**
 * dm_averages_get_moment:
 * @i: 0 ... DM_N_AVERAGES - 1
 *
 * Returns: the share of the run after which average @i is kept, rising with @i.
 */
double
dm_averages_get_moment (size_t i)
{
  double k = (double) i / (DM_N_AVERAGES - 1);

  return 1.0 - FIRST_GAP * pow (LAST_GAP / FIRST_GAP, k);
}

static char *
get_path (const char *folder, size_t i)
{
  g_autofree char *name = g_strdup_printf ("%02zu.safetensors", i);

  return g_build_filename (folder, name, NULL);
}

/**
 * dm_trainer_keep_average:
 * @folder: exists
 * @i: 0 ... DM_N_AVERAGES - 1; what was kept there is replaced
 *
 * Writes the average as it is now, as f16.
 *
 * Errors: those of dm_weights_save()
 */
gboolean
dm_trainer_keep_average (DmTrainer  *self,
                         const char *folder,
                         size_t      i,
                         GError    **error)
{
  const DmParams *params = self->params;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  g_autofree DmToStore *tensors = g_new (DmToStore, params->n_params + 1);
  g_autofree char      *path = get_path (folder, i);
  g_autofree char      *run = dm_trainer_describe (self);
  gint64                steps = (gint64) self->adamw.n_steps;

  for (size_t k = 0; k < params->n_params; k++)
    tensors[k] = dm_trainer_store_param (params->list[k], params->list[k]->name,
                                         self->average, DM_DTYPE_F16);
  tensors[params->n_params] =
      (DmToStore){ STEPS, DM_DTYPE_I64, 1, { 1 }, &steps };
  g_hash_table_insert (metadata, (char *) RUN_KEY, run);

  return dm_weights_save (path, NULL, NULL, metadata, tensors,
                          (guint) params->n_params + 1, error);
}

/* --- what was kept ---------------------------------------------------------
 */

/* Averages in the order of their steps; the last is the trainer's own. */
typedef struct
{
  const char *folder;
  size_t      file[DM_N_AVERAGES]; /* number of each */
  double      step[DM_N_AVERAGES + 1];
  size_t      n; /* files */
} Kept;

/* Returns: the step at which the average was kept; 0 if it is of another run.
 */
static double
get_step (const DmWeights *file, const char *run)
{
  const DmStored *stored = dm_weights_find (file, STEPS);
  gint64          steps = 0;

  if (g_strcmp0 (dm_weights_get_metadata (file, RUN_KEY), run) == 0 &&
      stored != NULL && stored->dtype == DM_DTYPE_I64 &&
      stored->n_bytes == sizeof steps)
    memcpy (&steps, stored->data, sizeof steps);

  return (double) steps;
}

/* Those that are missing, broken or not of this run are done without. */
static void
find_kept (Kept *self, DmTrainer *trainer, const char *folder)
{
  g_autofree char *run = dm_trainer_describe (trainer);
  double           last = 0.0, now = (double) trainer->adamw.n_steps;

  *self = (Kept){ .folder = folder };
  for (size_t i = 0; i < DM_N_AVERAGES; i++)
    {
      g_autofree char *path = get_path (folder, i);
      g_autoptr (DmWeights) file = dm_weights_open (path, NULL);
      double step = file != NULL ? get_step (file, run) : 0.0;

      if (step <= last || step >= now)
        continue;
      self->file[self->n] = i;
      self->step[self->n++] = last = step;
    }
  self->step[self->n] = now;
}

/* --- mixing --------------------------------------------------------------- */

static gboolean
add_file (float          *mix,
          const char     *path,
          const DmParams *params,
          double          share,
          GError        **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);

  if (file == NULL)
    return FALSE;

  for (size_t k = 0; k < params->n_params; k++)
    {
      const DmParam    *param = params->list[k];
      g_autofree float *value = g_new (float, param->n);

      if (!dm_weights_read (file, param->name, value, param->n, error))
        {
          g_prefix_error (error, "%s: ", path);
          return FALSE;
        }
      for (size_t i = 0; i < param->n; i++)
        mix[param->offset + i] += (float) share * value[i];
    }

  return TRUE;
}

/* @share: [kept->n + 1]; made to sum to 1 */
static gboolean
mix_averages (float        *mix,
              const Kept   *kept,
              DmTrainer    *trainer,
              const double *share,
              GError      **error)
{
  size_t n = trainer->params->n_values;
  double sum = 0.0;

  for (size_t i = 0; i <= kept->n; i++)
    sum += share[i];
  for (size_t i = 0; i < n; i++)
    mix[i] = (float) (share[kept->n] / sum) * trainer->average[i];
  for (size_t i = 0; i < kept->n; i++)
    {
      g_autofree char *path = get_path (kept->folder, kept->file[i]);

      if (!add_file (mix, path, trainer->params, share[i] / sum, error))
        return FALSE;
    }

  return TRUE;
}

static double
measure_mix (DmTrainer *trainer, float *mix, size_t n_pictures)
{
  float *own = trainer->average;
  double loss;

  trainer->average = mix;
  loss = dm_trainer_held_out (trainer, n_pictures);
  trainer->average = own;

  return loss;
}

/* The best mix so far, and where the next one is made, in turns. */
typedef struct
{
  Kept   kept;
  float *best, *next; /* [n_values] */
  DmMix  chosen;
} Choice;

/* Tries one length. Returns: FALSE and @error if it cannot be read. */
static gboolean
try_length (Choice    *self,
            DmTrainer *trainer,
            double     length,
            size_t     n_pictures,
            GArray    *tried,
            GError   **error)
{
  double own = trainer->options.ema_length;
  double share[DM_N_AVERAGES + 1];
  DmMix  mix = { .length = length };

  if (!dm_power_fit (share, &mix.error, self->kept.step, self->kept.n + 1,
                     dm_ema_exponent (own), dm_ema_exponent (length)) ||
      mix.error > LARGEST_ERROR)
    return TRUE;

  if (!mix_averages (self->next, &self->kept, trainer, share, error))
    return FALSE;

  mix.loss = measure_mix (trainer, self->next, n_pictures);
  g_array_append_val (tried, mix);
  if (mix.loss < self->chosen.loss)
    {
      self->chosen = mix;
      self->best = self->next;
      self->next = self->next == trainer->adamw.first ? trainer->adamw.second :
                                                        trainer->adamw.first;
    }

  return TRUE;
}

/**
 * dm_trainer_choose_average:
 * @folder: of dm_trainer_keep_average()
 * @n_pictures: over which the loss is measured
 * @chosen: (out): the one with the lowest loss
 *
 * To be called at the end of a run, when its state has been saved: the average
 * becomes the mix that was chosen, in the memory of what only steps need, so
 * that the trainer can take none any more. Without pictures held out the
 * average stays.
 *
 * Errors: those of dm_weights_open(); the average is as it was
 *
 * Returns: (transfer full) (nullable): of DmMix, in the order of the lengths:
 *   all that were tried
 */
GArray *
dm_trainer_choose_average (DmTrainer  *self,
                           const char *folder,
                           size_t      n_pictures,
                           DmMix      *chosen,
                           GError    **error)
{
  double   own = self->options.ema_length;
  GArray  *tried = g_array_new (FALSE, FALSE, sizeof (DmMix));
  gboolean done = TRUE;
  Choice   choice = {
      .best = self->average,
      .next = self->adamw.first,
      .chosen = { own, 0.0, INFINITY },
  };

  find_kept (&choice.kept, self, folder);
  for (size_t i = 0; done && i < G_N_ELEMENTS (factors); i++)
    if (self->dataset->n_held_out > 0 && factors[i] * own <= LONGEST)
      done = try_length (&choice, self, factors[i] * own, n_pictures, tried,
                         error);

  if (done)
    memmove (self->average, choice.best,
             self->params->n_values * sizeof *self->average);
  else
    g_clear_pointer (&tried, g_array_unref);
  *chosen = choice.chosen;

  return tried;
}
