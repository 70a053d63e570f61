/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

#include "kernels/context.h"

/* p = softmax (logits), and how unlikely it makes the right classes. */

double dm_cross_entropy_forward (float           *p,
                                 const float     *logits,
                                 const int       *class_id,
                                 size_t           n,
                                 size_t           n_classes,
                                 const DmContext *context);
void   dm_cross_entropy_backward (float       *dlogits,
                                  const float *p,
                                  const int   *class_id,
                                  size_t       n,
                                  size_t       n_classes,
                                  double       scale);
