/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

/* The state of an installation:
 *
 *   "versions"  { "gegl-diffusion", "GEGL", "GLib", "OpenBLAS" }
 *   "cpu"       { "kernels", "best", "threads" }
 *   "folders"   [ { "path", "exists" } ]       where models are looked for
 *   "models"    [ { "name", "path", "state", "title" or "reason" } ]
 *   "module"    { "folders", "files", "loaded" }
 *   "problems"  [ sentences ]
 */
JsonObject *dm_health_new (void);
char       *dm_health_print (JsonObject *self);
