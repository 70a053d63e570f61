/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layer-case.h"
#include "nn/linear.h"

typedef struct
{
  LayerCase base;
  DmLinear  layer;
} Case;

static void
plan (LayerCase *base)
{
  dm_linear_plan (&((Case *) base)->layer, &base->planner, &base->y);
}

static void
forward (LayerCase *base)
{
  dm_linear_forward (&((Case *) base)->layer, &base->y, &base->x, NULL,
                     &base->context);
}

static void
backward (LayerCase *base)
{
  dm_linear_backward (&((Case *) base)->layer, &base->dx, base->add, &base->dy,
                      &base->x, &base->context);
}

static void
set_up (Case *self, size_t n, size_t c_in, size_t c_out)
{
  *self = (Case){ .base = { .plan = plan,
                            .forward = forward,
                            .backward = backward,
                            .x = { .n = n, .h = 2, .w = 3, .c = c_in },
                            .y = { .n = n, .h = 2, .w = 3, .c = c_out } } };
  layer_case_begin (&self->base, 2, 3);
  dm_linear_init (&self->layer, &self->base.builder, "linear", c_in, c_out, 0,
                  DM_START_RANDOM);
  layer_case_finish (&self->base, NULL);
}

/* y = x wᵀ + b, by its definition. */
static void
test_forward (void)
{
  Case self;

  set_up (&self, 2, 7, 5);
  forward (&self.base);

  for (size_t p = 0; p < 12; p++)
    for (size_t o = 0; o < 5; o++)
      {
        double sum = self.layer.bias->value[o];
        float  expected;

        for (size_t i = 0; i < 7; i++)
          sum += (double) self.base.x.data[p * 7 + i] *
                 self.layer.weight->value[o * 7 + i];
        expected = (float) sum;
        dm_assert_near (&self.base.y.data[p * 5 + o], &expected, 1, 1e-5);
      }

  layer_case_end (&self.base);
}

static void
test_gradient (void)
{
  Case self;

  set_up (&self, 3, 7, 21);
  layer_case_check (&self.base);
  layer_case_end (&self.base);
}

/* Channels of wider tensors, and y added to in place. */
static void
test_slices (void)
{
  Case              self;
  g_autofree float *memory = g_new (float, 12 * 20);
  g_autofree float *before = g_new (float, 12 * 20);
  DmTensor          wide =
      dm_tensor_place (dm_tensor_layout (2, 2, 3, 20, false), memory);
  DmTensor y = dm_tensor_slice (&wide, 9, 5);

  set_up (&self, 2, 7, 5);
  forward (&self.base);

  dm_test_random (memory, 12 * 20, 5);
  memcpy (before, memory, 12 * 20 * sizeof *memory);
  dm_linear_forward (&self.layer, &y, &self.base.x, &y, &self.base.context);

  for (size_t p = 0; p < 12; p++)
    for (size_t i = 0; i < 20; i++)
      {
        bool  inside = i >= 9 && i < 14;
        float expected = before[p * 20 + i];

        if (inside)
          expected += self.base.y.data[p * 5 + i - 9];
        dm_assert_near (&memory[p * 20 + i], &expected, 1, inside ? 1e-5 : 0.0);
      }

  layer_case_end (&self.base);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/linear/forward", test_forward);
  g_test_add_func ("/linear/gradient", test_gradient);
  g_test_add_func ("/linear/slices", test_slices);

  return g_test_run ();
}
