/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "paint/hole.h"

/* What the model has drawn of a part of a picture. Lent. */
typedef struct
{
  const float  *value; /* [height, width, channels] in [0, 1] */
  int           width, height;
  GeglRectangle place; /* of the picture, where it lies       */
} DmDrawn;

bool dm_repaint (const DmHole        *hole,
                 const DmDrawn       *drawn,
                 GeglBuffer          *output,
                 const GeglRectangle *roi,
                 GError             **error);
