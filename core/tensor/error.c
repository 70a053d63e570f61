/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/error.h"

G_DEFINE_QUARK (dm - error - quark, dm_error)
