/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Looks a file over before it is handed to GEGL, whose JPEG reader ends the
 * process when a file is damaged, and whose last resort is another program.
 */
const char *dm_picture_file_get_loader (const char *path,
                                        unsigned   *orientation,
                                        GError    **error);
