/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stdint.h>

#include "image/area.h"

/* What part of a picture is trained on. */
typedef enum
{
  DM_CROP_CENTER, /* the largest square in its middle, always the same */
  DM_CROP_RANDOM, /* another square each time, within the picture      */
  DM_CROP_WRAP,   /* another one each time, of a picture that wraps    */
  DM_N_CROPS
} DmCrop;

/* What is done to a picture each time it is drawn for training. */
typedef struct
{
  DmCrop crop;
  double scale_min, scale_max; /* of crops: their pixels per pixel of the
                                  picture, above 0 and up to 1; 0: 1      */
  double   colour_jitter; /* of a class of middle size, up to 1; 0: none    */
  gboolean mirror;  /* half of the pictures                                 */
  gboolean balance; /* all classes come equally often                       */
} DmAugment;

const char *dm_crop_get_name (DmCrop crop);
gboolean    dm_crop_from_name (DmCrop *crop, const char *name);
char       *dm_augment_describe (const DmAugment *self);
DmSquare    dm_augment_draw_square (const DmAugment *self,
                                    double          *scale,
                                    size_t           side,
                                    size_t           width,
                                    size_t           height,
                                    uint64_t         seed,
                                    uint64_t         k);
void        dm_augment_mirror (float *x, size_t side, size_t channels);
void        dm_augment_turn (float *x, size_t side, size_t channels, int turns);
