/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "drawing.h"

/* Layers of GIMP 2.10, by their number. */

gboolean dm_gimp2_layer_get_place (gint32         drawable,
                                   GeglRectangle *place,
                                   GError       **error);

void dm_gimp2_layer_put (gint32               drawable,
                         GeglBuffer          *picture,
                         const GeglRectangle *place);

gboolean dm_gimp2_layer_repaint (gint32               drawable,
                                 const DmDrawing     *drawing,
                                 const GeglRectangle *place,
                                 DmStepFunc           on_step,
                                 GError             **error);
