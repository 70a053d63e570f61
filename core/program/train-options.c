/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/train-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "program/options.h"
#include "program/recipe.h"
#include "program/train-run.h"
#include "tensor/error.h"

/* A number that nobody gives: the task says what it is then. */
#define NOT_GIVEN G_MININT

static void
set_defaults (DmTrainOptions *self)
{
  *self = (DmTrainOptions){
    .mirror = NOT_GIVEN,
    .width = NOT_GIVEN,
    .blocks = NOT_GIVEN,
    .embedding = NOT_GIVEN,
    .head_width = NOT_GIVEN,
    .groups = 16,
    .patch = NOT_GIVEN,
    .dropout = NOT_GIVEN,
    .seed = 1,
    .batch = NOT_GIVEN,
    .rate = 1e-3,
    .p_uncond = NOT_GIVEN,
    .ema = 0.08,
    .decay = 0.01,
    .clip = 1.0,
    .warm_up = NOT_GIVEN,
    .evaluate = NOT_GIVEN,
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

static void
fill_share (double *number, double standard)
{
  if (*number == NOT_GIVEN)
    *number = standard;
}

/* A classifier is for measuring: small, quick, and kept with all its digits. */
static void
fill_in_classifier (DmTrainOptions *self)
{
  fill_number (&self->width, 64);
  fill_number (&self->blocks, 1);
  fill_number (&self->patch, 2);
  fill_text (&self->multipliers, "1,2");
  fill_text (&self->attention, "none");
  fill_text (&self->precision, "f32");
}

static void
fill_in (DmTrainOptions *self)
{
  gboolean classifier = dm_train_options_is_classifier (self);

  if (classifier)
    fill_in_classifier (self);
  fill_text (&self->task, dm_task_get_name (DM_TASK_DIFFUSION));
  fill_text (&self->prediction, "v");
  fill_text (&self->precision, "bf16");
  fill_number (&self->embedding, 256);
  fill_number (&self->head_width, 64);
  fill_number (&self->batch, 64);
  fill_number (&self->mirror, FALSE);
  if (classifier || self->resume)
    fill_number (&self->evaluate, FALSE);
  fill_share (&self->dropout, 0.0);
  fill_share (&self->p_uncond, classifier ? 0.0 : 0.1);
  if (self->warm_up == NOT_GIVEN)
    self->warm_up = DM_WARM_UP;
  if (self->images <= 0 && self->duration == NULL)
    self->duration = g_strdup (classifier ? "5m" : "1h");
}

static void
note_given (DmTrainOptions *self)
{
  self->given.size = self->size > 0;
  self->given.width = self->width != NOT_GIVEN;
  self->given.multipliers = self->multipliers != NULL;
  self->given.blocks = self->blocks != NOT_GIVEN;
  self->given.patch = self->patch != NOT_GIVEN;
  self->given.attention = self->attention != NULL;
  self->given.batch = self->batch != NOT_GIVEN;
  self->given.mirror = self->mirror != NOT_GIVEN;
  self->given.warm_up = self->warm_up != NOT_GIVEN;
  self->given.evaluate = self->evaluate != NOT_GIVEN;
  self->given.dropout = self->dropout != NOT_GIVEN;
}

static char *
format_multipliers (const DmRung *rung)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < rung->n_levels; i++)
    g_string_append_printf (text, "%s%zu", i > 0 ? "," : "",
                            rung->multipliers[i]);

  return g_string_free (text, FALSE);
}

/**
 * dm_train_options_take:
 *
 * Makes the network that of a rung, but for what was given. What wraps is drawn
 * on large canvases, where attention takes its time: it has none unless that is
 * asked for.
 */
void
dm_train_options_take (DmTrainOptions *self, const DmRung *rung)
{
  gboolean wraps = self->circular || g_strcmp0 (self->crop, "wrap") == 0;

  if (!self->given.width)
    self->width = (int) rung->width;
  if (!self->given.blocks)
    self->blocks = (int) rung->n_blocks;
  if (!self->given.patch)
    self->patch = (int) rung->patch;
  if (!self->given.multipliers)
    {
      g_free (self->multipliers);
      self->multipliers = format_multipliers (rung);
    }
  if (!self->given.attention)
    {
      g_free (self->attention);
      self->attention =
          g_strdup (rung->attention && !wraps ? "middle" : "none");
    }
}

/* Any network will do to find out whether the options can be used. */
static void
fill_in_network (DmTrainOptions *self)
{
  DmRung rung;

  dm_ladder_get (&rung, 1, self->size > 0 ? (size_t) self->size : 32);
  if (!dm_train_options_is_classifier (self))
    dm_train_options_take (self, &rung);
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
    { "evaluate", self->evaluate == TRUE },
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

/* --- parsing -------------------------------------------------------------- */

/* Options go over the recipe, and that over @own: (nullable). */
static gboolean
read_all (DmTrainOptions *self,
          const char     *own,
          int            *argc,
          char         ***argv,
          GError        **error)
{
  const char              *recipe = dm_recipe_find (*argc, *argv);
  g_autofree GOptionEntry *entries = dm_train_options_new_table (self);

  set_defaults (self);

  return (own == NULL || dm_recipe_read (own, entries, error)) &&
         (recipe == NULL || dm_recipe_read (recipe, entries, error)) &&
         dm_options_parse (
             _ ("DATA"),
             _ ("Trains a model on pictures. DATA is a folder with one folder "
                "of pictures per class, a folder of idx files, or one of "
                "CIFAR-10 batches. Size, network, batch and all else that is "
                "not given is chosen from the pictures and the time."),
             entries, argc, argv, error);
}

/* The recipe that a run which is to go on has written.
 *
 * Returns: (transfer full) (nullable)
 */
static char *
find_own_recipe (int argc, char **argv)
{
  g_auto (GStrv) words = g_strdupv (argv);
  g_autofree char **shifted = g_memdup2 (words, (argc + 1) * sizeof *words);
  g_autofree char  *own = NULL;
  DmTrainOptions    options;

  if (read_all (&options, NULL, &argc, &shifted, NULL) && options.resume &&
      options.output != NULL)
    own = dm_train_name_recipe (options.output, NULL);
  dm_train_options_clear (&options);

  return own != NULL && g_file_test (own, G_FILE_TEST_EXISTS) ?
             g_steal_pointer (&own) :
             NULL;
}

/**
 * dm_train_options_parse:
 * @self: (out)
 * @argc, @argv: (inout) of the sub-command; what is no option remains
 *
 * A run that goes on has the options that it began with, but for what is given
 * anew.
 *
 * Errors: %G_OPTION_ERROR, %G_KEY_FILE_ERROR, %DM_ERROR_OPTION: wrong usage
 */
gboolean
dm_train_options_parse (DmTrainOptions *self,
                        int            *argc,
                        char         ***argv,
                        GError        **error)
{
  g_autofree char *own = find_own_recipe (*argc, *argv);
  const char      *data;

  if (!read_all (self, own, argc, argv, error))
    return FALSE;

  if (dm_train_options_is_classifier (self) && !check_classifier (self, error))
    return FALSE;

  note_given (self);
  fill_in (self);
  fill_in_network (self);

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
    &self->noise,     &self->task,       &self->cache,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
}
