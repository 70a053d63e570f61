/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/request.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "generate/given.h"
#include "tensor/error.h"

#define MAX_STEPS 1000
#define MAX_SIDE 65536
#define MAX_GUIDANCE 1000.0

/* What a file is drawn with that recommends nothing. */
#define STANDARD_STEPS 16
#define STANDARD_SAMPLER DM_SAMPLER_DPM2M

/**
 * dm_settings_recommend:
 * @self: (out)
 *
 * What a file recommends whose header alone has been read.
 */
void
dm_settings_recommend (DmSettings     *self,
                       const DmConfig *config,
                       const DmCard   *card)
{
  *self = (DmSettings){
    .sampler = STANDARD_SAMPLER,
    .n_steps = card->n_steps > 0 ? (unsigned) card->n_steps : STANDARD_STEPS,
    .width = config->resolution,
    .height = config->resolution,
    .guidance_start = 1.0,
    .clip = 1.0,
    .variance_mix = 0.3,
    .variation = DM_SETTINGS_VARIATION,
  };

  if (card->sampler != NULL)
    dm_sampler_from_name (&self->sampler, card->sampler);

  if (card->guidance_start > card->guidance_end)
    {
      self->guidance_start = card->guidance_start;
      self->guidance_end = card->guidance_end;
    }
}

/**
 * dm_settings_init:
 * @self: (out) what the model's file recommends, at its native size
 */
void
dm_settings_init (DmSettings *self, const DmModel *model)
{
  dm_settings_recommend (self, dm_model_get_config (model),
                         dm_model_get_card (model));
}

static gboolean
refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION, sentence);

  return FALSE;
}

static gboolean
check_canvas (const DmModel *model, const DmSettings *settings, GError **error)
{
  const DmConfig *config = dm_model_get_config (model);
  gboolean        native = settings->width == config->resolution &&
                    settings->height == config->resolution;

  if (settings->width < 1 || settings->width > MAX_SIDE ||
      settings->height < 1 || settings->height > MAX_SIDE)
    return refuse (error, _ ("width and height are from 1 to 65536 pixels"));

  if (!native && !dm_config_fits_any_canvas (config))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("the model draws pictures of %zu x %zu pixels only"),
                   config->resolution, config->resolution);
      return FALSE;
    }

  if (settings->wrap != DM_WRAP_NONE && !config->circular)
    return refuse (error, _ ("the model was not trained on pictures that wrap; "
                             "it cannot draw seamless ones"));

  return TRUE;
}

static gboolean
check_picture (const DmModel *model, const DmPicture *picture, GError **error)
{
  int n_classes = (int) dm_model_get_config (model)->n_classes;

  if (picture->class_id != DM_CLASS_NULL &&
      (picture->class_id < 0 || picture->class_id >= n_classes))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("the model has no class %d; its classes are 0 to %d"),
                   picture->class_id, n_classes - 1);
      return FALSE;
    }

  if (!(picture->scale >= 0.0 && isfinite (picture->scale)))
    return refuse (error, _ ("scale is 0, for any, or a number above that"));

  if (picture->scale > 0.0 &&
      !dm_config_is_scaled (dm_model_get_config (model)))
    return refuse (error, _ ("the model was not told the scale of pictures; it "
                             "cannot draw at one of choice"));

  if (!(fabs (picture->guidance) <= MAX_GUIDANCE))
    return refuse (error, _ ("guidance is a number from -1000 to 1000"));

  return TRUE;
}

/**
 * dm_request_check:
 * @pictures: [n_pictures]
 *
 * Whether the model can draw these pictures.
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_request_check (const DmModel    *model,
                  const DmSettings *settings,
                  const DmPicture  *pictures,
                  size_t            n_pictures,
                  GError          **error)
{
  if (settings->n_steps < 1 || settings->n_steps > MAX_STEPS)
    return refuse (error, _ ("steps are from 1 to 1000"));

  if (!(settings->variation >= 0.0 && settings->variation <= 1.0))
    return refuse (error, _ ("variation is from 0 to 1"));

  for (size_t i = 0; i < n_pictures; i++)
    if (!check_picture (model, &pictures[i], error))
      return FALSE;

  return check_canvas (model, settings, error) &&
         dm_given_check (settings->given, error);
}
