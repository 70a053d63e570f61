/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "layer-case.h"
#include "nn/attention-windows.h"

#define C 8
#define NATIVE_H 4
#define NATIVE_W 3

typedef struct
{
  LayerCase       base;
  DmAttention     layer;
  DmAttentionPlan plan;
} Case;

static void
plan (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_attention_plan (&self->layer, &self->plan, &base->planner, base->y,
                     base->x);
}

static void
set_up (Case *self, size_t h, size_t w, DmWrap wrap, DmPool *pool)
{
  DmTensor size = { .n = 2, .h = h, .w = w, .c = C };

  *self =
      (Case){ .base = { .plan = plan, .x = size, .y = size, .infer = true } };
  layer_case_begin (&self->base, NATIVE_H, NATIVE_W);
  self->base.planner.wrap = wrap;
  dm_attention_init (&self->layer, &self->base.builder, "attention", C, 4, 2);
  layer_case_finish (&self->base, pool);
}

static void
forward (Case *self)
{
  dm_attention_forward (&self->layer, &self->plan, &self->base.context);
}

/* Whether cell @j of @n is in the window of @window cells around cell @i. */
static bool
is_seen (size_t i, size_t j, size_t n, size_t window, bool wrap)
{
  long before = (long) window / 2, first = (long) i - before;

  if (window >= n)
    return true;
  if (!wrap)
    first = CLAMP (first, 0, (long) (n - window));

  return ((long) j - first + 2 * (long) n) % (long) n < (long) window;
}

/* What head @h of cell (y, x) gathers in its channel @k, by definition. */
static double
gather (const Case *self,
        DmWrap      wrap,
        size_t      image,
        size_t      h,
        size_t      y,
        size_t      x,
        size_t      k)
{
  const DmTensor *qkv = &self->plan.qkv;
  size_t          d = self->layer.c / self->layer.n_heads;
  const float    *q = dm_tensor_at (qkv, image, y, x) + h * 3 * d;
  double          sum = 0.0, total = 0.0;

  for (size_t i = 0; i < qkv->h; i++)
    for (size_t j = 0; j < qkv->w; j++)
      {
        const float *there = dm_tensor_at (qkv, image, i, j) + h * 3 * d;
        double       dot = 0.0, weight;

        if (!is_seen (y, i, qkv->h, NATIVE_H, wrap & DM_WRAP_Y) ||
            !is_seen (x, j, qkv->w, NATIVE_W, wrap & DM_WRAP_X))
          continue;
        for (size_t c = 0; c < d; c++)
          dot += (double) q[c] * there[d + c];
        weight = exp (dot / sqrt ((double) d));
        total += weight;
        sum += weight * there[2 * d + k];
      }

  return sum / total;
}

/* Each cell gathers from its window, moved within where an axis has ends; an
 * axis that is not longer than the window is seen whole.
 */
static void
test_forward (void)
{
  static const size_t sides[][2] = { { 9, 7 }, { 4, 7 }, { 9, 2 }, { 9, 19 } };

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    for (int wrap = DM_WRAP_NONE; wrap <= DM_WRAP_XY; wrap++)
      {
        Case            self;
        const DmTensor *mixed = &self.plan.mixed;
        size_t          d;

        set_up (&self, sides[s][0], sides[s][1], (DmWrap) wrap, NULL);
        g_assert_true (self.plan.windowed);
        forward (&self);
        d = self.layer.c / self.layer.n_heads;
        for (size_t image = 0; image < 2; image++)
          for (size_t y = 0; y < mixed->h; y++)
            for (size_t x = 0; x < mixed->w; x++)
              for (size_t c = 0; c < C; c++)
                {
                  float expected = (float) gather (&self, (DmWrap) wrap, image,
                                                   c / d, y, x, c % d);

                  dm_assert_near (dm_tensor_at (mixed, image, y, x) + c,
                                  &expected, 1, 1e-5);
                }
        layer_case_end (&self.base);
      }
}

/* A canvas that repeats a picture of the size that was trained on, and wraps,
 * has that picture's answer, repeated; that one needs no windows.
 */
static void
test_repeated (void)
{
  Case small, large;

  set_up (&small, NATIVE_H, NATIVE_W, DM_WRAP_XY, NULL);
  set_up (&large, 3 * NATIVE_H, 2 * NATIVE_W, DM_WRAP_XY, NULL);
  g_assert_false (small.plan.windowed);
  for (size_t image = 0; image < 2; image++)
    for (size_t y = 0; y < 3 * NATIVE_H; y++)
      for (size_t x = 0; x < 2 * NATIVE_W; x++)
        memcpy (dm_tensor_at (&large.base.x, image, y, x),
                dm_tensor_at (&small.base.x, image, y % NATIVE_H, x % NATIVE_W),
                C * sizeof (float));

  forward (&small);
  forward (&large);
  for (size_t image = 0; image < 2; image++)
    for (size_t y = 0; y < 3 * NATIVE_H; y++)
      for (size_t x = 0; x < 2 * NATIVE_W; x++)
        dm_assert_near (
            dm_tensor_at (&large.base.y, image, y, x),
            dm_tensor_at (&small.base.y, image, y % NATIVE_H, x % NATIVE_W), C,
            1e-4);

  layer_case_end (&small.base);
  layer_case_end (&large.base);
}

/* The same bits whatever the workers. */
static void
test_bits (void)
{
  Case    one, three;
  DmPool *pool = dm_pool_new (3);

  set_up (&one, 9, 7, DM_WRAP_X, NULL);
  set_up (&three, 9, 7, DM_WRAP_X, pool);
  forward (&one);
  forward (&three);
  dm_assert_same (one.base.y.data, three.base.y.data,
                  dm_tensor_n_floats (&one.base.y));
  layer_case_end (&one.base);
  layer_case_end (&three.base);
  dm_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attention-windows/forward", test_forward);
  g_test_add_func ("/attention-windows/repeated", test_repeated);
  g_test_add_func ("/attention-windows/bits", test_bits);

  return g_test_run ();
}
