/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/train-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "program/options.h"
#include "program/recipe.h"
#include "tensor/error.h"

#define OPTION(name, type, field, text, unit)                                  \
  {                                                                            \
    name, 0, 0, G_OPTION_ARG_##type, &self->field, N_ (text), unit             \
  }

static void
set_defaults (DmTrainOptions *self)
{
  *self = (DmTrainOptions){
    .width = 64,
    .blocks = 2,
    .embedding = 256,
    .head_width = 64,
    .groups = 16,
    .patch = 1,
    .seed = 1,
    .batch = 64,
    .rate = 1e-3,
    .p_uncond = 0.1,
    .ema = 0.08,
    .decay = 0.01,
    .clip = 1.0,
  };
}

static void
fill_text (char **text, const char *standard)
{
  if (*text == NULL)
    *text = g_strdup (standard);
}

/**
 * dm_train_options_parse:
 * @self: (out)
 * @argc, @argv: (inout) of the sub-command; what is no option remains
 *
 * Errors: %G_OPTION_ERROR, %G_KEY_FILE_ERROR, %DM_ERROR_OPTION: wrong usage
 */
gboolean
dm_train_options_parse (DmTrainOptions *self,
                        int            *argc,
                        char         ***argv,
                        GError        **error)
{
  const char        *recipe = dm_recipe_find (*argc, *argv), *data;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      N_ ("Weights file to write"), "FILE" },
    { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &self->recipe,
      N_ ("File with a group [train] of these options"), "FILE" },
    { "init", 0, 0, G_OPTION_ARG_FILENAME, &self->init,
      N_ ("Weights file to start from"), "FILE" },
    { "json-log", 0, 0, G_OPTION_ARG_FILENAME, &self->json_log,
      N_ ("File for one JSON object per report"), "FILE" },
    OPTION ("size", INT, size, "Side of the pictures", "PIXELS"),
    OPTION ("mirror", NONE, mirror, "Mirror half of the pictures", NULL),
    OPTION ("classes", STRING, classes, "Names instead of those found", "A,B"),
    OPTION ("title", STRING, title, "Title of the model in menus", "TEXT"),
    OPTION ("licence", STRING, licence, "Licence of the pictures", "TEXT"),
    OPTION ("credits", STRING, credits, "Whom to thank for the pictures",
            "TEXT"),
    OPTION ("width", INT, width, "Channels of the first level", "N"),
    OPTION ("multipliers", STRING, multipliers, "Of the width, per level",
            "1,2,2"),
    OPTION ("blocks", INT, blocks, "Residual blocks per level", "N"),
    OPTION ("attention", STRING, attention,
            "Levels with attention from 0, “middle”, or “none”", "LIST"),
    OPTION ("head-width", INT, head_width, "Channels of an attention head",
            "N"),
    OPTION ("groups", INT, groups, "Groups of the normalisation", "N"),
    OPTION ("embedding", INT, embedding, "Width of the condition", "N"),
    OPTION ("patch", INT, patch, "Pixels a cell: 1, or 2 for speed", "N"),
    OPTION ("prediction", STRING, prediction, "eps, v or x0", "WORD"),
    OPTION ("dropout", DOUBLE, dropout, "Chance of dropping an activation",
            "P"),
    OPTION ("circular", NONE, circular, "Pictures wrap at their edges", NULL),
    OPTION ("duration", STRING, duration, "Length of the run: 45s, 90m, 2h",
            "TIME"),
    OPTION ("images", INT64, images, "Length of the run in pictures", "N"),
    OPTION ("batch", INT, batch, "Pictures per step", "N"),
    OPTION ("rate", DOUBLE, rate, "Highest learning rate", "X"),
    OPTION ("p-uncond", DOUBLE, p_uncond, "Chance of dropping the class", "P"),
    OPTION ("ema", DOUBLE, ema, "Length of the average, a share of the run",
            "X"),
    OPTION ("decay", DOUBLE, decay, "Weight decay", "X"),
    OPTION ("clip", DOUBLE, clip, "Largest norm of the gradient", "X"),
    OPTION ("seed", INT64, seed, "Of all draws", "N"),
    OPTION ("threads", INT, threads, "0: one per processor", "N"),
    OPTION ("checkpoint-every", INT64, checkpoint_every,
            "Pictures between states, weights and sheets; else five minutes",
            "N"),
    OPTION ("no-sheets", NONE, no_sheets, "Draw no pictures meanwhile", NULL),
    OPTION ("resume", NONE, resume, "Continue from the state beside FILE",
            NULL),
    OPTION ("precision", STRING, precision, "Of the file: bf16, f16 or f32",
            "WORD"),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  set_defaults (self);
  if (recipe != NULL && !dm_recipe_read (recipe, entries, error))
    return FALSE;

  if (!dm_options_parse (_ ("DATA"),
                         _ ("Trains a model on pictures. DATA is a folder with "
                            "one folder of pictures per class, a folder of idx "
                            "files, or one of CIFAR-10 batches."),
                         entries, argc, argv, error))
    return FALSE;

  fill_text (&self->multipliers, "1,2,2");
  fill_text (&self->attention, "none");
  fill_text (&self->prediction, "v");
  fill_text (&self->precision, "bf16");

  data = dm_options_get_only (*argc, *argv, _ ("DATA"), error);
  if (data == NULL)
    return FALSE;

  if (self->output == NULL)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("say with -o FILE where the model is to go"));
      return FALSE;
    }

  self->data = g_strdup (data);

  return TRUE;
}

/**
 * dm_train_options_clear:
 */
void
dm_train_options_clear (DmTrainOptions *self)
{
  char **texts[] = {
    &self->data,      &self->output,     &self->recipe,      &self->init,
    &self->json_log,  &self->classes,    &self->title,       &self->licence,
    &self->credits,   &self->duration,   &self->multipliers, &self->attention,
    &self->precision, &self->prediction,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
}

/* --- values --------------------------------------------------------------- */

static gboolean
refuse (GError **error, const char *option, const char *value)
{
  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("--%s: “%s” cannot be used; see --help"), option, value);

  return FALSE;
}

static gboolean
parse_multipliers (DmConfig *config, const char *text, GError **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);

  config->n_levels = g_strv_length (words);
  if (config->n_levels < 1 || config->n_levels > DM_MAX_LEVELS)
    return refuse (error, "multipliers", text);

  for (size_t i = 0; i < config->n_levels; i++)
    {
      guint64 value;

      if (!g_ascii_string_to_unsigned (words[i], 10, 1, 64, &value, NULL))
        return refuse (error, "multipliers", text);
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
        return refuse (error, "attention", text);
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
  config->width = (size_t) self->width;
  config->n_blocks = (size_t) self->blocks;
  config->embedding = (size_t) self->embedding;
  config->head_width = (size_t) self->head_width;
  config->n_groups = (size_t) self->groups;
  config->patch = (size_t) self->patch;
  config->dropout = self->dropout;
  config->circular = self->circular;

  if (!dm_prediction_from_name (&config->prediction, self->prediction))
    return refuse (error, "prediction", self->prediction);

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
    return refuse (error, "duration", text);

  return (*seconds > 0.0 && *seconds < 1e8) || refuse (error, "duration", text);
}

/**
 * dm_train_options_get_trainer:
 * @options: (out)
 *
 * Without a length the run takes an hour.
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_train_options_get_trainer (const DmTrainOptions *self,
                              DmTrainerOptions     *options,
                              GError              **error)
{
  *options = (DmTrainerOptions) DM_TRAINER_INIT;

  if (self->images < 0 || (self->images == 0 && self->duration == NULL))
    options->duration = 3600.0;
  if (self->duration != NULL &&
      !parse_duration (self->duration, &options->duration, error))
    return FALSE;

  if (self->batch < 1 || self->batch > 65536)
    return refuse (error, "batch", "not 1 ... 65536");
  if (!(self->p_uncond >= 0.0 && self->p_uncond <= 1.0))
    return refuse (error, "p-uncond", "not 0 ... 1");
  if (!(self->rate > 0.0 && self->rate <= 1.0))
    return refuse (error, "rate", "not above 0 and up to 1");
  if (!(self->ema > 0.0 && self->ema < 0.289))
    return refuse (error, "ema", "not above 0 and below 0.289");

  options->n_images = (guint64) MAX (self->images, 0);
  options->batch = (size_t) self->batch;
  options->rate = self->rate;
  options->p_uncond = self->p_uncond;
  options->ema_length = self->ema;
  options->mirror = self->mirror;
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
    return refuse (error, "precision", self->precision);

  return TRUE;
}
