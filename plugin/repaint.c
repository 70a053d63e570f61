/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "repaint.h"

#include "model-cache.h"

#include "paint/place.h"
#include "paint/repaint.h"
#include "paint/surroundings.h"

/* The picture that the model draws of @place. */
static DmPixels *
draw (const DmDrawing     *drawing,
      const DmHole        *hole,
      const DmConfig      *config,
      const GeglRectangle *place,
      DmStepFunc           on_step,
      void                *data,
      GError             **error)
{
  DmDrawing      request = *drawing;
  DmSurroundings surroundings;
  DmGiven        given;
  DmPixels      *pixels;

  if (!dm_surroundings_read (&surroundings, hole, place, config, error))
    return NULL;

  request.width = surroundings.width;
  request.height = surroundings.height;
  request.fit = dm_config_is_texture (config) ? DM_FIT_CANVAS : DM_FIT_CONTAIN;
  given = dm_surroundings_get_given (&surroundings, drawing->strength,
                                     (unsigned) drawing->n_repeats);

  pixels = dm_drawing_draw (&request, &given, on_step, data, error);
  dm_surroundings_clear (&surroundings);

  return pixels;
}

/**
 * dm_repaint_paint:
 * @mask: (nullable): where to paint, instead of what is transparent
 * @output: (inout): a copy of the input within @roi; pixels that are not
 * painted keep their bits
 * @on_step: see dm_drawing_draw()
 *
 * Errors: those of dm_drawing_draw(); then nothing is painted
 */
gboolean
dm_repaint_paint (const DmDrawing     *drawing,
                  GeglBuffer          *input,
                  GeglBuffer          *mask,
                  GeglBuffer          *output,
                  const GeglRectangle *roi,
                  DmStepFunc           on_step,
                  void                *data,
                  GError             **error)
{
  guint64 serial;
  g_autoptr (DmModel) model =
      dm_model_cache_get (drawing->path, &serial, error);
  g_autoptr (DmPixels) pixels = NULL;
  GError         *fault = NULL;
  const DmConfig *config;
  DmHole          hole = { .input = input, .mask = mask };
  DmDrawn         drawn;

  if (model == NULL)
    return FALSE;

  config = dm_model_get_config (model);
  hole.channels = config->channels;
  if (!dm_hole_find (&hole, drawing->strength < 1.0, &fault))
    {
      if (fault != NULL)
        g_propagate_error (error, fault);
      return fault == NULL;
    }

  drawn.place = dm_place_choose (&hole, config, drawing->context);
  pixels = draw (drawing, &hole, config, &drawn.place, on_step, data, error);
  if (pixels == NULL)
    return FALSE;

  drawn.value = pixels->value;
  drawn.width = (int) pixels->width;
  drawn.height = (int) pixels->height;

  return dm_repaint (&hole, &drawn, output, roi, error);
}
