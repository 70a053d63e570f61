/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "model/card.h"
#include "model/config.h"

/* What our program writes into a weights file beside the tensors, as JSON:
 *
 *   { "format": 1, "config": { DmConfig }, "card": { DmCard } }
 */

/* Raised when older programs would misread a file, and only then. */
#define DM_DESCRIPTION_FORMAT 1

JsonObject *dm_description_write (const DmConfig *config, const DmCard *card);

gboolean dm_description_read (JsonObject *json,
                              DmConfig   *config,
                              gboolean   *has_config,
                              DmCard    **card,
                              GError    **error);

gboolean dm_description_check (const DmConfig *config,
                               const DmCard   *card,
                               GError        **error);
