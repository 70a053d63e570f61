/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/sample-input.h"

#include <glib/gi18n-lib.h>

#include "image/image.h"
#include "image/picture.h"
#include "paint/place.h"
#include "paint/repaint.h"
#include "program/options.h"
#include "tensor/error.h"

/**
 * dm_input_options_new_table:
 * @self: (out): what holds if nothing is said, and where the options go
 *
 * Returns: (transfer full): they end with zeros
 */
GOptionEntry *
dm_input_options_new_table (DmInputOptions *self)
{
  const GOptionEntry entries[] = {
    { "input", 0, 0, G_OPTION_ARG_FILENAME, &self->path,
      N_ ("Picture whose transparent parts are filled, or that is drawn anew "
          "from itself with --strength"),
      "PICTURE" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &self->strength,
      N_ ("How much of it is drawn anew: 1 all, less goes on from it"), "X" },
    { "resample", 0, 0, G_OPTION_ARG_INT, &self->resample,
      N_ ("How often each step is taken then; more matches better"), "N" },
    { "context", 0, 0, G_OPTION_ARG_DOUBLE, &self->context,
      N_ ("How much around a hole is looked at, as a share of it; for "
          "textures, of half the size they were trained at"),
      "X" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  *self = (DmInputOptions){ .strength = 1.0,
                            .context = DM_PLACE_CONTEXT,
                            .resample = DM_GIVEN_REPEATS };

  return g_memdup2 (entries, sizeof entries);
}

/**
 * dm_input_options_check:
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_input_options_check (const DmInputOptions *self, GError **error)
{
  if (self->path == NULL && self->strength != 1.0)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("--strength needs the picture of an --input"));
      return FALSE;
    }

  return dm_options_check_above ("strength", self->strength, 0, 1, error) &&
         dm_options_check_range ("context", self->context, 0, 10, error) &&
         dm_options_check_range ("resample", self->resample, 1, 100, error);
}

/* Whether there is anything to paint. */
static gboolean
find_hole (DmSampleInput *self, const DmInputOptions *options, GError **error)
{
  GError *fault = NULL;

  if (dm_hole_find (&self->hole, options->strength < 1.0, &fault))
    return TRUE;

  if (fault != NULL)
    g_propagate_error (error, fault);
  else
    g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                 _ ("%s: nothing in it is transparent; erase what is to be "
                    "filled, or draw all of it anew with --strength below 1"),
                 options->path);

  return FALSE;
}

/**
 * dm_sample_input_open:
 * @self: (out): to be cleared in any case
 * @settings: (inout): as large as the model draws; points to @self from now on
 *
 * Errors: %DM_ERROR_FILE, %DM_ERROR_UNSUPPORTED, %DM_ERROR_OPTION,
 * %DM_ERROR_MEMORY
 */
gboolean
dm_sample_input_open (DmSampleInput        *self,
                      const DmInputOptions *options,
                      const DmModel        *model,
                      DmSettings           *settings,
                      GError              **error)
{
  const DmConfig *config = dm_model_get_config (model);

  *self = (DmSampleInput){ .buffer = dm_picture_load (options->path, error) };
  if (self->buffer == NULL)
    return FALSE;

  self->hole = (DmHole){ .input = self->buffer, .channels = config->channels };
  if (!find_hole (self, options, error))
    return FALSE;

  self->place = dm_place_choose (&self->hole, config, options->context);
  if (!dm_surroundings_read (&self->surroundings, &self->hole, &self->place,
                             config, error))
    return FALSE;

  self->given = dm_surroundings_get_given (
      &self->surroundings, options->strength, (unsigned) options->resample);
  settings->width = (size_t) self->surroundings.width;
  settings->height = (size_t) self->surroundings.height;
  settings->given = &self->given;

  return TRUE;
}

static int
get_bits (GeglBuffer *buffer)
{
  const Babl *format = gegl_buffer_get_format (buffer);

  return babl_format_get_type (format, 0) == babl_type ("u8") ? 8 : 16;
}

/**
 * dm_sample_input_save:
 * @drawn: [height, width, channels] of the settings, in [-1, 1]
 *
 * Paints into a copy of the picture, which goes to a PNG of 8 bits, or of 16
 * where the picture has more.
 *
 * Errors: %DM_ERROR_FILE, %DM_ERROR_MEMORY
 */
gboolean
dm_sample_input_save (const DmSampleInput *self,
                      const float         *drawn,
                      const char          *path,
                      GError             **error)
{
  size_t n = (size_t) self->surroundings.width * self->surroundings.height *
             self->hole.channels;
  g_autofree float *unit = g_memdup2 (drawn, n * sizeof *unit);
  g_autoptr (GeglBuffer) output = gegl_buffer_dup (self->buffer);
  DmDrawn picture = { unit, self->surroundings.width, self->surroundings.height,
                      self->place };

  dm_image_to_unit (unit, n);

  return dm_repaint (&self->hole, &picture, output, &self->hole.extent,
                     error) &&
         dm_picture_save_png (path, output, get_bits (output), error);
}

void
dm_sample_input_clear (DmSampleInput *self)
{
  dm_surroundings_clear (&self->surroundings);
  g_clear_object (&self->buffer);
}
