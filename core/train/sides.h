/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/dataset.h"

/* Whether left and right mean something in the pictures: letters have sides,
 * grass has none. What has none may be mirrored.
 */
double   dm_sides_measure (const DmDataset *dataset);
gboolean dm_sides_are_alike (double share);
