/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/evaluate-options.h"

#include <glib/gi18n-lib.h>

#include "image/chart.h"
#include "program/options.h"
#include "tensor/error.h"

#define MOST_SAMPLES 1000000

/* Returns: (transfer full): the options of this command and those it shares. */
static GOptionEntry *
new_table (DmEvaluateOptions *self)
{
  const GOptionEntry entries[] = {
    { "features", 0, 0, G_OPTION_ARG_FILENAME, &self->features,
      N_ ("Classifier in whose features pictures are compared"), "FILE" },
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      N_ ("Table to write, values between tabulators"), "TABLE.tsv" },
    { "plot", 0, 0, G_OPTION_ARG_FILENAME, &self->plot,
      N_ ("Trade-off curve to write, as SVG or PNG"), "FILE.svg" },
    { "nearest", 0, 0, G_OPTION_ARG_FILENAME, &self->nearest,
      N_ ("Sheet to write, of pictures beside the training pictures nearest "
          "to them"),
      "FILE.png" },
    { "samples", 0, 0, G_OPTION_ARG_INT, &self->samples,
      N_ ("Pictures to draw at each guidance strength"), "N" },
    { "resume", 0, 0, G_OPTION_ARG_NONE, &self->resume,
      N_ ("Go on: keep the strengths that TABLE.tsv has already"), NULL },
    { "recommend", 0, 0, G_OPTION_ARG_NONE, &self->recommend,
      N_ ("Write the best strength into MODEL, which draws with it from then "
          "on"),
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autofree GOptionEntry *drawing = dm_draw_options_new_table (&self->draw);
  g_autofree GOptionEntry *pictures =
      dm_train_options_new_data_table (&self->pictures);
  g_autofree GOptionEntry *own = dm_options_join (entries, drawing);

  return dm_options_join (own, pictures);
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION, sentence);

  return FALSE;
}

static gboolean
check (const DmEvaluateOptions *self, GError **error)
{
  if (self->features == NULL)
    return refuse (
        error,
        _ ("say with --features FILE which classifier is to compare the "
           "pictures; “gegl-diffusion train DATA --task classifier -o FILE” "
           "makes one in a few minutes"));

  if (self->output == NULL)
    return refuse (error, _ ("say with -o TABLE.tsv where the table is to go"));

  if (self->plot != NULL && !dm_chart_is_file_name (self->plot))
    return refuse (error, _ ("--plot writes FILE.svg or FILE.png"));

  if (self->nearest != NULL && !g_str_has_suffix (self->nearest, ".png"))
    return refuse (error, _ ("--nearest writes FILE.png"));

  return dm_options_check_range ("samples", self->samples, 1, MOST_SAMPLES,
                                 error);
}

/**
 * dm_evaluate_options_parse:
 * @self: (out)
 * @argc, @argv: (inout) of the sub-command; what is no option remains
 *
 * Errors: %G_OPTION_ERROR, %DM_ERROR_OPTION: wrong usage
 */
gboolean
dm_evaluate_options_parse (DmEvaluateOptions *self,
                           int               *argc,
                           char            ***argv,
                           GError           **error)
{
  g_autofree GOptionEntry *entries = NULL;

  *self = (DmEvaluateOptions){ .samples = 1000 };
  dm_draw_options_init (&self->draw);
  entries = new_table (self);
  if (!dm_options_parse (
          _ ("MODEL DATA"),
          _ ("Measures how good the pictures are that a model draws, at each "
             "guidance strength, beside those held out of the data. MODEL is a "
             "weights file or the name of an installed model, DATA what it was "
             "trained on, to be drawn with the same options as then."),
          entries, argc, argv, error))
    return FALSE;

  if (*argc != 3)
    return refuse (error, _ ("two things are needed: MODEL and DATA"));

  self->model = g_strdup ((*argv)[1]);
  self->data = g_strdup ((*argv)[2]);

  return check (self, error);
}

/**
 * dm_evaluate_options_clear:
 */
void
dm_evaluate_options_clear (DmEvaluateOptions *self)
{
  char **texts[] = { &self->model,  &self->data, &self->features,
                     &self->output, &self->plot, &self->nearest };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
  dm_draw_options_clear (&self->draw);
  dm_train_options_clear (&self->pictures);
}
