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

/* A number that nobody gives: the task says what it is then. */
#define NOT_GIVEN G_MININT

static void
set_defaults (DmTrainOptions *self)
{
  *self = (DmTrainOptions){
    .width = 64,
    .blocks = NOT_GIVEN,
    .embedding = NOT_GIVEN,
    .head_width = NOT_GIVEN,
    .groups = 16,
    .patch = NOT_GIVEN,
    .seed = 1,
    .batch = 64,
    .rate = 1e-3,
    .p_uncond = NOT_GIVEN,
    .ema = 0.08,
    .decay = 0.01,
    .clip = 1.0,
    .keep = 2,
  };
}

static void
fill_text (char **text, const char *standard)
{
  if (*text == NULL)
    *text = g_strdup (standard);
}

static void
fill_number (int *number, int standard)
{
  if (*number == NOT_GIVEN)
    *number = standard;
}

static gboolean
is_classifier (const DmTrainOptions *self)
{
  return g_strcmp0 (self->task, dm_task_get_name (DM_TASK_CLASSIFIER)) == 0;
}

/* A classifier is for measuring: small, quick, and kept with all its digits. */
static void
fill_in (DmTrainOptions *self)
{
  gboolean classifier = is_classifier (self);

  fill_text (&self->task, dm_task_get_name (DM_TASK_DIFFUSION));
  fill_number (&self->blocks, classifier ? 1 : 2);
  fill_number (&self->patch, classifier ? 2 : 1);
  fill_number (&self->embedding, 256);
  fill_number (&self->head_width, 64);
  if (self->p_uncond == NOT_GIVEN)
    self->p_uncond = classifier ? 0.0 : 0.1;
  fill_text (&self->multipliers, classifier ? "1,2" : "1,2,2");
  fill_text (&self->attention, "none");
  fill_text (&self->prediction, "v");
  fill_text (&self->precision, classifier ? "f32" : "bf16");
}

/* What only a network that draws has. */
static gboolean
check_classifier (const DmTrainOptions *self, GError **error)
{
  const struct
  {
    const char *name;
    gboolean    given;
  } options[] = {
    { "attention", self->attention != NULL },
    { "embedding", self->embedding != NOT_GIVEN },
    { "head-width", self->head_width != NOT_GIVEN },
    { "noise", self->noise != NULL },
    { "p-uncond", self->p_uncond != NOT_GIVEN },
    { "prediction", self->prediction != NULL },
    { "scaled", self->scaled },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (options); i++)
    if (options[i].given)
      {
        g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                     _ ("--%s is for networks that draw; a classifier has "
                        "nothing of the kind: leave it out"),
                     options[i].name);
        return FALSE;
      }

  return TRUE;
}

/* All options, each with the field that it sets; they end with zeros. */
static GOptionEntry *
new_table (DmTrainOptions *self)
{
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
    OPTION ("crop", STRING, crop,
            "What is trained on: the “center” of a picture, a “random” part, "
            "or one of a picture that goes on at its edges: “wrap”",
            "WORD"),
    OPTION ("scale", STRING, scale,
            "Of crops, between these: 0.5 halves the picture", "MIN,MAX"),
    OPTION ("scaled", NONE, scaled,
            "Tell the network the scale, so that pictures can be drawn at one",
            NULL),
    OPTION ("mirror", NONE, mirror, "Mirror half of the pictures", NULL),
    OPTION ("turns", STRING, turns,
            "Classes whose pictures take quarter turns, or “all”", "A,B"),
    OPTION ("balance", NONE, balance, "Train all classes equally often", NULL),
    OPTION ("background", STRING, background,
            "Colour under transparent parts; else white", "COLOUR"),
    { "alike", 0, 0, G_OPTION_ARG_FILENAME, &self->alike,
      N_ ("Which pictures are nearly the same: lines PATH, tabulator, GROUP; "
          "else groups.tsv in DATA"),
      "FILE" },
    OPTION ("classes", STRING, classes, "Names instead of those found", "A,B"),
    OPTION ("title", STRING, title, "Title of the model in menus", "TEXT"),
    OPTION ("licence", STRING, licence, "Licence of the pictures", "TEXT"),
    OPTION ("credits", STRING, credits, "Whom to thank for the pictures",
            "TEXT"),
    OPTION ("task", STRING, task,
            "What the network is to do: “diffusion”, to draw, or “classifier”, "
            "to tell the classes apart for “gegl-diffusion evaluate”",
            "WORD"),
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
    OPTION ("noise", STRING, noise,
            "Middle and spread of the log-SNRs that are trained on; else 0,1",
            "X,Y"),
    OPTION ("ema", DOUBLE, ema, "Length of the average, a share of the run",
            "X"),
    OPTION ("no-averages", NONE, no_averages,
            "Try no other lengths of it at the end", NULL),
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
    OPTION ("force", NONE, force, "Lose what an earlier run has left at FILE",
            NULL),
    OPTION ("keep", INT, keep, "States to keep, the last one included", "N"),
    OPTION ("memory", STRING, memory,
            "Memory to stay within: 4G, 800M; else three quarters of what is "
            "free",
            "SIZE"),
    OPTION ("precision", STRING, precision, "Of the file: bf16, f16 or f32",
            "WORD"),
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  return g_memdup2 (entries, sizeof entries);
}

/* How pictures are read and drawn, whatever they are for. */
static const char *const data_options[] = {
  "crop",       "scale",   "mirror", "turns", "balance",
  "background", "classes", "alike",  NULL,
};

/**
 * dm_train_options_new_data_table:
 * @self: (inout): where the options go
 *
 * The options that dm_train_options_get_data() needs, for those who draw
 * pictures as they were trained on.
 *
 * Returns: (transfer full): they end with zeros
 */
GOptionEntry *
dm_train_options_new_data_table (DmTrainOptions *self)
{
  GOptionEntry *entries = new_table (self);
  size_t        n = 0;

  for (size_t i = 0; entries[i].long_name != NULL; i++)
    if (g_strv_contains (data_options, entries[i].long_name))
      entries[n++] = entries[i];
  entries[n] = (GOptionEntry){ 0 };

  return entries;
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
  const char              *recipe = dm_recipe_find (*argc, *argv), *data;
  g_autofree GOptionEntry *entries = new_table (self);

  set_defaults (self);
  if (recipe != NULL && !dm_recipe_read (recipe, entries, error))
    return FALSE;

  if (!dm_options_parse (_ ("DATA"),
                         _ ("Trains a model on pictures. DATA is a folder with "
                            "one folder of pictures per class, a folder of idx "
                            "files, or one of CIFAR-10 batches."),
                         entries, argc, argv, error))
    return FALSE;

  if (is_classifier (self) && !check_classifier (self, error))
    return FALSE;

  fill_in (self);

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
    &self->precision, &self->prediction, &self->crop,        &self->scale,
    &self->turns,     &self->background, &self->memory,      &self->alike,
    &self->noise,     &self->task,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
}
