/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "drawing.h"

#include <glib/gi18n-lib.h>

#include "model-cache.h"
#include "picture-cache.h"

#include "generate/generate.h"
#include "image/image.h"
#include "paint/hole.h"
#include "tensor/error.h"

/* Rows that are scaled at a time. */
#define BAND 64

/* What dm_generate() is told, and whom to tell of its progress. */
typedef struct
{
  const DmModel *model;
  DmSettings     settings;
  DmPicture      picture;
  DmStepFunc     on_step;
  void          *data;
} Job;

static gboolean
find_class (const DmDrawing *self,
            const DmCard    *card,
            int             *class_id,
            GError         **error)
{
  g_autofree int *values = dm_card_class_values (card);
  guint           n_classes = dm_card_get_n_classes (card);

  if (self->class_value != 0)
    for (guint i = 0; i < n_classes; i++)
      if (values[i] == self->class_value)
        {
          *class_id = (int) i;
          return TRUE;
        }

  return dm_card_find_class (card, self->class_text, class_id, error);
}

static gboolean
check_fit (const DmDrawing *self, const DmConfig *config, GError **error)
{
  if (self->fit != DM_FIT_CANVAS || dm_config_fits_any_canvas (config))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("the model draws pictures of %zu x %zu pixels only; choose "
                  "contain, cover or stretch instead of canvas"),
               config->resolution, config->resolution);

  return FALSE;
}

/**
 * dm_drawing_check:
 * @config: (out): of the model, if its file can be read
 *
 * Whether the picture could be drawn, as far as the header of the file tells.
 *
 * Errors: DM_ERROR_OPTION, or those of dm_model_open_header()
 */
gboolean
dm_drawing_check (const DmDrawing *self, DmConfig *config, GError **error)
{
  g_autoptr (DmWeights) weights = dm_model_open_header (self->path, error);
  int class_id;

  if (weights == NULL)
    return FALSE;

  *config = *dm_weights_get_config (weights);

  return find_class (self, dm_weights_get_card (weights), &class_id, error) &&
         check_fit (self, config, error);
}

static DmWrap
get_wrap (const DmDrawing *self, const DmConfig *config)
{
  if (!dm_config_is_texture (config))
    return DM_WRAP_NONE;

  return (self->tile_x ? DM_WRAP_X : 0) | (self->tile_y ? DM_WRAP_Y : 0);
}

static void
fill_settings (const DmDrawing *self,
               DmSettings      *settings,
               const DmModel   *model)
{
  const DmConfig *config = dm_model_get_config (model);
  bool            canvas = self->fit == DM_FIT_CANVAS ||
                (self->fit == DM_FIT_AUTO && dm_config_is_texture (config));

  dm_settings_init (settings, model);

  if (self->n_steps > 0)
    settings->n_steps = (unsigned) self->n_steps;
  if (self->sampler > 0)
    settings->sampler = (DmSampler) (self->sampler - 1);
  if (self->guidance_start >= 0.0)
    settings->guidance_start = self->guidance_start;
  if (self->guidance_end >= 0.0)
    settings->guidance_end = self->guidance_end;
  if (self->variation >= 0.0)
    settings->variation = self->variation;

  if (canvas && dm_config_fits_any_canvas (config))
    {
      settings->width = (size_t) self->width;
      settings->height = (size_t) self->height;
    }

  settings->wrap = get_wrap (self, config);
}

/* Returns: (transfer full): what tells a given picture from others */
static char *
digest_given (const DmGiven *given, size_t n, size_t channels)
{
  GChecksum *sum;
  char      *text;

  if (given == NULL)
    return g_strdup ("");

  sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, (const guchar *) given->x0,
                     (gssize) (n * channels * sizeof (float)));
  if (given->mask != NULL)
    g_checksum_update (sum, (const guchar *) given->mask,
                       (gssize) (n * sizeof (float)));
  text =
      g_strdup_printf ("%s %d %u %.17g", g_checksum_get_string (sum),
                       given->mask != NULL, given->n_repeats, given->strength);
  g_checksum_free (sum);

  return text;
}

/* All that the pixels depend on. */
static char *
make_key (const DmSettings *settings,
          size_t            channels,
          const DmPicture  *picture,
          guint64           serial)
{
  g_autofree char *given = digest_given (
      settings->given, settings->width * settings->height, channels);

  return g_strdup_printf (
      "%" G_GUINT64_FORMAT " %d %.17g %" G_GUINT64_FORMAT
      " %d %u %zu %zu %d %.17g %.17g %.17g %.17g %s",
      serial, picture->class_id, picture->guidance, picture->seed,
      (int) settings->sampler, settings->n_steps, settings->width,
      settings->height, (int) settings->wrap, settings->guidance_start,
      settings->guidance_end, settings->variation, picture->scale, given);
}

/* A host shows progress from 0 up to 1: both are told, whatever happens. */
static DmPixels *
run_job (gpointer data, GError **error)
{
  const Job        *job = data;
  const DmSettings *settings = &job->settings;
  size_t            channels = dm_model_get_config (job->model)->channels;
  float            *value;

  g_debug ("draws %zu x %zu pixels, seed %" G_GUINT64_FORMAT, settings->width,
           settings->height, job->picture.seed);
  job->on_step (0, settings->n_steps, job->data);
  value = dm_generate (job->model, settings, &job->picture, 1, job->on_step,
                       job->data, dm_pool_get_default (), error);
  if (value == NULL)
    {
      job->on_step (settings->n_steps, settings->n_steps, job->data);
      return NULL;
    }

  g_debug ("has drawn them");
  dm_image_to_unit (value, settings->width * settings->height * channels);

  return dm_pixels_new_take (value, settings->width, settings->height,
                             channels);
}

/**
 * dm_drawing_draw:
 * @given: (nullable): a picture to draw from, of the size that is drawn
 * @on_step: called from this thread with 0 ... n_steps while the picture is
 *   drawn; not at all if it is there already
 *
 * The picture at the size at which the model draws it.
 *
 * Errors: DM_ERROR_OPTION, DM_ERROR_MEMORY, DM_ERROR_CANCELLED or those of
 *   dm_model_load()
 *
 * Returns: (transfer full):
 */
DmPixels *
dm_drawing_draw (const DmDrawing *self,
                 const DmGiven   *given,
                 DmStepFunc       on_step,
                 void            *data,
                 GError         **error)
{
  guint64 serial = 0;
  g_autoptr (DmModel) model = dm_model_cache_get (self->path, &serial, error);
  g_autofree char *key = NULL;
  const DmCard    *card;
  Job              job = { .model = model, .on_step = on_step, .data = data };

  if (model == NULL || !check_fit (self, dm_model_get_config (model), error))
    return NULL;

  card = dm_model_get_card (model);
  job.picture.seed = self->seed;
  job.picture.guidance = self->guidance < 0.0 ? card->guidance : self->guidance;
  if (dm_config_is_scaled (dm_model_get_config (model)))
    job.picture.scale = self->scale;
  if (!find_class (self, card, &job.picture.class_id, error))
    return NULL;

  fill_settings (self, &job.settings, model);
  job.settings.given = given;
  key = make_key (&job.settings, dm_model_get_config (model)->channels,
                  &job.picture, serial);

  return dm_picture_cache_get (key, run_job, &job, error);
}

/* out[n, channels + 1] = in[n, channels], opaque */
static void
add_alpha (float *out, const float *in, size_t n, int channels)
{
  for (size_t i = 0; i < n; i++)
    {
      for (int c = 0; c < channels; c++)
        *out++ = *in++;
      *out++ = 1.0f;
    }
}

/**
 * dm_drawing_paint:
 * @pixels: of dm_drawing_draw()
 * @buffer: is painted within @roi alone; transparent beside the picture
 *
 * Errors: DM_ERROR_MEMORY
 */
gboolean
dm_drawing_paint (const DmDrawing     *self,
                  const DmPixels      *pixels,
                  GeglBuffer          *buffer,
                  const GeglRectangle *roi,
                  GError             **error)
{
  int           width = (int) pixels->width, height = (int) pixels->height;
  int           channels = (int) pixels->channels;
  DmFit         fit = self->fit <= DM_FIT_CANVAS ? DM_FIT_CONTAIN : self->fit;
  GeglRectangle place =
      dm_fit_place (fit, width, height, self->width, self->height);
  GeglRectangle     part;
  g_autofree float *colour = NULL;
  g_autofree float *opaque = NULL;
  size_t            n;

  gegl_buffer_clear (buffer, roi);
  if (!gegl_rectangle_intersect (&part, roi, &place))
    return TRUE;

  n = (size_t) part.width * MIN (part.height, BAND);
  colour = g_try_new (float, n *channels);
  opaque = g_try_new (float, n *(channels + 1));
  if (colour == NULL || opaque == NULL)
    {
      dm_hole_set_memory_error (error);
      return FALSE;
    }

  for (int y = 0; y < part.height; y += BAND)
    {
      GeglRectangle band = { part.x, part.y + y, part.width,
                             MIN (BAND, part.height - y) };

      dm_fit_resample (colour, &band, &place, pixels->value, width, height,
                       channels);
      add_alpha (opaque, colour, (size_t) band.width * band.height, channels);
      gegl_buffer_set (buffer, &band, 0,
                       dm_image_get_format (pixels->channels, TRUE), opaque,
                       GEGL_AUTO_ROWSTRIDE);
    }

  return TRUE;
}
