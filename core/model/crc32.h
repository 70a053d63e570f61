/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

guint32 dm_crc32 (guint32 crc, gconstpointer data, gsize n);
