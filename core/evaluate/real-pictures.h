/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/feature-net.h"
#include "tensor/terms.h"
#include "train/dataset.h"

/* Features of pictures of a dataset, drawn as training would draw them. */
typedef struct
{
  DmFeatures features;
  size_t    *picture; /* [n], which picture of the dataset it is drawn from */
  float     *scale;   /* [n], as in dm_dataset_draw()                       */
} DmRealPictures;

gboolean dm_real_pictures_init (DmRealPictures  *self,
                                DmFeatureNet    *net,
                                const DmDataset *dataset,
                                size_t           n,
                                guint64          seed,
                                DmPool          *pool,
                                DmStepFunc       on_step,
                                void            *data,
                                GError         **error);
void     dm_real_pictures_clear (DmRealPictures *self);
size_t  *dm_real_pictures_choose (const DmRealPictures *self, size_t n);
gboolean dm_real_pictures_share (DmRealPictures       *self,
                                 const DmFeatureNet   *net,
                                 const DmRealPictures *all,
                                 size_t                n,
                                 GError              **error);
