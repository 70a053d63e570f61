/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/generate.h"

gboolean dm_request_check (const DmModel    *model,
                           const DmSettings *settings,
                           const DmPicture  *pictures,
                           size_t            n_pictures,
                           GError          **error);
