/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/generate.h"
#include "paint/hole.h"

/* A part of a picture as the model draws it: what is given to it. */
typedef struct
{
  int    width, height; /* at which it is drawn, pixels          */
  bool   whole;         /* nothing is kept                       */
  float *x0, *mask;     /* of DmGiven, [height, width, channels]
                           and [height, width]                   */
} DmSurroundings;

bool    dm_surroundings_read (DmSurroundings      *self,
                              const DmHole        *hole,
                              const GeglRectangle *place,
                              const DmConfig      *config,
                              GError             **error);
DmGiven dm_surroundings_get_given (const DmSurroundings *self,
                                   double                strength,
                                   unsigned              n_repeats);
void    dm_surroundings_clear (DmSurroundings *self);
