/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/dataset.h"

/* Lines of a list, at most, and names in a line. */
#define DM_MAX_LINES 10
#define DM_MAX_NAMES 6

/* A form of a sentence for so many things, marked for translation. */
#define PLURAL(one, many, n)                                                   \
  g_dngettext (GETTEXT_PACKAGE, one, many, (gulong) (n))

/* Names of files and classes as the user is shown them. */
char *dm_data_show (const char *name);
char *dm_data_join (char **names, guint n);
char *dm_data_name_picture (const DmDataset *set, size_t i);

/* "  and 3 more", if they are more than the limit. */
void dm_data_add_more (GString *text, size_t n, size_t limit);
