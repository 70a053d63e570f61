/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/sample-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "program/options.h"
#include "tensor/error.h"

static GOptionEntry *
new_table (DmSampleOptions *self)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      N_ ("Picture or sheet to write, or a folder"), "OUT.png|DIR" },
    { "class", 0, 0, G_OPTION_ARG_STRING, &self->classes,
      N_ ("Classes by name or number, “any”, or “all”"), "A,B" },
    { "count", 0, 0, G_OPTION_ARG_INT, &self->count,
      N_ ("Pictures of each class and strength"), "N" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &self->scale,
      N_ ("Of what is drawn, for models that are told it: 0.5 is half as "
          "large as it is in the pictures they were trained on"),
      "X" },
    { "variation", 0, 0, G_OPTION_ARG_DOUBLE, &self->variation,
      N_ ("Of a canvas that is larger than the model's pictures, from place to "
          "place: 0 for the same colours everywhere, 1 for others"),
      "X" },
    { "canvas", 0, 0, G_OPTION_ARG_STRING, &self->canvas,
      N_ ("Size, for models that draw any"), "WxH" },
    { "tile", 0, 0, G_OPTION_ARG_STRING, &self->tile,
      N_ ("Seamless along x, y or xy"), "AXES" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autofree GOptionEntry *drawing = dm_draw_options_new_table (&self->draw);
  g_autofree GOptionEntry *input = dm_input_options_new_table (&self->input);
  g_autofree GOptionEntry *few = dm_options_join (entries, input);

  return dm_options_join (few, drawing);
}

static gboolean
check (const DmSampleOptions *self, GError **error)
{
  if (self->output == NULL)
    {
      g_set_error_literal (
          error, DM_ERROR, DM_ERROR_OPTION,
          _ ("say with -o OUT.png where the picture is to go"));
      return FALSE;
    }

  if (self->input.path != NULL && self->canvas != NULL)
    return dm_options_refuse_pair (error, "canvas", "input");
  if (self->input.path != NULL && self->variation != DM_OPTIONS_NOT_GIVEN)
    return dm_options_refuse_pair (error, "variation", "input");
  if (self->input.path != NULL && self->tile != NULL)
    return dm_options_refuse_pair (error, "tile", "input");

  return dm_options_check_range ("count", self->count, 1, 100000, error) &&
         dm_options_check_range ("scale", self->scale, 0, 1e6, error) &&
         (self->variation == DM_OPTIONS_NOT_GIVEN ||
          dm_options_check_range ("variation", self->variation, 0, 1, error)) &&
         dm_input_options_check (&self->input, error);
}

/**
 * dm_sample_options_parse:
 * @self: (out)
 * @argc, @argv: (inout) of the sub-command; what is no option remains
 *
 * Errors: %G_OPTION_ERROR, %DM_ERROR_OPTION: wrong usage
 */
gboolean
dm_sample_options_parse (DmSampleOptions *self,
                         int             *argc,
                         char          ***argv,
                         GError         **error)
{
  g_autofree GOptionEntry *entries = NULL;

  *self = (DmSampleOptions){ .count = 1, .variation = DM_OPTIONS_NOT_GIVEN };
  dm_draw_options_init (&self->draw);
  entries = new_table (self);
  if (!dm_options_parse (_ ("MODEL"),
                         _ ("Draws pictures. MODEL is a weights file or the "
                            "name of an installed model."),
                         entries, argc, argv, error))
    return FALSE;

  self->model =
      g_strdup (dm_options_get_only (*argc, *argv, _ ("MODEL"), error));

  return self->model != NULL && check (self, error);
}

/**
 * dm_sample_options_get_canvas:
 * @settings: gets width, height, along which axes the picture wraps, and how
 *   much it changes from place to place, as far as they are given
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_sample_options_get_canvas (const DmSampleOptions *self,
                              DmSettings            *settings,
                              GError               **error)
{
  const char *canvas = self->canvas, *tile = self->tile;
  char       *end = NULL;

  if (self->variation != DM_OPTIONS_NOT_GIVEN)
    settings->variation = self->variation;

  if (canvas != NULL)
    {
      settings->width = g_ascii_strtoull (canvas, &end, 10);
      settings->height = *end == 'x' ? g_ascii_strtoull (end + 1, &end, 10) : 0;
      if (*end != '\0')
        return dm_options_refuse (error, "canvas", canvas);
    }

  if (tile != NULL)
    {
      if (tile[strspn (tile, "xy")] != '\0')
        return dm_options_refuse (error, "tile", tile);
      settings->wrap = (strchr (tile, 'x') ? DM_WRAP_X : 0) |
                       (strchr (tile, 'y') ? DM_WRAP_Y : 0);
    }

  return TRUE;
}

/**
 * dm_sample_options_get_classes:
 *
 * Errors: those of dm_card_find_class()
 *
 * Returns: (transfer full): of int, at least one; the null class unless others
 * are given
 */
GArray *
dm_sample_options_get_classes (const DmSampleOptions *self,
                               const DmCard          *card,
                               GError               **error)
{
  const char *text = self->classes != NULL ? self->classes : "";
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  g_autoptr (GArray) class_id = g_array_new (FALSE, FALSE, sizeof (int));
  int found = DM_CLASS_NULL;

  if (strcmp (text, "all") == 0)
    {
      int n = (int) dm_card_get_n_classes (card);

      for (found = 0; found < n; found++)
        g_array_append_val (class_id, found);
      return g_steal_pointer (&class_id);
    }

  for (size_t i = 0; words[i] != NULL; i++)
    {
      if (!dm_card_find_class (card, words[i], &found, error))
        return NULL;
      g_array_append_val (class_id, found);
    }

  if (class_id->len == 0)
    g_array_append_val (class_id, found);

  return g_steal_pointer (&class_id);
}

/**
 * dm_sample_options_clear:
 */
void
dm_sample_options_clear (DmSampleOptions *self)
{
  char **texts[] = { &self->model,  &self->output, &self->classes,
                     &self->canvas, &self->tile,   &self->input.path };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
  dm_draw_options_clear (&self->draw);
}
