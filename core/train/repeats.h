/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/dataset.h"

/* Pictures that are the same, byte for byte, as they are trained on. */
typedef struct
{
  GArray  *pictures;       /* of size_t, two or more, in the order of reading */
  gboolean across_classes; /* they are not all of one class                   */
  gboolean across_split;   /* some are trained on and some held out           */
} DmRepeat;

GPtrArray *dm_repeats_find (const DmDataset *dataset);
