/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>
#include <glib.h>

#include "image/area.h"

/* Pixels in [-1, 1], R'G'B' or gray perceptual, [height, width, channels]:
 * what the network sees and draws. The one place where 8-bit, linear, gray,
 * alpha and colour spaces are dealt with.
 */

/* babl format of what GEGL is handed: "R'G'B'A float" or "Y'A float" ... */
const Babl *dm_image_get_format (size_t channels, gboolean alpha);

/* Reads any picture GEGL can load. Transparent parts lie over white.
 * Returns: (transfer full): [*height, *width, channels]
 */
float *dm_image_load (const char *path,
                      size_t      channels,
                      size_t     *width,
                      size_t     *height,
                      GError    **error);

/* Transparent parts over a colour of our choice, [channels] in [0, 1]. */
float *dm_image_load_over (const char *path,
                           size_t      channels,
                           const float background[3],
                           size_t     *width,
                           size_t     *height,
                           GError    **error);

/* Writes an 8-bit PNG, aside then renamed. */
gboolean dm_image_save_png (const char  *path,
                            const float *pixels,
                            size_t       width,
                            size_t       height,
                            size_t       channels,
                            GError     **error);

/* In place: [-1, 1] to [0, 1] and clamped, as buffers hold it. */
void dm_image_to_unit (float *pixels, size_t n);
