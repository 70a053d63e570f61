/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layer-case.h"
#include "nn/conv2d.h"
#include "nn/resample.h"

typedef struct
{
  LayerCase base;
  DmConv2d  layer;
  DmTensor  bordered, spread;
  DmWrap    wrap;
} Case;

static void
plan (LayerCase *base)
{
  Case *self = (Case *) base;

  self->bordered = dm_arena_tensor (&base->arena, base->x.n, base->x.h,
                                    base->x.w, base->x.c, true);
  self->spread = dm_arena_tensor (&base->arena, base->x.n, base->x.h, base->x.w,
                                  base->y.c, true);
  dm_conv2d_plan (&self->layer, &base->planner, base->x.h, base->x.w);
}

static void
forward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_tensor_copy (&self->bordered, &base->x, &base->context);
  dm_border_fill (&self->bordered, self->wrap, &base->context);
  dm_conv2d_forward (&self->layer, &base->y, &self->bordered, NULL,
                     &base->context);
}

static void
backward (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_conv2d_backward (&self->layer, &base->dx, base->add, &base->dy,
                      &self->bordered, &self->spread, self->wrap,
                      &base->context);
}

typedef struct
{
  size_t h, w, c_in, c_out, stride;
} Shape;

static void
set_up_by (Case *self, Shape shape, DmWrap wrap, bool direct)
{
  size_t stride = shape.stride;

  *self = (Case){
    .base = { .plan = plan,
              .forward = forward,
              .backward = backward,
              .x = { .n = 2, .h = shape.h, .w = shape.w, .c = shape.c_in },
              .y = { .n = 2,
                     .h = (shape.h + stride - 1) / stride,
                     .w = (shape.w + stride - 1) / stride,
                     .c = shape.c_out } },
    .wrap = wrap,
  };
  layer_case_begin (&self->base, shape.h, shape.w);
  self->base.builder.direct = direct;
  dm_conv2d_init (&self->layer, &self->base.builder, "conv", shape.c_in,
                  shape.c_out, stride, DM_START_RANDOM);
  if (direct)
    dm_packs_limit (&self->base.packs, 0);
  layer_case_finish (&self->base, NULL);
}

static void
set_up (Case *self, Shape shape, DmWrap wrap)
{
  set_up_by (self, shape, wrap, false);
}

/* x[y, x] of the picture that continues as @wrap says. */
static double
look (const Case *self, size_t n, ptrdiff_t y, ptrdiff_t x, size_t c)
{
  const DmTensor *t = &self->base.x;
  ptrdiff_t       h = (ptrdiff_t) t->h, w = (ptrdiff_t) t->w;

  if (self->wrap & DM_WRAP_Y)
    y = (y + h) % h;
  if (self->wrap & DM_WRAP_X)
    x = (x + w) % w;
  if (y < 0 || x < 0 || y >= h || x >= w)
    return 0.0;

  return dm_tensor_at (t, n, (size_t) y, (size_t) x)[c];
}

static double
convolve (const Case *self, size_t n, size_t y, size_t x, size_t o)
{
  size_t stride = self->layer.stride, c_in = self->layer.c_in;
  double sum = self->layer.bias->value[o];

  for (size_t i = 0; i < 9; i++)
    for (size_t c = 0; c < c_in; c++)
      sum += self->layer.weight->value[(o * c_in + c) * 9 + i] *
             look (self, n, (ptrdiff_t) (y * stride + i / 3) - 1,
                   (ptrdiff_t) (x * stride + i % 3) - 1, c);

  return sum;
}

static void
check_forward (Shape shape, DmWrap wrap)
{
  Case      self;
  DmTensor *y = &self.base.y;

  set_up (&self, shape, wrap);
  forward (&self.base);

  for (size_t p = 0; p < dm_tensor_n_floats (y); p++)
    {
      size_t o = p % y->c, x = p / y->c % y->w, row = p / y->row % y->h;
      float  expected = (float) convolve (&self, p / y->image, row, x, o);

      dm_assert_near (&y->data[p], &expected, 1, 1e-3);
    }

  layer_case_end (&self.base);
}

static const Shape shapes[] = { { 8, 8, 9, 10, 1 },   { 7, 5, 8, 12, 1 },
                                { 2, 3, 16, 8, 1 },   { 1, 1, 3, 4, 1 },
                                { 8, 6, 3, 5, 2 },    { 7, 7, 6, 9, 2 },
                                { 14, 14, 12, 12, 2 } };

/* The definition, for each padding. */
static void
test_forward (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (DmWrap wrap = DM_WRAP_NONE; wrap <= DM_WRAP_XY; wrap++)
      check_forward (shapes[i], wrap);
}

static void
test_gradient (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    for (DmWrap wrap = DM_WRAP_NONE; wrap <= DM_WRAP_XY; wrap++)
      {
        Case self;

        set_up (&self, shapes[i], wrap);
        layer_case_check (&self.base);
        layer_case_end (&self.base);
      }
}

/* The same for convolutions that were asked to be done directly. */
static void
test_direct (void)
{
  for (size_t i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      Case self;

      set_up_by (&self, shapes[i], DM_WRAP_X, true);
      g_assert_cmpint (self.layer.forward.algorithm, ==, DM_CONV_DIRECT);
      g_assert_cmpint (self.layer.transposed.algorithm, ==, DM_CONV_DIRECT);
      g_assert_cmpint (self.layer.gradient, ==, DM_CONV_DIRECT);
      layer_case_check (&self.base);
      layer_case_end (&self.base);
    }
}

/* A gradient that lies in a bordered tensor already need not be copied. */
static void
test_in_place (void)
{
  Case              self;
  size_t            n;
  g_autofree float *dx = NULL, *dw = NULL;

  set_up (&self, (Shape){ 8, 6, 9, 10, 1 }, DM_WRAP_X);
  n = dm_tensor_n_floats (&self.base.dx);
  layer_case_backward (&self.base, self.base.x.data);
  dx = g_memdup2 (self.base.dx.data, n * sizeof *dx);
  dw = g_memdup2 (self.base.params->gradients,
                  self.base.params->n_values * sizeof *dw);

  dm_params_zero_gradients (self.base.params);
  dm_tensor_copy (&self.spread, &self.base.dy, &self.base.context);
  self.base.dy = self.spread;
  backward (&self.base);
  dm_assert_same (self.base.dx.data, dx, n);
  dm_assert_same (self.base.params->gradients, dw, self.base.params->n_values);

  layer_case_end (&self.base);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conv2d/forward", test_forward);
  g_test_add_func ("/conv2d/gradient", test_gradient);
  g_test_add_func ("/conv2d/direct", test_direct);
  g_test_add_func ("/conv2d/in-place", test_in_place);

  return g_test_run ();
}
