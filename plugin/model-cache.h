/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/model.h"

DmModel *dm_model_cache_get (const char *path, guint64 *serial, GError **error);
