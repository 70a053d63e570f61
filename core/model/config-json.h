/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "model/config.h"

JsonObject *dm_config_to_json (const DmConfig *self);
gboolean dm_config_from_json (DmConfig *self, JsonObject *json, GError **error);
gboolean dm_config_check_ranges (const DmConfig *self, GError **error);
