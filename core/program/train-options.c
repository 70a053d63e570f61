/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/train-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "program/options.h"
#include "program/recipe.h"
#include "tensor/error.h"

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

/* A classifier is for measuring: small, quick, and kept with all its digits. */
static void
fill_in (DmTrainOptions *self)
{
  gboolean classifier = dm_train_options_is_classifier (self);

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
  g_autofree GOptionEntry *entries = dm_train_options_new_table (self);

  set_defaults (self);
  if (recipe != NULL && !dm_recipe_read (recipe, entries, error))
    return FALSE;

  if (!dm_options_parse (_ ("DATA"),
                         _ ("Trains a model on pictures. DATA is a folder with "
                            "one folder of pictures per class, a folder of idx "
                            "files, or one of CIFAR-10 batches."),
                         entries, argc, argv, error))
    return FALSE;

  if (dm_train_options_is_classifier (self) && !check_classifier (self, error))
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
