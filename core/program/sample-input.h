/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/generate.h"
#include "paint/hole.h"
#include "paint/surroundings.h"

/* What the command line says of it; the rest matters only if @path is there. */
typedef struct
{
  char  *path;
  double strength, context;
  int    resample;
} DmInputOptions;

GOptionEntry *dm_input_options_new_table (DmInputOptions *self);
gboolean dm_input_options_check (const DmInputOptions *self, GError **error);

/* A picture that others are drawn into, as the operations do. */
typedef struct
{
  GeglBuffer    *buffer;
  DmHole         hole;
  GeglRectangle  place; /* that the model draws */
  DmSurroundings surroundings;
  DmGiven        given;
} DmSampleInput;

gboolean dm_sample_input_open (DmSampleInput        *self,
                               const DmInputOptions *options,
                               const DmModel        *model,
                               DmSettings           *settings,
                               GError              **error);
gboolean dm_sample_input_save (const DmSampleInput *self,
                               const float         *drawn,
                               const char          *path,
                               GError             **error);
void     dm_sample_input_clear (DmSampleInput *self);
