/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/train-options.h"

#include <math.h>
#include <string.h>

#include "program/options.h"
#include "tensor/error.h"

static gboolean
parse_multipliers (DmConfig *config, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  config->n_levels = g_strv_length (words);
  if (config->n_levels < 1 || config->n_levels > DM_MAX_LEVELS)
    return dm_options_refuse (error, "multipliers", text);

  for (size_t i = 0; i < config->n_levels; i++)
    {
      guint64 value;

      if (!g_ascii_string_to_unsigned (words[i], 10, 1, 64, &value, NULL))
        return dm_options_refuse (error, "multipliers", text);
      config->multipliers[i] = value;
    }

  return TRUE;
}

static gboolean
parse_attention (DmConfig *config, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  memset (config->attention, 0, sizeof config->attention);
  config->attention_middle = false;

  for (size_t i = 0; words[i] != NULL; i++)
    {
      guint64 level;

      if (strcmp (words[i], "middle") == 0)
        config->attention_middle = true;
      else if (g_ascii_string_to_unsigned (words[i], 10, 0,
                                           config->n_levels - 1, &level, NULL))
        config->attention[level] = true;
      else if (strcmp (words[i], "none") != 0)
        return dm_options_refuse (error, "attention", text);
    }

  return TRUE;
}

/**
 * dm_train_options_get_config:
 * @config: (out) the network; what depends on the data is left at its default
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_train_options_get_config (const DmTrainOptions *self,
                             DmConfig             *config,
                             GError              **error)
{
  dm_config_init (config);
  if (!dm_task_from_name (&config->task, self->task))
    return dm_options_refuse (error, "task", self->task);

  config->width = (size_t) self->width;
  config->n_blocks = (size_t) self->blocks;
  config->embedding = (size_t) self->embedding;
  config->head_width = (size_t) self->head_width;
  config->n_groups = (size_t) self->groups;
  config->patch = (size_t) self->patch;
  config->dropout = self->dropout;
  config->circular = self->circular;

  if (!dm_prediction_from_name (&config->prediction, self->prediction))
    return dm_options_refuse (error, "prediction", self->prediction);

  return parse_multipliers (config, self->multipliers, error) &&
         parse_attention (config, self->attention, error) &&
         dm_config_check (config, error);
}

/* "45s", "90m", "2h" or seconds. */
static gboolean
parse_duration (const char *text, double *seconds, GError **error)
{
  char *end = NULL;

  *seconds = g_ascii_strtod (text, &end);
  if (strcmp (end, "m") == 0)
    *seconds *= 60.0;
  else if (strcmp (end, "h") == 0)
    *seconds *= 3600.0;
  else if (strcmp (end, "s") != 0 && *end != '\0')
    return dm_options_refuse (error, "duration", text);

  return (*seconds > 0.0 && *seconds < 1e8) ||
         dm_options_refuse (error, "duration", text);
}

/* "4G", "800M" or bytes */
static gboolean
parse_memory (const char *text, size_t *bytes, GError **error)
{
  static const char units[] = "KMGT";
  char             *end = NULL;
  double            size = g_ascii_strtod (text, &end);
  const char       *unit =
      *end != '\0' ? strchr (units, g_ascii_toupper (*end)) : NULL;

  for (long i = -1; unit != NULL && i < unit - units; i++)
    size *= 1000.0;
  end += unit != NULL;

  if (end == text || *end != '\0' || !(size >= 1.0 && size < 1e18))
    return dm_options_refuse (error, "memory", text);
  *bytes = (size_t) size;

  return TRUE;
}

/* "-1,0.8" */
static gboolean
parse_noise (DmTrainerOptions *options, const char *text, GError **error)
{
  char       *end = NULL;
  const char *second;

  options->noise_mean = g_ascii_strtod (text, &end);
  second = end + 1;
  if (end == text || *end != ',')
    return dm_options_refuse (error, "noise", text);

  options->noise_spread = g_ascii_strtod (second, &end);
  if (end == second || *end != '\0' || !(fabs (options->noise_mean) <= 10.0) ||
      !(options->noise_spread >= 0.1 && options->noise_spread <= 10.0))
    return dm_options_refuse (error, "noise", text);

  return TRUE;
}

static gboolean
check_numbers (const DmTrainOptions *self, GError **error)
{
  const double endless = HUGE_VAL;

  return dm_options_check_range ("keep", self->keep, 1, 1000, error) &&
         dm_options_check_range ("batch", self->batch, 1, 65536, error) &&
         dm_options_check_range ("p-uncond", self->p_uncond, 0, 1, error) &&
         dm_options_check_range ("augment", self->augment, 0, 1, error) &&
         dm_options_check_above ("rate", self->rate, 0, 1, error) &&
         dm_options_check_above ("ema", self->ema, 0, 0.288, error) &&
         dm_options_check_range ("warm-up", (double) self->warm_up, 0, endless,
                                 error) &&
         dm_options_check_range ("images", (double) self->images, 0, endless,
                                 error) &&
         dm_options_check_range ("checkpoint-every",
                                 (double) self->checkpoint_every, 0, endless,
                                 error) &&
         dm_options_check_range ("decay", self->decay, 0, endless, error) &&
         dm_options_check_range ("clip", self->clip, 0, endless, error);
}

/**
 * dm_train_options_get_trainer:
 * @options: (out)
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_train_options_get_trainer (const DmTrainOptions *self,
                              DmTrainerOptions     *options,
                              GError              **error)
{
  *options = (DmTrainerOptions) DM_TRAINER_INIT;

  if (self->duration != NULL &&
      !parse_duration (self->duration, &options->duration, error))
    return FALSE;

  if (self->memory != NULL &&
      !parse_memory (self->memory, &options->memory, error))
    return FALSE;

  if (self->noise != NULL && !parse_noise (options, self->noise, error))
    return FALSE;

  if (!check_numbers (self, error))
    return FALSE;

  options->warm_up = (guint64) self->warm_up;
  options->n_images = (guint64) self->images;
  options->batch = (size_t) self->batch;
  options->rate = self->rate;
  options->p_uncond = self->p_uncond;
  options->augment = self->augment;
  options->ema_length = self->ema;
  options->seed = (guint64) self->seed;
  options->adamw.decay = self->decay;
  options->adamw.clip = self->clip;

  return TRUE;
}

/**
 * dm_train_options_get_dtype:
 * @dtype: (out) how the weights are stored
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_train_options_get_dtype (const DmTrainOptions *self,
                            DmDtype              *dtype,
                            GError              **error)
{
  if (strcmp (self->precision, "bf16") == 0)
    *dtype = DM_DTYPE_BF16;
  else if (strcmp (self->precision, "f16") == 0)
    *dtype = DM_DTYPE_F16;
  else if (strcmp (self->precision, "f32") == 0)
    *dtype = DM_DTYPE_F32;
  else
    return dm_options_refuse (error, "precision", self->precision);

  return TRUE;
}
