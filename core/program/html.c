/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/html.h"

/**
 * dm_html_add_text:
 * @text: of any origin
 *
 * Adds it so that a browser shows just that.
 */
void
dm_html_add_text (GString *html, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  g_autofree char *escaped = g_markup_escape_text (valid, -1);

  g_string_append (html, escaped);
}

/**
 * dm_html_add_element:
 *
 * Adds <tag>text</tag>.
 */
void
dm_html_add_element (GString *html, const char *tag, const char *text)
{
  g_string_append_printf (html, "<%s>", tag);
  dm_html_add_text (html, text);
  g_string_append_printf (html, "</%s>\n", tag);
}

/**
 * dm_html_add_format:
 *
 * As dm_html_add_element(), of a text as printf() makes it.
 */
void
dm_html_add_format (GString *html, const char *tag, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list          args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  dm_html_add_element (html, tag, text);
}
