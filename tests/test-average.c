/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layer-case.h"
#include "nn/average.h"

static void
plan (LayerCase *self)
{
  (void) self;
}

static void
forward (LayerCase *self)
{
  dm_average_forward (&self->y, &self->x, &self->context);
}

static void
backward (LayerCase *self)
{
  dm_average_backward (&self->dx, self->add, &self->dy, &self->context);
}

static void
test_gradient (void)
{
  LayerCase self = { .plan = plan,
                     .forward = forward,
                     .backward = backward,
                     .x = { .n = 2, .h = 5, .w = 3, .c = 7 },
                     .y = { .n = 2, .h = 1, .w = 1, .c = 7 } };

  layer_case_begin (&self, 5, 3);
  layer_case_finish (&self, NULL);
  layer_case_check (&self);
  layer_case_end (&self);
}

/* The mean of 0, 1, 2 ... 5, and of ten times that. */
static void
test_known (void)
{
  float     x[12], y[2];
  DmTensor  from = dm_tensor_place (dm_tensor_layout (1, 2, 3, 2, false), x);
  DmTensor  to = dm_tensor_place (dm_tensor_layout (1, 1, 1, 2, false), y);
  DmContext context = { 0 };

  for (int i = 0; i < 6; i++)
    {
      x[2 * i] = (float) i;
      x[2 * i + 1] = 10.0f * (float) i;
    }

  dm_average_forward (&to, &from, &context);
  dm_assert_near (y, (float[]){ 2.5f, 25.0f }, 2, 1e-5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/average/known", test_known);
  g_test_add_func ("/average/gradient", test_gradient);

  return g_test_run ();
}
