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
 *   "gimp"      [ { "version", "program" if there, "folders":
 *                   [ { "path", "exists", "plug_in" } ] } ]
 *   "problems"  [ sentences ]
 */
#define DM_HEALTH_GOOD "good"
#define DM_HEALTH_HIDDEN "hidden" /* a folder before has that name */
#define DM_HEALTH_REFUSED "refused"

JsonObject *dm_health_new (void);
char       *dm_health_print (JsonObject *self);

/* What health.c and health-print.c leave to health-gimp.c. */
JsonArray *dm_health_get_gimps (JsonArray *problems);
void       dm_health_print_gimps (GString *text, JsonArray *gimps);
