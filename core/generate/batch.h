/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/generate.h"

/* Pictures that are drawn together: what dm_generate() does in one piece. */
typedef struct
{
  const DmModel    *model;
  const DmSettings *settings;
  const DmPicture  *pictures; /* [n] */
  size_t            n;
  DmStepFunc        on_step; /* (nullable) */
  void             *data;
  unsigned          first_step, all_steps; /* for on_step, of all batches */
} DmBatch;

size_t   dm_batch_measure (const DmBatch *self);
gboolean dm_batch_draw (const DmBatch *self,
                        float         *pixels,
                        DmPool        *pool,
                        GError       **error);

unsigned dm_batch_get_n_passes (const DmBatch *self);
guint    dm_batch_get_n_rows (void);
