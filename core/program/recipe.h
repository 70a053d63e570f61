/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Options of a sub-command, kept in a file. */
const char *dm_recipe_find (int argc, char **argv);
gboolean
dm_recipe_read (const char *path, const GOptionEntry *entries, GError **error);
gboolean dm_recipe_write (const char         *path,
                          const GOptionEntry *entries,
                          const char         *comment,
                          GError            **error);
