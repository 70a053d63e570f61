/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/weights.h"

/* dm_dtype_get_name() is in weights.h, for those who list tensors. */
gboolean dm_dtype_from_name (DmDtype *dtype, const char *name);

gsize dm_dtype_get_size (DmDtype dtype);
void  dm_dtype_to_float (float *y, gconstpointer x, DmDtype dtype, gsize n);
void  dm_dtype_from_float (gpointer y, const float *x, DmDtype dtype, gsize n);
