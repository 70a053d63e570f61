/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/generate.h"

/* Pictures of classes (rows) at guidance strengths (columns), @count of each,
 * drawn and laid out alike by all sub-commands: picture k of each is picture k
 * of the seed.
 */
typedef struct
{
  const int    *class_id; /* [n_classes] */
  const double *guidance; /* [n_guidance] */
  size_t        n_classes, n_guidance, count;
  guint64       seed;
  double        scale; /* as in DmPicture */
} DmGrid;

size_t    dm_grid_get_n (const DmGrid *self);
DmPicture dm_grid_get_picture (const DmGrid *self, size_t i);
float    *dm_grid_draw (const DmGrid     *self,
                        size_t            first,
                        size_t            n,
                        const DmModel    *model,
                        const DmSettings *settings,
                        DmPool           *pool,
                        GError          **error);
gboolean  dm_grid_check (const DmGrid     *self,
                         const DmModel    *model,
                         const DmSettings *settings,
                         GError          **error);
gboolean  dm_grid_save (const DmGrid     *self,
                        const DmModel    *model,
                        const DmSettings *settings,
                        const float      *pixels,
                        const char       *path,
                        GError          **error);
char     *dm_grid_get_guidance_text (const DmGrid *self, size_t column);
