/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

/* A table of pictures with labels: a row each, say, for a class, a column for a
 * guidance strength.
 */
typedef struct
{
  size_t n_rows, n_columns;
  char **row_labels;    /* (array zero-terminated) (nullable) */
  char **column_labels; /* (array zero-terminated) (nullable) */
  const float
        *pixels; /* [n_rows, n_columns, height, width, channels], [-1, 1] */
  size_t width, height, channels;
} DmSheet;

gboolean dm_sheet_check (const DmSheet *self, GError **error);
gboolean
dm_sheet_save_png (const DmSheet *self, const char *path, GError **error);
