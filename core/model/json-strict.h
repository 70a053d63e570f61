/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

JsonObject *dm_json_parse (const char *text, gsize length, GError **error);
char       *dm_json_print (JsonObject *object, gboolean pretty);
