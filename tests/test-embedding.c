/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "layer-case.h"
#include "nn/embedding.h"
#include "tensor/terms.h"

#define N 3
#define WIDTH 6
#define EMBEDDING 10
#define N_CLASSES 2

typedef struct
{
  LayerCase       base;
  DmEmbedding     layer;
  DmEmbeddingPlan plan;
} Case;

static const float logsnr[N] = { -3.0f, 0.5f, 19.0f };
static const int   class_id[N] = { 1, DM_CLASS_NULL, 1 };
static const float scale[N] = { 0.3f, 1.0f, 0.0f };
static const float labels[N * DM_AUGMENT_LABELS] = {
  1.0f,
  -0.5f,
  0.0f,
  2.0f,
  0.7f,
  -1.3f,
  0.2f, /* the second: nothing */
  [2 * DM_AUGMENT_LABELS] = 0.0f,
  1.1f,
  0.4f,
  0.0f,
  0.0f,
  0.9f,
  -2.0f,
};

static void
plan (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_embedding_plan (&self->layer, &self->plan, &base->planner);
  self->plan.y = base->y;
  self->plan.dy = base->dy;
}

static void
forward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_embedding_forward (&self->layer, &self->plan, logsnr, class_id, scale,
                        labels, &base->context);
}

static void
backward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_embedding_backward (&self->layer, &self->plan, &base->context);
}

static void
set_up (Case *self, bool is_scaled, bool is_augmented)
{
  DmTensor size = { .n = N, .h = 1, .w = 1, .c = EMBEDDING };

  *self = (Case){ .base = { .plan = plan,
                            .forward = forward,
                            .backward = backward,
                            .x = { .n = N, .h = 1, .w = 1, .c = 1 },
                            .y = size } };
  layer_case_begin (&self->base, 8, 8);
  dm_embedding_init (&self->layer, &self->base.builder, "embed", WIDTH,
                     EMBEDDING, N_CLASSES, is_scaled, is_augmented);
  layer_case_finish (&self->base, NULL);
}

/* Cosines first; log-SNR 20 stands for 0, one less for 25 more. */
static void
test_features (void)
{
  float       features[4];
  const float zero[4] = { 1.0f, 1.0f, 0.0f, 0.0f };
  const float other[4] = { (float) cos (75.0), (float) cos (0.75),
                           (float) sin (75.0), (float) sin (0.75) };

  dm_embedding_features (features, 20.0, 4);
  dm_assert_near (features, zero, 4, 1e-6);
  dm_embedding_features (features, 17.0, 4);
  dm_assert_near (features, other, 4, 1e-6);
}

/* Another class, or another time, is another vector; the null class is the
 * last row.
 */
static void
test_class (void)
{
  Case   self;
  float *y;
  float  before;

  set_up (&self, false, false);
  y = self.base.y.data;
  forward (&self.base);
  g_assert_true (y[0] != y[EMBEDDING] && y[0] != y[2 * EMBEDDING]);

  before = y[EMBEDDING];
  self.layer.classes->value[1 * EMBEDDING] += 1.0f;
  forward (&self.base);
  g_assert_true (y[EMBEDDING] == before);
  self.layer.classes->value[N_CLASSES * EMBEDDING] += 1.0f;
  forward (&self.base);
  g_assert_true (y[EMBEDDING] != before);

  layer_case_end (&self.base);
}

/* Scale 1 has no sines, half as much is a turn's sixteenth, eighth, quarter and
 * half; what is unknown has no features at all.
 */
static void
test_scale_features (void)
{
  const float one[DM_SCALE_FEATURES] = { 1, 1, 1, 1, 0, 0, 0, 0 };
  const float none[DM_SCALE_FEATURES] = { 0 };
  const float r = (float) sqrt (0.5), a = (float) cos (M_PI / 8);
  const float b = (float) sin (M_PI / 8);
  const float half[DM_SCALE_FEATURES] = { a, r, 0, -1, -b, -r, -1, 0 };
  float       features[DM_SCALE_FEATURES];

  dm_embedding_scale_features (features, 1.0);
  dm_assert_near (features, one, DM_SCALE_FEATURES, 1e-7);
  dm_embedding_scale_features (features, 0.5);
  dm_assert_near (features, half, DM_SCALE_FEATURES, 1e-6);
  dm_embedding_scale_features (features, 0.0);
  dm_assert_same (features, none, DM_SCALE_FEATURES);
}

/* Another scale is another vector; without one NULL says the same as 0. */
static void
test_scale (void)
{
  const float unknown[N] = { 0.0f };
  const int   same[N] = { 1, 1, 1 };
  const float time[N] = { 0.5f, 0.5f, 0.5f };
  float       kept[N * EMBEDDING], *y;
  Case        self;

  set_up (&self, true, false);
  y = self.base.y.data;
  dm_embedding_forward (&self.layer, &self.plan, time, same, scale, NULL,
                        &self.base.context);
  g_assert_true (y[0] != y[EMBEDDING] && y[0] != y[2 * EMBEDDING]);
  dm_embedding_forward (&self.layer, &self.plan, time, same, unknown, NULL,
                        &self.base.context);
  for (size_t i = 0; i < N * EMBEDDING; i++)
    kept[i] = y[i];
  dm_assert_same (y, y + EMBEDDING, EMBEDDING);
  dm_embedding_forward (&self.layer, &self.plan, time, same, NULL, NULL,
                        &self.base.context);
  dm_assert_same (y, kept, N * EMBEDDING);
  layer_case_end (&self.base);
}

/* What has been done is another vector; NULL says that nothing has. */
static void
test_labels (void)
{
  const float nothing[N * DM_AUGMENT_LABELS] = { 0 };
  const int   same[N] = { 1, 1, 1 };
  const float time[N] = { 0.5f, 0.5f, 0.5f };
  float       kept[N * EMBEDDING], *y;
  Case        self;

  set_up (&self, false, true);
  y = self.base.y.data;
  dm_embedding_forward (&self.layer, &self.plan, time, same, NULL, nothing,
                        &self.base.context);
  for (size_t i = 0; i < N * EMBEDDING; i++)
    kept[i] = y[i];
  dm_embedding_forward (&self.layer, &self.plan, time, same, NULL, labels,
                        &self.base.context);
  g_assert_true (y[0] != kept[0] && y[2 * EMBEDDING] != kept[0]);
  dm_assert_same (y + EMBEDDING, kept, EMBEDDING);
  dm_embedding_forward (&self.layer, &self.plan, time, same, NULL, NULL,
                        &self.base.context);
  dm_assert_same (y, kept, N * EMBEDDING);
  layer_case_end (&self.base);
}

static void
test_gradient (void)
{
  for (int told = 0; told < 4; told++)
    {
      Case self;

      set_up (&self, told & 1, told & 2);
      layer_case_backward (&self.base, self.base.x.data);
      layer_case_check_params (&self.base);
      layer_case_check_added (&self.base);
      layer_case_end (&self.base);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/embedding/features", test_features);
  g_test_add_func ("/embedding/class", test_class);
  g_test_add_func ("/embedding/scale-features", test_scale_features);
  g_test_add_func ("/embedding/scale", test_scale);
  g_test_add_func ("/embedding/labels", test_labels);
  g_test_add_func ("/embedding/gradient", test_gradient);

  return g_test_run ();
}
