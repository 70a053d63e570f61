/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/language.h"

#include <glib.h>
#include <libintl.h>

/**
 * dm_language_bind:
 *
 * To be called once by whoever is started: program, module, plug-in. Where the
 * catalogues are not where they were installed, as in a folder that is mounted
 * anywhere, $GEGL_DIFFUSION_LOCALE says where.
 */
void
dm_language_bind (void)
{
  const char *folder = g_getenv ("GEGL_DIFFUSION_LOCALE");

  bindtextdomain (GETTEXT_PACKAGE,
                  folder != NULL && *folder != '\0' ? folder : DM_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
}
