/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "model/weights.h"

/* A weights file as people and as programs read it. */
char *
dm_describe_text (const DmWeights *weights, const char *path, gboolean tensors);
JsonObject *dm_describe_json (const DmWeights *weights, const char *path);
