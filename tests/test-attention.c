/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "layer-case.h"
#include "nn/attention.h"

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
  dm_attention_plan_backward (&self->layer, &self->plan, &base->planner,
                              base->dx, false, base->dy);
}

static void
forward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_attention_forward (&self->layer, &self->plan, &base->context);
}

static void
backward (LayerCase *base)
{
  Case *self = (Case *) base;

  self->plan.add = base->add;
  dm_attention_backward (&self->layer, &self->plan, &base->context);
}

static void
set_up (Case *self, size_t n, size_t h, size_t w, size_t c, DmPool *pool)
{
  DmTensor size = { .n = n, .h = h, .w = w, .c = c };

  *self = (Case){ .base = { .plan = plan,
                            .forward = forward,
                            .backward = backward,
                            .x = size,
                            .y = size } };
  layer_case_begin (&self->base, h, w);
  dm_attention_init (&self->layer, &self->base.builder, "attention", c, 4, 2);
  layer_case_finish (&self->base, pool);
}

/* What head @h of pixel @p of image @n gathers in channel @j, by definition. */
static double
gather (const Case *self, size_t n, size_t h, size_t p, size_t j)
{
  const DmTensor *qkv = &self->plan.qkv;
  size_t          n_pixels = qkv->h * qkv->w;
  size_t          d = self->layer.c / self->layer.n_heads;
  const float    *head = qkv->data + n * qkv->image + h * 3 * d;
  double          sum = 0.0, total = 0.0;

  for (size_t i = 0; i < n_pixels; i++)
    {
      double dot = 0.0, weight;

      for (size_t k = 0; k < d; k++)
        dot += (double) head[p * qkv->pixel + k] * head[i * qkv->pixel + d + k];
      weight = exp (dot / sqrt ((double) d));
      total += weight;
      sum += weight * head[i * qkv->pixel + 2 * d + j];
    }

  return sum / total;
}

/* 9x8 pixels are more than one block of queries. */
static void
test_forward (void)
{
  Case      self;
  DmTensor *mixed = &self.plan.mixed;
  size_t    d;

  set_up (&self, 2, 9, 8, 12, NULL);
  g_assert_cmpuint (self.layer.n_heads, ==, 3);
  forward (&self.base);

  d = self.layer.c / self.layer.n_heads;
  for (size_t n = 0; n < 2; n++)
    for (size_t p = 0; p < 72; p++)
      for (size_t i = 0; i < 12; i++)
        {
          float expected = (float) gather (&self, n, i / d, p, i % d);

          dm_assert_near (mixed->data + n * mixed->image + p * 12 + i,
                          &expected, 1, 1e-4);
        }

  layer_case_end (&self.base);
}

static void
test_gradient (void)
{
  static const size_t sides[][2] = { { 3, 4 }, { 9, 8 }, { 1, 1 } };

  for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      Case self;

      set_up (&self, 2, sides[i][0], sides[i][1], 8, NULL);
      layer_case_check (&self.base);
      layer_case_end (&self.base);
    }
}

/* The same bits, forward and backward, whatever the workers. */
static void
test_bits (void)
{
  Case    one, three;
  DmPool *pool = dm_pool_new (3);

  set_up (&one, 2, 9, 8, 8, NULL);
  set_up (&three, 2, 9, 8, 8, pool);
  layer_case_backward (&one.base, one.base.x.data);
  layer_case_backward (&three.base, one.base.x.data);
  dm_assert_same (one.base.y.data, three.base.y.data,
                  dm_tensor_n_floats (&one.base.y));
  dm_assert_same (one.base.dx.data, three.base.dx.data,
                  dm_tensor_n_floats (&one.base.dx));
  dm_assert_same (one.base.params->gradients, three.base.params->gradients,
                  one.base.params->n_values);

  layer_case_end (&one.base);
  layer_case_end (&three.base);
  dm_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/attention/forward", test_forward);
  g_test_add_func ("/attention/gradient", test_gradient);
  g_test_add_func ("/attention/bits", test_bits);

  return g_test_run ();
}
