/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/train-options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "program/options.h"
#include "tensor/error.h"

/* Far below this nothing of a picture is left. */
#define SMALLEST_SCALE 0.01

/* "0.5,1" or "0.5" */
static gboolean
parse_scale (DmAugment *augment, const char *text, GError **error)
{
  char  *end = NULL;
  double smallest = g_ascii_strtod (text, &end), largest = smallest;

  if (end != text && *end == ',')
    {
      const char *second = end + 1;

      largest = g_ascii_strtod (second, &end);
      if (end == second)
        return dm_options_refuse (error, "scale", text);
    }

  if (*end != '\0' ||
      !(smallest >= SMALLEST_SCALE && largest >= smallest && largest <= 1.0))
    return dm_options_refuse (error, "scale", text);

  augment->scale_min = smallest;
  augment->scale_max = largest;

  return TRUE;
}

static gboolean
parse_crop (const DmTrainOptions *self, DmAugment *augment, GError **error)
{
  if (self->crop != NULL && !dm_crop_from_name (&augment->crop, self->crop))
    return dm_options_refuse (error, "crop", self->crop);

  if (self->scaled && self->scale == NULL)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("--scaled is for pictures of several scales: "
                              "give --scale MIN,MAX, too"));
      return FALSE;
    }

  if (self->scale == NULL)
    return TRUE;

  if (augment->crop == DM_CROP_CENTER)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("--scale is for crops: give --crop random or "
                              "--crop wrap, too"));
      return FALSE;
    }

  return parse_scale (augment, self->scale, error);
}

/* "white", "black", or six hexadecimal digits: red, green, blue. */
static gboolean
parse_background (DmDatasetOptions *options, const char *text, GError **error)
{
  const char *digits = text[0] == '#' ? text + 1 : text;
  guint64     colour;

  if (strcmp (text, "white") == 0)
    digits = "ffffff";
  else if (strcmp (text, "black") == 0)
    digits = "000000";

  if (strlen (digits) != 6 ||
      !g_ascii_string_to_unsigned (digits, 16, 0, 0xffffff, &colour, NULL))
    return dm_options_refuse (error, "background", text);

  options->has_background = TRUE;
  for (int c = 0; c < 3; c++)
    options->background[c] = (float) (colour >> (16 - 8 * c) & 0xff) / 255.0f;

  return TRUE;
}

/* "A,B" without the blanks beside the names. */
static char **
split (const char *text)
{
  char **words = text != NULL ? g_strsplit (text, ",", -1) : NULL;

  for (size_t i = 0; words != NULL && words[i] != NULL; i++)
    g_strstrip (words[i]);

  return words;
}

/* Returns: (transfer full) (nullable) */
static char *
choose_cache (const DmTrainOptions *self)
{
  if (self->no_cache)
    return NULL;

  return self->cache != NULL ?
             g_strdup (self->cache) :
             g_build_filename (g_get_user_cache_dir (), "gegl-diffusion", NULL);
}

/**
 * dm_train_options_get_data:
 * @options: (out) how pictures are read and drawn; what it holds is freed by
 * dm_train_options_clear_data()
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_train_options_get_data (const DmTrainOptions *self,
                           DmDatasetOptions     *options,
                           GError              **error)
{
  *options = (DmDatasetOptions){
    .side = (size_t) MAX (self->size, 0),
    .augment = { .colour_jitter = self->colour_jitter,
                 .mirror = self->mirror == TRUE,
                 .balance = self->balance },
    .class_names =
        self->classes != NULL ? g_strsplit (self->classes, ",", -1) : NULL,
    .turned = split (self->turns),
    .alike = self->alike,
    .cache = choose_cache (self),
  };

  if (self->background != NULL &&
      !parse_background (options, self->background, error))
    return FALSE;

  return dm_options_check_range ("colour-jitter", self->colour_jitter, 0, 1,
                                 error) &&
         parse_crop (self, &options->augment, error);
}

/**
 * dm_train_options_clear_data:
 */
void
dm_train_options_clear_data (DmDatasetOptions *options)
{
  g_clear_pointer (&options->class_names, g_strfreev);
  g_clear_pointer (&options->turned, g_strfreev);
  g_clear_pointer (&options->cache, g_free);
}
