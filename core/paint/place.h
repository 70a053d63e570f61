/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/config.h"
#include "paint/hole.h"

/* What is shown of the surroundings unless somebody says otherwise. */
#define DM_PLACE_CONTEXT 1.0

/* The part of a picture that is shown to the model which fills its hole. */
GeglRectangle
dm_place_choose (const DmHole *hole, const DmConfig *config, double context);
