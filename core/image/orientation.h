/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* How a camera was held: 1 ... 8 as in EXIF, 1 being upright. */
unsigned dm_orientation_find (const guint8 *file, gsize n);
float   *dm_orientation_turn (const float *pixels,
                              gsize       *width,
                              gsize       *height,
                              gsize        channels,
                              unsigned     orientation);
