/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/repeats.h"

/* A class with fewer pictures than this is hardly learned. */
#define DM_TINY_CLASS 10

/* Classes differ much if one has so many times the pictures of another. */
#define DM_UNEQUAL_CLASSES 10

/* How many files have a name that ends so. */
typedef struct
{
  char  *ending; /* "png"; "" where there is none */
  size_t n;
} DmFormatCount;

/* What there is to know of a dataset before it is trained on. Pictures and
 * classes by their numbers in the dataset.
 */
typedef struct
{
  const DmDataset *dataset; /* lent */

  /* the sides of what was found, each by itself, and whether it is all of one
     size */
  size_t   min_width, min_height, max_width, max_height;
  gboolean one_size;
  GArray  *formats; /* of DmFormatCount, most frequent first */

  GArray    *tiny;      /* of int, classes with fewer than %DM_TINY_CLASS     */
  gboolean   unequal;   /* the classes, see %DM_UNEQUAL_CLASSES               */
  GPtrArray *namesakes; /* of GArray of int, classes whose names differ only in
                           case, blanks, hyphens or underscores               */
  GArray    *small;   /* of size_t, pictures with a side below the dataset's */
  GPtrArray *repeats; /* of DmRepeat, the worst first                       */
} DmDataReport;

DmDataReport *dm_data_report_new (const DmDataset *dataset);
void          dm_data_report_free (DmDataReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmDataReport, dm_data_report_free)
