/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/embedding.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "tensor/terms.h"

/* log-SNR 20 ... -20 becomes 0 ... 1000, the range for which the frequencies
 * were chosen.
 */
#define LOGSNR_ZERO 20.0
#define LOGSNR_SCALE 25.0
#define LONGEST_PERIOD 10000.0

/* Doublings of the scale in which the slowest of its features comes round; the
 * others are halves of it.
 */
#define SCALE_PERIOD 16.0

/**
 * dm_embedding_init:
 * @width: of the features, even
 * @is_scaled: whether the network is told the scale
 * @is_augmented: whether it is told what has been done to the picture
 */
void
dm_embedding_init (DmEmbedding *self,
                   DmBuilder   *builder,
                   const char  *scope,
                   size_t       width,
                   size_t       embedding,
                   size_t       n_classes,
                   bool         is_scaled,
                   bool         is_augmented)
{
  g_autofree char *linear1 = g_strconcat (scope, ".linear1", NULL);
  g_autofree char *linear2 = g_strconcat (scope, ".linear2", NULL);
  g_autofree char *classes = g_strconcat (scope, ".classes", NULL);
  g_autofree char *scale = g_strconcat (scope, ".scale", NULL);
  g_autofree char *augment = g_strconcat (scope, ".augment", NULL);

  self->width = width;
  self->embedding = embedding;
  self->n_classes = n_classes;
  self->is_scaled = is_scaled;
  self->is_augmented = is_augmented;

  dm_linear_init (&self->linear1, builder, linear1, width, embedding, 0,
                  DM_START_RANDOM);
  dm_linear_init (&self->linear2, builder, linear2, embedding, embedding, 0,
                  DM_START_RANDOM);
  self->classes =
      dm_params_add (builder->params, classes, "weight",
                     DM_SHAPE (n_classes + 1, embedding), DM_INIT_NORMAL, 0);
  if (is_scaled)
    dm_linear_init (&self->scale, builder, scale, DM_SCALE_FEATURES, embedding,
                    0, DM_START_RANDOM);
  if (is_augmented)
    dm_linear_init (&self->augment, builder, augment, DM_AUGMENT_LABELS,
                    embedding, 0, DM_START_RANDOM);
}

static DmTensor
rows (DmPlanner *planner, size_t c)
{
  return dm_arena_tensor (planner->arena, planner->n, 1, 1, c, false);
}

/**
 * dm_embedding_plan:
 *
 * Small, and wanted by every block: kept through the whole pass.
 */
void
dm_embedding_plan (const DmEmbedding *self,
                   DmEmbeddingPlan   *plan,
                   DmPlanner         *planner)
{
  *plan = (DmEmbeddingPlan){
    .features = rows (planner, self->width),
    .hidden = rows (planner, self->embedding),
    .hidden_silu = rows (planner, self->embedding),
    .sum = rows (planner, self->embedding),
    .y = rows (planner, self->embedding),
    .row = (int *) dm_arena_floats (planner->arena, planner->n),
  };
  dm_linear_plan (&self->linear1, planner, &plan->hidden);
  dm_linear_plan (&self->linear2, planner, &plan->sum);
  if (self->is_scaled)
    {
      plan->scale_features = rows (planner, DM_SCALE_FEATURES);
      dm_linear_plan (&self->scale, planner, &plan->sum);
    }
  if (self->is_augmented)
    {
      plan->labels = rows (planner, DM_AUGMENT_LABELS);
      dm_linear_plan (&self->augment, planner, &plan->sum);
    }

  if (!planner->train)
    return;

  plan->dy = rows (planner, self->embedding);
  plan->dsum = rows (planner, self->embedding);
  plan->dhidden = rows (planner, self->embedding);
  plan->dhidden_silu = rows (planner, self->embedding);
}

/**
 * dm_embedding_features:
 * @features: (out) [width]
 *
 *   u = 25 (20 - logsnr),  f = 10000^(-i / (width / 2))
 *   features = [cos (u f), sin (u f)]
 *
 * Source: Vaswani et al. 2017, section 3.5, with the cosines first.
 */
void
dm_embedding_features (float *features, double logsnr, size_t width)
{
  double u = LOGSNR_SCALE * (LOGSNR_ZERO - logsnr);
  size_t half = width / 2;

  for (size_t i = 0; i < half; i++)
    {
      double f = pow (LONGEST_PERIOD, -(double) i / (double) half);

      features[i] = (float) cos (u * f);
      features[half + i] = (float) sin (u * f);
    }
}

/**
 * dm_embedding_scale_features:
 * @features: (out) [DM_SCALE_FEATURES]
 * @scale: pixels of the picture per pixel of the one it was made from; 0 if
 * unknown, which has no features
 *
 *   u = 2 pi log2 (scale) / 16,  f = 2^i
 *   features = [cos (u f), sin (u f)]
 */
void
dm_embedding_scale_features (float *features, double scale)
{
  size_t half = DM_SCALE_FEATURES / 2;

  memset (features, 0, DM_SCALE_FEATURES * sizeof *features);
  for (size_t i = 0; scale > 0.0 && i < half; i++)
    {
      double u = 2.0 * M_PI * log2 (scale) / SCALE_PERIOD * (1 << i);

      features[i] = (float) cos (u);
      features[half + i] = (float) sin (u);
    }
}

/* plan->sum += scale (scale features) */
static void
add_scales (const DmEmbedding *self,
            DmEmbeddingPlan   *plan,
            const float       *scale,
            const DmContext   *context)
{
  for (size_t i = 0; i < plan->sum.n; i++)
    dm_embedding_scale_features (plan->scale_features.data +
                                     i * DM_SCALE_FEATURES,
                                 scale != NULL ? scale[i] : 0.0);

  dm_linear_forward (&self->scale, &plan->sum, &plan->scale_features,
                     &plan->sum, context);
}

/* plan->sum += augment (labels) */
static void
add_labels (const DmEmbedding *self,
            DmEmbeddingPlan   *plan,
            const float       *labels,
            const DmContext   *context)
{
  size_t n = plan->sum.n * DM_AUGMENT_LABELS;

  if (labels != NULL)
    memcpy (plan->labels.data, labels, n * sizeof *labels);
  else
    memset (plan->labels.data, 0, n * sizeof *labels);

  dm_linear_forward (&self->augment, &plan->sum, &plan->labels, &plan->sum,
                     context);
}

/**
 * dm_embedding_forward:
 * @plan: on return, its y [n, embedding] is the vector
 * @logsnr: [n]
 * @class_id: [n], 0 ... n_classes - 1 or %DM_CLASS_NULL
 * @scale: (nullable) [n], 0 where unknown; NULL: everywhere
 * @labels: (nullable) [n, DM_AUGMENT_LABELS], 0 where nothing has been done;
 * NULL: everywhere
 */
void
dm_embedding_forward (const DmEmbedding *self,
                      DmEmbeddingPlan   *plan,
                      const float       *logsnr,
                      const int         *class_id,
                      const float       *scale,
                      const float       *labels,
                      const DmContext   *context)
{
  const DmKernels *kernels = context->kernels;
  size_t           n = plan->sum.n, c = self->embedding;

  for (size_t i = 0; i < n; i++)
    dm_embedding_features (plan->features.data + i * self->width, logsnr[i],
                           self->width);

  dm_linear_forward (&self->linear1, &plan->hidden, &plan->features, NULL,
                     context);
  kernels->silu (plan->hidden_silu.data, plan->hidden.data, n * c);
  dm_linear_forward (&self->linear2, &plan->sum, &plan->hidden_silu, NULL,
                     context);
  if (self->is_scaled)
    add_scales (self, plan, scale, context);
  if (self->is_augmented)
    add_labels (self, plan, labels, context);

  for (size_t i = 0; i < n; i++)
    {
      g_assert (class_id[i] == DM_CLASS_NULL ||
                (class_id[i] >= 0 && (size_t) class_id[i] < self->n_classes));

      plan->row[i] =
          class_id[i] == DM_CLASS_NULL ? (int) self->n_classes : class_id[i];
      kernels->add (plan->sum.data + i * c,
                    self->classes->value + (size_t) plan->row[i] * c, c);
    }

  kernels->silu (plan->y.data, plan->sum.data, n * c);
}

/**
 * dm_embedding_backward:
 * @plan: as dm_embedding_forward() left it; its dy [n, embedding] is the
 * gradient of y
 */
void
dm_embedding_backward (const DmEmbedding *self,
                       DmEmbeddingPlan   *plan,
                       const DmContext   *context)
{
  const DmKernels *kernels = context->kernels;
  size_t           n = plan->sum.n, c = self->embedding;

  memset (plan->dsum.data, 0, n * c * sizeof (float));
  kernels->silu_backward (plan->dsum.data, plan->dy.data, plan->sum.data,
                          n * c);
  for (size_t i = 0; i < n; i++)
    kernels->add (self->classes->gradient + (size_t) plan->row[i] * c,
                  plan->dsum.data + i * c, c);

  if (self->is_scaled)
    dm_linear_backward (&self->scale, NULL, false, &plan->dsum,
                        &plan->scale_features, context);
  if (self->is_augmented)
    dm_linear_backward (&self->augment, NULL, false, &plan->dsum, &plan->labels,
                        context);

  dm_linear_backward (&self->linear2, &plan->dhidden_silu, false, &plan->dsum,
                      &plan->hidden_silu, context);
  memset (plan->dhidden.data, 0, n * c * sizeof (float));
  kernels->silu_backward (plan->dhidden.data, plan->dhidden_silu.data,
                          plan->hidden.data, n * c);
  dm_linear_backward (&self->linear1, NULL, false, &plan->dhidden,
                      &plan->features, context);
}
