/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/card.h"
#include "model/config.h"
#include "model/unet.h"

/* A network that tells the classes of pictures apart: the way down of a U-Net
 * without a condition, the mean over the pixels, a linear layer. What that
 * layer reads are the features in which evaluation compares pictures.
 *
 * Like a DmUnet it is shared by threads, each with a plan of its own.
 */
typedef struct _DmClassifier     DmClassifier;
typedef struct _DmClassifierPlan DmClassifierPlan;

DmClassifier   *dm_classifier_new (const DmConfig *config);
void            dm_classifier_free (DmClassifier *self);
const DmConfig *dm_classifier_get_config (const DmClassifier *self);
DmParams       *dm_classifier_get_params (DmClassifier *self);
size_t          dm_classifier_get_n_features (const DmClassifier *self);

/* As dm_unet_pack() and dm_unet_measure_packs(). */
gboolean dm_classifier_pack (DmClassifier *self,
                             DmPlanMode    mode,
                             DmPool       *pool,
                             GError      **error);
size_t dm_classifier_measure_packs (const DmClassifier *self, DmPlanMode mode);

/* A file of the task %DM_TASK_CLASSIFIER, ready for forward passes.
 * @card: (out) (transfer full)
 */
DmClassifier *
dm_classifier_load (const char *path, DmCard **card, GError **error);

/* For @n pictures of the native size. */
DmClassifierPlan *dm_classifier_plan_new (const DmClassifier *self,
                                          DmPlanMode          mode,
                                          size_t              n,
                                          DmPool             *pool,
                                          GError            **error);
void              dm_classifier_plan_free (DmClassifierPlan *self);
size_t            dm_classifier_plan_get_bytes (const DmClassifierPlan *self);
size_t            dm_classifier_plan_measure (const DmClassifier *self,
                                              DmPlanMode          mode,
                                              size_t              n);
void              dm_classifier_plan_set_dropout (DmClassifierPlan *self,
                                                  guint64           seed,
                                                  guint64           first_picture);

/* logits = F (x0)
 *
 * @logits: (out) [n, n_classes]
 * @features: (out) (nullable) [n, n_features]
 * @x0: [n, resolution, resolution, channels] in [-1, 1]
 */
void dm_classifier_forward (const DmClassifier *self,
                            DmClassifierPlan   *plan,
                            float              *logits,
                            float              *features,
                            const float        *x0);

/* After dm_classifier_forward() with the same plan, which must be one for
 * training: adds to the gradients of the parameters, and to @dx0 (nullable).
 */
void dm_classifier_backward (const DmClassifier *self,
                             DmClassifierPlan   *plan,
                             float              *dx0,
                             const float        *dlogits);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmClassifier, dm_classifier_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmClassifierPlan, dm_classifier_plan_free)
