/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/model.h"

/* What files must be before a network is made of them. */
gboolean dm_model_check_size (const DmWeights *weights,
                              const DmConfig  *config,
                              GError         **error);
void     dm_model_prefix_path (const char *path, GError **error);
