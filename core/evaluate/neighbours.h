/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "tensor/pool.h"

/* Points in a space of features, lent. */
typedef struct
{
  const float *value; /* [n, dim] */
  size_t       n, dim;
} DmPoints;

float  dm_neighbour_square_distance (const float *a, const float *b, size_t n);
void   dm_neighbour_radii (float          *square,
                           const DmPoints *points,
                           size_t          k,
                           DmPool         *pool);
double dm_neighbour_coverage (const DmPoints *points,
                              const DmPoints *manifold,
                              const float    *square,
                              DmPool         *pool);
size_t dm_neighbour_find (const float *x, const DmPoints *points);
