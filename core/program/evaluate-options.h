/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "program/draw-options.h"
#include "program/train-options.h"

/* Everything that `gegl-diffusion evaluate` can be told. */
typedef struct
{
  char          *model, *data;
  char          *features, *output, *plot, *nearest;
  int            samples;
  gboolean       resume, recommend;
  DmDrawOptions  draw;
  DmTrainOptions pictures; /* of it only how pictures are read and drawn */
} DmEvaluateOptions;

gboolean dm_evaluate_options_parse (DmEvaluateOptions *self,
                                    int               *argc,
                                    char            ***argv,
                                    GError           **error);
void     dm_evaluate_options_clear (DmEvaluateOptions *self);
