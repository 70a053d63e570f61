/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>

/* Pictures whose pixels are not to change on their way: in their own format. */
GeglBuffer *dm_picture_load (const char *path, GError **error);
gboolean    dm_picture_save_png (const char *path,
                                 GeglBuffer *buffer,
                                 int         bits,
                                 GError    **error);
