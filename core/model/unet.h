/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/config.h"
#include "nn/params.h"
#include "tensor/pool.h"
#include "tensor/tensor.h"

/* The network: its layers and parameters. Inference never changes it, so
 * threads share it, each with a plan of its own.
 */
typedef struct _DmUnet DmUnet;

/* Everything that one call needs for a fixed number and size of pictures: all
 * tensors placed beforehand, so that a step allocates nothing.
 */
typedef struct _DmUnetPlan DmUnetPlan;

typedef enum
{
  DM_PLAN_INFER, /* activations reuse each other's space  */
  DM_PLAN_TRAIN  /* all kept for dm_unet_backward()       */
} DmPlanMode;

DmUnet         *dm_unet_new (const DmConfig *config);
DmUnet         *dm_unet_new_direct (const DmConfig *config);
void            dm_unet_free (DmUnet *self);
const DmConfig *dm_unet_get_config (const DmUnet *self);
DmParams       *dm_unet_get_params (DmUnet *self);

/* After the parameters have changed: packs them for the kernels. It can fail
 * only the first time for a mode, when it gets its memory.
 */
gboolean
dm_unet_pack (DmUnet *self, DmPlanMode mode, DmPool *pool, GError **error);
/* Returns: bytes that packing takes beside the parameters. */
size_t dm_unet_measure_packs (const DmUnet *self, DmPlanMode mode);

/* @h, @w: of the picture in pixels, multiples of dm_unet_get_stride () */
DmUnetPlan *dm_unet_plan_new (const DmUnet *self,
                              DmPlanMode    mode,
                              size_t        n,
                              size_t        h,
                              size_t        w,
                              DmWrap        wrap,
                              DmPool       *pool,
                              GError      **error);
void        dm_unet_plan_free (DmUnetPlan *self);
size_t      dm_unet_plan_get_bytes (const DmUnetPlan *self);
size_t      dm_unet_plan_measure (const DmUnet *self,
                                  DmPlanMode    mode,
                                  size_t        n,
                                  size_t        h,
                                  size_t        w,
                                  DmWrap        wrap);
size_t dm_unet_plan_measure_values (const DmUnet *self, size_t h, size_t w);
size_t dm_unet_get_stride (const DmUnet *self);

/* pred = F (xt, logsnr, class)
 *
 * @pred: [n, h, w, channels], dense
 * @xt: [n, h, w, channels], dense
 * @logsnr: [n]
 * @class_id: [n], 0 ... n_classes - 1 or DM_CLASS_NULL
 */
void dm_unet_forward (const DmUnet *self,
                      DmUnetPlan   *plan,
                      float        *pred,
                      const float  *xt,
                      const float  *logsnr,
                      const int    *class_id);

/* After dm_unet_forward() with the same plan, which must be one for training:
 * adds to the gradients of the parameters, and to @dxt (nullable).
 */
void dm_unet_backward (const DmUnet *self,
                       DmUnetPlan   *plan,
                       float        *dxt,
                       const float  *dpred);

/* Dropout of the next forward and backward: DM_STREAM_DROPOUT of @seed, for
 * pictures @first_picture ... of all that the run ever sees.
 */
void dm_unet_plan_set_dropout (DmUnetPlan *self,
                               guint64     seed,
                               guint64     first_picture);

/* Scales of the pictures of the next passes: [n], 0 where unknown, lent until
 * the last of these passes; NULL, as at first: all unknown. Networks that are
 * told no scale do not look.
 */
void dm_unet_plan_set_scale (DmUnetPlan *self, const float *scale);

/* What has been done to the pictures of the next passes: [n,
 * DM_AUGMENT_LABELS], see DmDistortion, lent likewise; NULL, as at first:
 * nothing. Networks that are not told do not look.
 */
void dm_unet_plan_set_labels (DmUnetPlan *self, const float *labels);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmUnet, dm_unet_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmUnetPlan, dm_unet_plan_free)
