/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "model/card.h"

JsonObject *dm_card_to_json (const DmCard *self);
DmCard     *dm_card_from_json (JsonObject *json, GError **error);
