/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#include "tensor/pool.h"

/* The normal distribution that points have the mean and covariance of. */
typedef struct
{
  size_t  dim;
  double *mean;       /* [dim]      */
  double *covariance; /* [dim, dim] */
} DmGaussian;

void dm_gaussian_init (
    DmGaussian *self, const float *points, size_t n, size_t dim, DmPool *pool);
void     dm_gaussian_clear (DmGaussian *self);
gboolean dm_frechet_distance (double           *distance,
                              const DmGaussian *a,
                              const DmGaussian *b,
                              GError          **error);
