/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Pictures that are nearly the same, by a file of lines PATH<TAB>GROUP, paths
 * being those within the data folder: "brick/0001.png".
 */
typedef struct _DmGroups DmGroups;

DmGroups *dm_groups_read (const char *path, GError **error);
void      dm_groups_free (DmGroups *self);

/* Returns: the number of its group, from 1; 0 if it is in none */
guint dm_groups_find (const DmGroups *self, const char *picture);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmGroups, dm_groups_free)
