/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/neighbours.h"

/* Whether pictures were drawn anew or learnt by heart: a copy lies far nearer
 * to one training picture than to any other.
 */
typedef struct
{
  DmPoints      points;
  const size_t *picture; /* [points.n], which training picture each is drawn
                            from; one picture may be there several times, and
                            those that are nearly the same count as one     */
} DmOriginals;

typedef struct
{
  double distance; /* to the nearest original, median over the points */
  double share;    /* of the points that are near-copies              */
} DmCopies;

void dm_copies_find (DmCopies          *self,
                     const DmPoints    *points,
                     const size_t      *own,
                     const DmOriginals *originals,
                     DmPool            *pool);
