/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nn/embedding.h"

/* Mild changes of a picture that stretch few of them to many without a leak:
 * the network is told what has been done, and what it is asked to draw has none
 * of it.
 *
 * Source: Karras et al. 2022, appendix F.2 and table 6; ours are milder, and an
 * angle is a number, since it is never large.
 */
typedef struct
{
  bool  mirrored;
  float zoom;       /* doublings of the size                               */
  float angle;      /* radians                                             */
  float stretch[2]; /* logarithms: along x against y, and along the
                       diagonal against the other one                      */
  float shift[2];   /* to the right and down, in sides of the picture      */
} DmDistortion;

void dm_distortion_draw (DmDistortion *self,
                         double        chance,
                         uint64_t      seed,
                         uint64_t      k);
bool dm_distortion_is_none (const DmDistortion *self);
void dm_distortion_get_labels (const DmDistortion *self,
                               float               labels[DM_AUGMENT_LABELS]);
void dm_distortion_apply (const DmDistortion *self,
                          float              *out,
                          const float        *in,
                          size_t              side,
                          size_t              channels);
