/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/dataset.h"

/* The pictures of a folder of class folders, until it is known what a dataset
 * makes of them: decoded now, or by a run before this one.
 */
typedef struct
{
  GArray       *pictures; /* of DmDecodedPicture */
  GArray       *class_id; /* of int, as many     */
  const guint8 *pixels;   /* of all, once they are settled */
  size_t        n_bytes;

  size_t       side;  /* that was asked for, or 0          */
  gboolean     whole; /* crops are wanted, not the middle  */
  const float *background;

  char      *file;     /* (nullable): where they are kept for later runs */
  DmDecoded *known;    /* what was kept there                            */
  GArray    *is_known; /* of gboolean: @at counts among those, else among
                          those of @spool                                 */
  size_t   n_known;
  DmSpool *spool;
  char    *fault; /* (nullable): why they cannot be kept */
} DmFolderPictures;

void     dm_folder_pictures_init (DmFolderPictures       *self,
                                  const char             *path,
                                  const DmDatasetOptions *options);
void     dm_folder_pictures_clear (DmFolderPictures *self);
gboolean dm_folder_pictures_add (DmFolderPictures *self,
                                 const char       *path,
                                 const char       *name,
                                 int               class_id,
                                 GError          **error);
gboolean dm_folder_pictures_settle (DmFolderPictures *self, GError **error);
