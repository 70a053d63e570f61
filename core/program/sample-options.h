/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "program/draw-options.h"
#include "program/sample-input.h"

/* Everything that `gegl-diffusion sample` can be told. */
typedef struct
{
  char          *model, *output, *classes, *canvas, *tile;
  int            count;
  double         scale, variation; /* variation < 0: as recommended */
  DmDrawOptions  draw;
  DmInputOptions input;
} DmSampleOptions;

gboolean dm_sample_options_parse (DmSampleOptions *self,
                                  int             *argc,
                                  char          ***argv,
                                  GError         **error);
gboolean dm_sample_options_get_canvas (const DmSampleOptions *self,
                                       DmSettings            *settings,
                                       GError               **error);
GArray  *dm_sample_options_get_classes (const DmSampleOptions *self,
                                        const DmCard          *card,
                                        GError               **error);
void     dm_sample_options_clear (DmSampleOptions *self);
