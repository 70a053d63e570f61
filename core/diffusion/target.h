/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

#include "tensor/terms.h"

/* What the network's output means.
 *
 *   eps:  pred = eps
 *   v:    pred = v = alpha eps - sigma x0
 *   x0:   x0 = c_skip xt + c_out pred, and the network reads c_in xt
 *         (EDM's preconditioning, carried over to variance-preserving xt)
 */
typedef struct
{
  DmPrediction prediction;
  double       sigma_data;
} DmTarget;

/* What the network reads is this times xt. */
double dm_target_input_scale (const DmTarget *self, double logsnr);

/* x0[n] from pred[n] and xt[n]; eps likewise; in both directions */
void dm_target_to_x0 (const DmTarget *self,
                      float          *x0,
                      const float    *pred,
                      const float    *xt,
                      double          logsnr,
                      size_t          n);
void dm_target_to_eps (const DmTarget *self,
                       float          *eps,
                       const float    *pred,
                       const float    *xt,
                       double          logsnr,
                       size_t          n);
/* what the network should have said, given x0[n] and eps[n] */
void dm_target_from_x0_eps (const DmTarget *self,
                            float          *pred,
                            const float    *x0,
                            const float    *eps,
                            double          logsnr,
                            size_t          n);
