/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "program/recipe.h"
#include "program/train-options.h"

#define OPTION(name, type, field, text, unit)                                  \
  {                                                                            \
    name, 0, 0, G_OPTION_ARG_##type, &self->field, N_ (text), unit             \
  }

/**
 * dm_train_options_new_table:
 * @self: (inout): where the options go
 *
 * Returns: (transfer full): all of them; they end with zeros
 */
GOptionEntry *
dm_train_options_new_table (DmTrainOptions *self)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      N_ ("Weights file to write"), "FILE" },
    { "recipe", 0, 0, G_OPTION_ARG_FILENAME, &self->recipe,
      N_ ("File with a group [train] of these options"), "FILE" },
    { "init", 0, 0, G_OPTION_ARG_FILENAME, &self->init,
      N_ ("Weights file to start from"), "FILE" },
    { "json-log", 0, 0, G_OPTION_ARG_FILENAME, &self->json_log,
      N_ ("File for one JSON object per report, instead of one beside FILE"),
      "FILE" },
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
    { "no-mirror", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE, &self->mirror,
      N_ ("Mirror none"), NULL },
    OPTION ("turns", STRING, turns,
            "Classes whose pictures take quarter turns, or “all”", "A,B"),
    OPTION (
        "augment", DOUBLE, augment,
        "Chance of each of five mild changes of a picture: mirrored, and in "
        "size, place, angle and proportions; the network is told of them, "
        "and what it draws has none",
        "P"),
    OPTION ("colour-jitter", DOUBLE, colour_jitter,
            "Change brightness, contrast, saturation and hue of each picture "
            "by up to this, 0.3 for instance, more in classes of few pictures; "
            "what the network draws varies as much",
            "X"),
    OPTION ("balance", NONE, balance, "Train all classes equally often", NULL),
    OPTION ("background", STRING, background,
            "Under transparent parts: black, white or RRGGBB; else white",
            "COLOUR"),
    { "alike", 0, 0, G_OPTION_ARG_FILENAME, &self->alike,
      N_ ("Which pictures are nearly the same: lines PATH, tabulator, GROUP; "
          "else groups.tsv in DATA"),
      "FILE" },
    { "cache", 0, 0, G_OPTION_ARG_FILENAME, &self->cache,
      N_ ("Folder for decoded pictures; else gegl-diffusion in the user's"
          " cache"),
      "FOLDER" },
    OPTION ("no-cache", NONE, no_cache,
            "Keep no decoded pictures for later runs", NULL),
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
    OPTION ("patch", INT, patch,
            "Side of a cell in pixels: 1, or more for speed", "N"),
    OPTION ("prediction", STRING, prediction, "eps, v or x0", "WORD"),
    OPTION ("dropout", DOUBLE, dropout, "Chance of dropping an activation",
            "P"),
    OPTION ("circular", NONE, circular, "Pictures wrap at their edges", NULL),
    OPTION ("duration", STRING, duration, "Length of the run: 45s, 90m, 2h",
            "TIME"),
    OPTION ("images", INT64, images, "Length of the run in pictures", "N"),
    OPTION ("batch", INT, batch, "Pictures per step", "N"),
    OPTION ("rate", DOUBLE, rate, "Highest learning rate", "X"),
    OPTION ("warm-up", INT64, warm_up, "Pictures until the rate is reached",
            "N"),
    OPTION ("p-uncond", DOUBLE, p_uncond, "Chance of dropping the class", "P"),
    OPTION ("noise", STRING, noise,
            "Middle and spread of the log-SNRs that are trained on; else 0,1",
            "X,Y"),
    OPTION ("ema", DOUBLE, ema, "Length of the average, a share of the run",
            "X"),
    OPTION ("no-averages", NONE, no_averages,
            "Try no other lengths of it at the end", NULL),
    OPTION ("evaluate", NONE, evaluate,
            "Measure at the end which guidance is best, also after a short run",
            NULL),
    { "no-evaluate", 0, G_OPTION_FLAG_REVERSE, G_OPTION_ARG_NONE,
      &self->evaluate, N_ ("Recommend guidance 1 unmeasured"), NULL },
    OPTION ("decay", DOUBLE, decay, "Weight decay", "X"),
    OPTION ("clip", DOUBLE, clip, "Largest norm of the gradient", "X"),
    OPTION ("seed", INT64, seed, "Of all draws", "N"),
    OPTION ("threads", INT, threads, "0: one per processor", "N"),
    OPTION ("checkpoint-every", INT64, checkpoint_every,
            "Pictures between states, weights and sheets; else five minutes",
            "N"),
    OPTION ("no-sheets", NONE, no_sheets, "Draw no pictures meanwhile", NULL),
    OPTION ("no-page", NONE, no_page,
            "Write no page and no plot to look at meanwhile", NULL),
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

/* Leaves those options that are in a list, or those that are not. */
static void
keep_options (GOptionEntry *entries, const char *const *names, gboolean listed)
{
  size_t n = 0;

  for (size_t i = 0; entries[i].long_name != NULL; i++)
    if (g_strv_contains (names, entries[i].long_name) == listed)
      entries[n++] = entries[i];
  entries[n] = (GOptionEntry){ 0 };
}

/* How pictures are read and drawn, whatever they are for. */
static const char *const data_options[] = {
  "crop",          "scale", "mirror",   "no-mirror",  "turns",
  "balance",       "cache", "no-cache", "background", "classes",
  "colour-jitter", "alike", NULL,
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
  GOptionEntry *entries = dm_train_options_new_table (self);

  keep_options (entries, data_options, TRUE);

  return entries;
}

/**
 * dm_train_options_is_classifier:
 *
 * Returns: whether the network is to tell pictures apart, not to draw them.
 */
gboolean
dm_train_options_is_classifier (const DmTrainOptions *self)
{
  return g_strcmp0 (self->task, dm_task_get_name (DM_TASK_CLASSIFIER)) == 0;
}

/* What is no part of a recipe: where things are, and what changes nothing of
 * the result.
 */
static const char *const no_recipe[] = {
  "output",    "recipe",  "init",
  "json-log",  "cache",   "no-cache",
  "threads",   "memory",  "checkpoint-every",
  "no-sheets", "no-page", "resume",
  "force",     "keep",    NULL,
};

/* What check_classifier() refuses. */
static const char *const drawing_options[] = {
  "attention", "embedding", "evaluate",   "no-evaluate", "head-width",
  "noise",     "p-uncond",  "prediction", "scaled",      NULL,
};

/**
 * dm_train_options_save:
 * @comment: (nullable): for the top of the file
 *
 * Writes all that a recipe may say.
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 */
gboolean
dm_train_options_save (DmTrainOptions *self,
                       const char     *path,
                       const char     *comment,
                       GError        **error)
{
  g_autofree GOptionEntry *entries = dm_train_options_new_table (self);

  keep_options (entries, no_recipe, FALSE);
  if (dm_train_options_is_classifier (self))
    keep_options (entries, drawing_options, FALSE);

  return dm_recipe_write (path, entries, comment, error);
}
