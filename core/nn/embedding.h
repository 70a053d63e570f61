/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/linear.h"

/* The vector that conditions every block: what the network is told of the time
 * and the class of a picture, and if it is, of its scale and of what has been
 * done to it (the augment labels of Karras et al. 2022, appendix F.2).
 *
 *   silu (linear2 (silu (linear1 (features (logsnr)))) + classes[class] +
 *         scale (scale features (scale)) + augment (labels))
 */
#define DM_SCALE_FEATURES 8
#define DM_AUGMENT_LABELS 7

typedef struct
{
  size_t   width, embedding, n_classes;
  bool     is_scaled, is_augmented;
  DmLinear linear1, linear2, scale, augment;
  DmParam
      *classes; /* [n_classes + 1, embedding], the last for the null class */
} DmEmbedding;

typedef struct
{
  DmTensor features, hidden, hidden_silu, sum, y;
  DmTensor scale_features, labels;
  int     *row; /* [n], of @classes */

  /* backward */
  DmTensor dy, dsum, dhidden, dhidden_silu;
} DmEmbeddingPlan;

void dm_embedding_init (DmEmbedding *self,
                        DmBuilder   *builder,
                        const char  *scope,
                        size_t       width,
                        size_t       embedding,
                        size_t       n_classes,
                        bool         is_scaled,
                        bool         is_augmented);
void dm_embedding_plan (const DmEmbedding *self,
                        DmEmbeddingPlan   *plan,
                        DmPlanner         *planner);
void dm_embedding_features (float *features, double logsnr, size_t width);
void dm_embedding_scale_features (float *features, double scale);
void dm_embedding_forward (const DmEmbedding *self,
                           DmEmbeddingPlan   *plan,
                           const float       *logsnr,
                           const int         *class_id,
                           const float       *scale,
                           const float       *labels,
                           const DmContext   *context);
void dm_embedding_backward (const DmEmbedding *self,
                            DmEmbeddingPlan   *plan,
                            const DmContext   *context);
