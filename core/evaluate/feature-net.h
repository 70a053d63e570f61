/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/card.h"
#include "model/config.h"
#include "tensor/pool.h"

/* What a classifier sees in pictures: the space that they are compared in, and
 * how sure it is of their classes.
 */
typedef struct
{
  size_t n, dim, n_classes;
  float *value;       /* [n, dim]                                  */
  float *probability; /* [n, n_classes]                            */
  int   *class_id;    /* [n], of which class each picture should be */
} DmFeatures;

void dm_features_clear (DmFeatures *self);

/* A classifier from a file, with all it needs to look at pictures. */
typedef struct _DmFeatureNet DmFeatureNet;

DmFeatureNet      *
dm_feature_net_open (const char *path, DmPool *pool, GError **error);
void dm_feature_net_free (DmFeatureNet *self);
const DmConfig *dm_feature_net_get_config (const DmFeatureNet *self);
const DmCard   *dm_feature_net_get_card (const DmFeatureNet *self);
size_t          dm_feature_net_get_dim (const DmFeatureNet *self);
const char     *dm_feature_net_get_digest (const DmFeatureNet *self);

gboolean dm_feature_net_prepare (const DmFeatureNet *self,
                                 DmFeatures         *features,
                                 size_t              n,
                                 GError            **error);
void     dm_feature_net_look (DmFeatureNet *self,
                              DmFeatures   *features,
                              float        *x0,
                              size_t        first,
                              size_t        n);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmFeatureNet, dm_feature_net_free)
