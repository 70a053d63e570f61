/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Parts of a page for browsers. */
void dm_html_add_text (GString *html, const char *text);
void dm_html_add_element (GString *html, const char *tag, const char *text);
G_GNUC_PRINTF (3, 4)
void
dm_html_add_format (GString *html, const char *tag, const char *format, ...);
