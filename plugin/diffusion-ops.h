/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "catalogue.h"

/* In GIMP 3; 2.10 has them all under Tools > GEGL Operation. */
#define DM_MENU "<Image>/Filters/Render/Diffusion"

GType dm_generate_op_register (GTypeModule *module);
GType dm_model_op_register (GTypeModule *module, const DmModelEntry *entry);
