/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>
#include <stdbool.h>

#include "pixels.h"

#include "generate/generate.h"
#include "model/config.h"
#include "paint/fit.h"
#include "tensor/terms.h"

/* What a person asks an operation for. Less than 0 in a number that cannot be,
 * and the 0s noted here, mean what the model's file recommends.
 */
typedef struct
{
  const char *path;        /* weights file                              */
  const char *class_text;  /* name, nick or index; empty: no class      */
  int         class_value; /* of dm_card_class_values(); 0: go by text  */
  double      guidance;
  double      scale; /* 0: any; others for models that are told it  */
  guint       seed;
  int         n_steps; /* 0                                         */
  int         sampler; /* DmSampler + 1, or 0                       */
  int         width, height;
  DmFit       fit;
  bool        tile_x, tile_y;
  double      guidance_start, guidance_end;
  double      variation; /* of a large canvas                         */

  /* of what is drawn into a picture */
  double strength, context; /* context: see dm_place_choose() */
  int    n_repeats;
} DmDrawing;

gboolean
dm_drawing_check (const DmDrawing *self, DmConfig *config, GError **error);

DmPixels *dm_drawing_draw (const DmDrawing *self,
                           const DmGiven   *given,
                           DmStepFunc       on_step,
                           void            *data,
                           GError         **error);

gboolean dm_drawing_paint (const DmDrawing     *self,
                           const DmPixels      *pixels,
                           GeglBuffer          *buffer,
                           const GeglRectangle *roi,
                           GError             **error);
