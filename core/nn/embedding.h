/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "nn/linear.h"

/* The vector that conditions every block: what the network is told of the time
 * and the class of a picture, and of its scale if it is.
 *
 *   silu (linear2 (silu (linear1 (features (logsnr)))) + classes[class] +
 *         scale (scale features (scale)))
 */
#define DM_SCALE_FEATURES 8

typedef struct
{
  size_t   width, embedding, n_classes;
  bool     is_scaled;
  DmLinear linear1, linear2, scale;
  DmParam
      *classes; /* [n_classes + 1, embedding], the last for the null class */
} DmEmbedding;

typedef struct
{
  DmTensor features, hidden, hidden_silu, sum, y;
  DmTensor scale_features;
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
                        bool         is_scaled);
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
                           const DmContext   *context);
void dm_embedding_backward (const DmEmbedding *self,
                            DmEmbeddingPlan   *plan,
                            const DmContext   *context);
