/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cairo.h>

/* Labels of sheets and charts, all in one font. */

void dm_text_measure (const char *text, double *width, double *height);
void dm_text_draw (cairo_t    *cairo,
                   const char *text,
                   double      x,
                   double      y,
                   double      along,
                   double      down);
