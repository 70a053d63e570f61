/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "pixels.h"

/* Returns: (transfer full): NULL with @error set if it cannot be drawn */
typedef DmPixels *(*DmDrawFunc) (gpointer data, GError **error);

DmPixels *dm_picture_cache_get (const char *key,
                                DmDrawFunc  draw,
                                gpointer    data,
                                GError    **error);
