/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "layer-case.h"
#include "nn/group-norm.h"

#define C 12
#define N_GROUPS 4

/* The condition is a parameter here, so that its gradient is checked too. */
typedef struct
{
  LayerCase       base;
  DmGroupNorm     layer;
  DmGroupNormPlan plan;
  DmParam        *condition;
} Case;

static void
plan (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_group_norm_plan (&self->layer, &self->plan, &base->planner, &base->x);
}

static void
forward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_group_norm_forward (&self->layer, &self->plan, &base->y, &base->x,
                         self->condition ? self->condition->value : NULL,
                         &base->context);
}

static void
backward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_group_norm_backward (
      &self->layer, &self->plan, &base->dx, base->add, NULL,
      self->condition ? self->condition->gradient : NULL, &base->dy, &base->x,
      self->condition ? self->condition->value : NULL, &base->context);
}

static void
set_up (Case *self, size_t n, size_t side, bool silu, bool condition)
{
  DmTensor size = { .n = n, .h = side, .w = side + 1, .c = C };

  *self = (Case){ .base = { .plan = plan,
                            .forward = forward,
                            .backward = backward,
                            .x = size,
                            .y = size } };
  layer_case_begin (&self->base, side, side + 1);
  dm_group_norm_init (&self->layer, &self->base.builder, "norm", C, N_GROUPS,
                      silu);
  if (condition)
    self->condition = dm_params_add (self->base.params, "test", "condition",
                                     DM_SHAPE (n, 2 * C), DM_INIT_NORMAL, 0);
  layer_case_finish (&self->base, NULL);
}

static double
activate (double x, bool silu)
{
  return silu ? x / (1.0 + exp (-x)) : x;
}

/* Mean and biased variance of the group of channel @c of image @n. */
static void
moments (const DmTensor *x, size_t n, size_t c, double *mean, double *variance)
{
  size_t width = C / N_GROUPS, first = c / width * width;
  double sum = 0.0, sum2 = 0.0, count = (double) (x->h * x->w * width);

  for (size_t p = 0; p < x->h * x->w; p++)
    for (size_t i = first; i < first + width; i++)
      {
        double value = x->data[n * x->image + p * C + i];

        sum += value;
        sum2 += value * value;
      }

  *mean = sum / count;
  *variance = sum2 / count - *mean * *mean;
}

static void
check_forward (size_t side, bool silu, bool condition)
{
  Case      self;
  DmTensor *x = &self.base.x;

  set_up (&self, 2, side, silu, condition);
  for (size_t i = 0; i < dm_tensor_n_floats (x); i++)
    x->data[i] = 2.0f * x->data[i] + 1.0f;
  forward (&self.base);

  for (size_t i = 0; i < dm_tensor_n_floats (x); i++)
    {
      size_t n = i / x->image, c = i % C;
      double mean, variance, z;
      float  expected;

      moments (x, n, c, &mean, &variance);
      z = (x->data[i] - mean) / sqrt (variance + 1e-5);
      z = z * self.layer.weight->value[c] + self.layer.bias->value[c];
      if (condition)
        z = z * (1.0 + self.condition->value[n * 2 * C + c]) +
            self.condition->value[n * 2 * C + C + c];
      expected = (float) activate (z, silu);
      dm_assert_near (&self.base.y.data[i], &expected, 1, 1e-4);
    }

  layer_case_end (&self.base);
}

static void
test_forward (void)
{
  check_forward (5, false, false);
  check_forward (5, true, true);
  check_forward (60, true, true);
}

static void
check_gradient (size_t side, bool silu, bool condition)
{
  Case self;

  set_up (&self, 2, side, silu, condition);
  layer_case_check (&self.base);
  layer_case_end (&self.base);
}

static void
test_gradient (void)
{
  check_gradient (1, true, false);
  check_gradient (5, false, false);
  check_gradient (5, true, false);
  check_gradient (5, true, true);
}

/* A group without variance gives its bias, not infinity. */
static void
test_constant (void)
{
  Case self;

  set_up (&self, 1, 4, false, false);
  for (size_t i = 0; i < dm_tensor_n_floats (&self.base.x); i++)
    self.base.x.data[i] = 3.0f;
  forward (&self.base);
  for (size_t i = 0; i < dm_tensor_n_floats (&self.base.y); i++)
    dm_assert_near (&self.base.y.data[i], &self.layer.bias->value[i % C], 1,
                    1e-2);

  layer_case_end (&self.base);
}

/* The same bits whatever the workers, and for a picture alone or in a batch;
 * of a size that is many chunks.
 */
static void
test_bits (void)
{
  Case    one, two;
  DmPool *pool = dm_pool_new (3);
  size_t  n;

  set_up (&one, 3, 60, true, true);
  set_up (&two, 1, 60, true, true);
  n = one.base.x.image;
  forward (&one.base);
  for (size_t image = 0; image < 3; image++)
    {
      two.base.context.pool = pool;
      memcpy (two.base.x.data, one.base.x.data + image * n, n * sizeof (float));
      memcpy (two.condition->value, one.condition->value + image * 2 * C,
              2 * C * sizeof (float));
      memcpy (two.layer.weight->value, one.layer.weight->value,
              C * sizeof (float));
      memcpy (two.layer.bias->value, one.layer.bias->value, C * sizeof (float));
      forward (&two.base);
      dm_assert_same (two.base.y.data, one.base.y.data + image * n, n);
    }

  layer_case_end (&one.base);
  layer_case_end (&two.base);
  dm_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/group-norm/forward", test_forward);
  g_test_add_func ("/group-norm/gradient", test_gradient);
  g_test_add_func ("/group-norm/constant", test_constant);
  g_test_add_func ("/group-norm/bits", test_bits);

  return g_test_run ();
}
