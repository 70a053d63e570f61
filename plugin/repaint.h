/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "drawing.h"

/* Paints into @output, which is a copy of the input within @roi. */
gboolean dm_repaint_paint (const DmDrawing     *drawing,
                           GeglBuffer          *input,
                           GeglBuffer          *mask,
                           GeglBuffer          *output,
                           const GeglRectangle *roi,
                           DmStepFunc           on_step,
                           void                *data,
                           GError             **error);
