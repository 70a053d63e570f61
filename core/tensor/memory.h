/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* What the machine and this process have of memory, in bytes; 0 if the system
 * does not tell.
 */
guint64 dm_memory_get_available (void);
guint64 dm_memory_get_resident (void);
guint64 dm_memory_get_peak (void);

/* GLib ends the process when it gets no memory: ask before. */
gboolean dm_memory_is_there (guint64 bytes);

/* The number of bytes behind @key in the text of a file of /proc or of a
 * control group, @unit bytes each.
 */
guint64 dm_memory_find (const char *text, const char *key, guint64 unit);
