/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Text in columns for terminals, in any language. */
int  dm_columns_get_width (const char *cell);
void dm_columns_add_left (GString *text, const char *cell, int width);
void dm_columns_add_right (GString *text, const char *cell, int width);
void dm_columns_add_line (GString *text, const char *label, const char *value);
