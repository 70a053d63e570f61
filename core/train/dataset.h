/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

#include "train/augment.h"
#include "train/decoded.h"
#include "train/spool.h"

/* Where a picture lies among the pixels of a dataset. */
typedef struct
{
  size_t at; /* bytes from the first pixel */
  size_t width, height;
  size_t source; /* which of the sources it was */
} DmPlace;

/* A picture as it was found. */
typedef struct
{
  char  *name; /* (nullable): "class/file", if it has a file of its own */
  size_t width, height;
} DmSource;

/* Pictures to train on, decoded: the training pictures first, then those held
 * out. What is trained on is square and of one size, @side: the pictures
 * themselves, or crops of pictures that keep their own size.
 */
typedef struct
{
  char      *name;     /* "fashion-mnist": of the folder                   */
  char      *format;   /* "idx": of the reader that took it                */
  size_t     side;     /* pixels                                           */
  size_t     channels; /* 1 gray, 3 R'G'B'                                 */
  size_t     n_classes;
  char     **class_names; /* (array zero-terminated) in label order        */
  size_t     n_images;    /* to train on                                   */
  size_t     n_held_out;  /* only for measuring                            */
  guint8    *pixels;      /* of all pictures, [height, width, channels]    */
  size_t     n_bytes;     /* of @pixels                                    */
  DmSpool   *spool;       /* (nullable): that owns @pixels, or else        */
  DmDecoded *decoded;     /* (nullable): does                              */
  DmPlace   *places;      /* [n_images + n_held_out]                       */
  int       *class_id;    /* [n_images + n_held_out]                       */
  gint64    *images_per_class; /* [n_classes], of those to train on        */
  size_t    *by_class;    /* [n_images], training pictures class by class  */
  guint     *alike;       /* (nullable): [n_images + n_held_out], the same
                             for pictures that are nearly the same         */
  GPtrArray *skipped;     /* "PATH: reason", of files that were left out    */
  GPtrArray *empty;       /* names of class folders without a picture       */
  GArray    *sources;     /* of DmSource, in the order of reading           */
  size_t     n_known;     /* of those, decoded by an earlier run            */
  char      *cache_fault; /* (nullable): why none are kept for a later one  */

  DmAugment augment;
  gboolean *turned; /* [n_classes], whether its pictures take quarter turns */
  float    *jitter; /* [n_classes], of its pictures' colours, see
                       dm_recolour_draw()                                   */
} DmDataset;

typedef struct
{
  size_t side;        /* 0: as found                                       */
  size_t side_limit;  /* of a side as found, for class folders; 0: none    */
  size_t channels;    /* 0: as found                                       */
  char **class_names; /* (nullable): instead of those found             */

  DmAugment augment;
  char    **turned;         /* (nullable): classes by name, or "all"       */
  gboolean  has_background; /* else transparent parts lie over white       */
  float     background[3];  /* in [0, 1]                                   */

  const char *alike; /* (nullable): file of groups, see groups.h, that are
                        held out whole; else groups.tsv in the folder, if
                        there is one                                      */
  char *cache;       /* (nullable): folder for decoded pictures, and for what
                              is too much for memory                            */
} DmDatasetOptions;

gboolean   dm_dataset_check (const char *path, GError **error);
DmDataset *dm_dataset_open (const char             *path,
                            const DmDatasetOptions *options,
                            GError                **error);
void       dm_dataset_free (DmDataset *self);
char      *dm_dataset_digest (const DmDataset *self);
gboolean   dm_dataset_is_mapped (const DmDataset *self);

/* What is held out, in place of what is trained on. */
void dm_dataset_view_held_out (DmDataset *self, const DmDataset *dataset);
void dm_dataset_view_clear (DmDataset *self);

/* The middle of picture @i. */
int dm_dataset_get (const DmDataset *self, float *x0, size_t i);

/* Training picture number @k of a run: the order and what is done to a picture
 * are functions of (seed, k) alone, so a run is resumed by its counter.
 */
size_t dm_dataset_order (size_t n, uint64_t seed, uint64_t k);
size_t dm_dataset_choose (const DmDataset *self, uint64_t seed, uint64_t k);
int    dm_dataset_crop (const DmDataset *self,
                        float           *x0,
                        float           *scale,
                        size_t           i,
                        uint64_t         seed,
                        uint64_t         k);
int    dm_dataset_draw (
       const DmDataset *self, float *x0, float *scale, uint64_t seed, uint64_t k);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmDataset, dm_dataset_free)
