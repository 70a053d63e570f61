/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/dataset.h"
#include "train/groups.h"

/* Readers of the formats of training data, for dataset.c alone.
 *
 * A reader appends pictures to a collection, which begins empty. What it leaves
 * unset (a held-out share) dataset.c fills in.
 */
typedef struct
{
  DmDataset *dataset;  /* side, channels, n_classes, class_names         */
  DmSpool   *spool;    /* of the pixels; NULL if the dataset has them already */
  GArray    *class_id; /* of int                                            */
  GArray    *places;   /* of DmPlace, as many                               */
  size_t     n_held_out; /* the last so many were held out by the data      */
} DmCollection;

typedef struct
{
  const char *format;
  /* whether @path looks like this format, by the names of its files */
  gboolean (*probe) (const char *path);
  gboolean (*read) (DmCollection           *self,
                    const char             *path,
                    const DmDatasetOptions *options,
                    GError                **error);
} DmReader;

extern const DmReader dm_reader_idx, dm_reader_cifar, dm_reader_folder;

gboolean dm_collection_add (DmCollection *self,
                            const guint8 *pixels,
                            size_t        width,
                            size_t        height,
                            size_t        channels,
                            int           class_id,
                            GError      **error);
void     dm_collection_lend (DmCollection           *self,
                             const DmDecodedPicture *picture,
                             int                     class_id);
void     dm_collection_name (
        DmCollection *self, guint i, const char *name, size_t width, size_t height);
char **dm_read_lines (const char *path);

/* For data that hold nothing out themselves. */
void   dm_dataset_swap (DmDataset *self, size_t i, size_t j);
size_t dm_dataset_count_to_hold_out (const DmDataset *self);
void   dm_dataset_hold_out (DmDataset *self);

/* Pictures that are alike, by file. */
gboolean dm_dataset_read_groups (DmGroups              **groups,
                                 const char             *path,
                                 const DmDatasetOptions *options,
                                 GError                **error);
void     dm_dataset_hold_out_groups (DmDataset *self, const DmGroups *groups);

void dm_dataset_sort_by_class (DmDataset *self);
void dm_dataset_choose_jitter (DmDataset *self);
