/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/generate.h"
#include "tensor/arena.h"

/* A given picture on the canvas that the network draws, which may be larger. */
typedef struct
{
  DmKnown known;
  float *x0, *mask; /* [h, w, channels], [h, w]; mask NULL if nothing is kept */
} DmGivenCanvas;

gboolean dm_given_check (const DmGiven *self, GError **error);
void     dm_given_set_up (const DmGiven *self, DmSampling *sampling);

void dm_given_place (const DmGiven *self,
                     DmGivenCanvas *canvas,
                     DmArena       *arena,
                     size_t         h,
                     size_t         w,
                     size_t         channels);
void dm_given_fill (const DmGiven *self,
                    DmGivenCanvas *canvas,
                    size_t         h,
                    size_t         w,
                    size_t         height,
                    size_t         width);
