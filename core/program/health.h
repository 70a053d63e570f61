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
#define DM_HEALTH_GOOD "good"
#define DM_HEALTH_HIDDEN "hidden" /* a folder before has that name */
#define DM_HEALTH_REFUSED "refused"

JsonObject *dm_health_new (void);
char       *dm_health_print (JsonObject *self);
