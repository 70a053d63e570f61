/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

/* Symmetric matrices in double, dense, row by row. */

gboolean dm_symmetric_eigen (
    double *values, double *vectors, const double *a, size_t n, GError **error);
gboolean
dm_symmetric_root (double *root, const double *a, size_t n, GError **error);
