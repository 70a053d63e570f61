/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/columns.h"

/* Of a label; what does not fit pushes its value to the right. */
#define INDENT 2
#define LABEL 16

static void
add_blanks (GString *text, int n)
{
  for (int i = 0; i < n; i++)
    g_string_append_c (text, ' ');
}

/**
 * dm_columns_get_width:
 * @cell: UTF-8
 *
 * Returns: places that it takes on a terminal: Chinese and Japanese characters
 * take two, accents of their own none (Unicode's annex 11, as GLib knows it)
 */
int
dm_columns_get_width (const char *cell)
{
  int width = 0;

  for (const char *c = cell; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar character = g_utf8_get_char (c);

      if (!g_unichar_iszerowidth (character))
        width += g_unichar_iswide (character) ? 2 : 1;
    }

  return width;
}

/**
 * dm_columns_add_left:
 *
 * The cell, and blanks up to @width places, at least one.
 */
void
dm_columns_add_left (GString *text, const char *cell, int width)
{
  g_string_append (text, cell);
  add_blanks (text, MAX (width - dm_columns_get_width (cell), 1));
}

/**
 * dm_columns_add_right:
 *
 * Blanks up to @width places, at least one, and the cell.
 */
void
dm_columns_add_right (GString *text, const char *cell, int width)
{
  add_blanks (text, MAX (width - dm_columns_get_width (cell), 1));
  g_string_append (text, cell);
}

/**
 * dm_columns_add_line:
 * @value: (nullable): of one line or several; without any, nothing is added
 *
 * "  label           value"
 */
void
dm_columns_add_line (GString *text, const char *label, const char *value)
{
  if (value == NULL || *value == '\0')
    return;

  add_blanks (text, INDENT);
  dm_columns_add_left (text, label, LABEL);
  for (; *value != '\0'; value++)
    {
      g_string_append_c (text, *value);
      if (*value == '\n')
        add_blanks (text, INDENT + LABEL);
    }
  g_string_append_c (text, '\n');
}
