/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>

/* How a picture of the model's native size meets the size that is asked for.
 * The numbers are stored in people's files: they stay what they are.
 */
typedef enum
{
  DM_FIT_AUTO = 0,    /* canvas if the model can, else contain              */
  DM_FIT_CANVAS = 1,  /* the model draws at the size asked for              */
  DM_FIT_CONTAIN = 2, /* all of the picture, centred, transparent margins   */
  DM_FIT_COVER = 3,   /* no margins; what hangs over is cut off             */
  DM_FIT_STRETCH = 4  /* width and height scaled on their own               */
} DmFit;

GeglRectangle
dm_fit_place (DmFit fit, int width, int height, int out_width, int out_height);

void dm_fit_resample (float               *out,
                      const GeglRectangle *roi,
                      const GeglRectangle *place,
                      const float         *in,
                      int                  width,
                      int                  height,
                      int                  channels);
