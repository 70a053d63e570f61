/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "layer-case.h"
#include "nn/group-norm.h"

#define C 12
#define N_GROUPS 4
#define NATIVE_H 8
#define NATIVE_W 12

/* A group norm for pictures of NATIVE_H x NATIVE_W, on some canvas. */
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
forward (Case *self)
{
  dm_group_norm_forward (&self->layer, &self->plan, &self->base.y,
                         &self->base.x, self->condition->value,
                         &self->base.context);
}

static void
set_up_on (Case   *self,
           size_t  n,
           size_t  h,
           size_t  w,
           DmWrap  wrap,
           bool    infer,
           DmPool *pool)
{
  DmTensor size = { .n = n, .h = h, .w = w, .c = C };

  *self =
      (Case){ .base = { .plan = plan, .x = size, .y = size, .infer = infer } };
  layer_case_begin (&self->base, NATIVE_H, NATIVE_W);
  self->base.planner.wrap = wrap;
  dm_group_norm_init (&self->layer, &self->base.builder, "norm", C, N_GROUPS,
                      true);
  self->condition = dm_params_add (self->base.params, "test", "condition",
                                   DM_SHAPE (n, 2 * C), DM_INIT_NORMAL, 0);
  layer_case_finish (&self->base, pool);
}

static void
set_up (Case *self, size_t h, size_t w, DmWrap wrap)
{
  set_up_on (self, 1, h, w, wrap, true, NULL);
}

static void
tear_down (Case *self)
{
  layer_case_end (&self->base);
}

/* Statistics that differ from place to place. */
static void
fill_uneven (Case *self)
{
  DmTensor *x = &self->base.x;

  for (size_t i = 0; i < dm_tensor_n_floats (x); i++)
    {
      size_t column = i / C % x->w, row = i / x->row % x->h;

      x->data[i] = x->data[i] * (0.5f + 0.2f * (float) (column % 7)) +
                   0.3f * (float) row - 0.1f * (float) column;
    }
}

/* --- the same as ever at the native size ------------------------------- */

static void
test_native (void)
{
  Case trained, drawn;

  set_up_on (&trained, 2, NATIVE_H, NATIVE_W, DM_WRAP_XY, false, NULL);
  set_up_on (&drawn, 2, NATIVE_H, NATIVE_W, DM_WRAP_XY, true, NULL);
  forward (&trained);
  forward (&drawn);
  dm_assert_same (drawn.base.y.data, trained.base.y.data,
                  dm_tensor_n_floats (&drawn.base.y));

  tear_down (&trained);
  tear_down (&drawn);
}

/* --- the definition ---------------------------------------------------- */

static size_t
wrapped (long i, size_t n)
{
  return (size_t) ((i % (long) n + (long) n) % (long) n);
}

/* 1 / deviation and mean / deviation of a group over one window. */
static void
window_moments (
    const DmTensor *x, long row, long column, size_t group, double moments[2])
{
  size_t h = MIN (x->h, NATIVE_H), w = MIN (x->w, NATIVE_W);
  size_t width = C / N_GROUPS;
  double sum = 0.0, sum2 = 0.0, count = (double) (h * w * width), mean;

  for (size_t i = 0; i < h * w; i++)
    for (size_t c = group * width; c < (group + 1) * width; c++)
      {
        double value =
            dm_tensor_at (x, 0, wrapped (row + (long) (i / w), x->h),
                          wrapped (column + (long) (i % w), x->w))[c];

        sum += value;
        sum2 += value * value;
      }

  mean = sum / count;
  moments[0] = 1.0 / sqrt (sum2 / count - mean * mean + 1e-5);
  moments[1] = mean * moments[0];
}

/* The first cells of the two windows around cell @i, and the second's share. */
static double
find_windows (long first[2], long i, long n, long native, bool wrap, long block)
{
  double at = (double) i + 0.5 - 0.5 * (double) MIN (native, n), from;

  if (!wrap)
    at = CLAMP (at, 0.0, (double) MAX (n - native, 0));
  if (n <= native)
    at = 0.0;
  from = floor (at / (double) block);
  first[0] = (long) from * block;
  first[1] = at > (double) first[0] ? first[0] + block : first[0];

  return at / (double) block - from;
}

/* Every value by the words of the header, in double. Canvases whose sides have
 * much and little in common with the native ones, which sets the blocks.
 */
static void
check_definition (
    size_t h, size_t w, DmWrap wrap, size_t block_h, size_t block_w)
{
  Case      self;
  DmTensor *x = &self.base.x;

  set_up (&self, h, w, wrap);
  fill_uneven (&self);
  forward (&self);
  g_assert_cmpuint (self.plan.rows.block, ==, block_h);
  g_assert_cmpuint (self.plan.columns.block, ==, block_w);

  for (size_t i = 0; i < h * w * C; i++)
    {
      size_t c = i % C;
      long   row = (long) (i / C / w), column = (long) (i / C % w);
      long   rows[2], columns[2];
      double share_y = find_windows (rows, row, (long) h, NATIVE_H,
                                     wrap & DM_WRAP_Y, (long) block_h);
      double share_x = find_windows (columns, column, (long) w, NATIVE_W,
                                     wrap & DM_WRAP_X, (long) block_w);
      double r = 0.0, mean_r = 0.0, z;
      float  expected;

      for (int k = 0; k < 4; k++)
        {
          double share = (k / 2 == 1 ? share_y : 1.0 - share_y) *
                         (k % 2 == 1 ? share_x : 1.0 - share_x);
          double moments[2];

          window_moments (x, rows[k / 2], columns[k % 2], c / (C / N_GROUPS),
                          moments);
          r += share * moments[0];
          mean_r += share * moments[1];
        }

      z = self.layer.weight->value[c] * (x->data[i] * r - mean_r) +
          self.layer.bias->value[c];
      z = z * (1.0 + self.condition->value[c]) + self.condition->value[C + c];
      expected = (float) (z / (1.0 + exp (-z)));
      dm_assert_near (&self.base.y.data[i], &expected, 1, 1e-4);
    }

  tear_down (&self);
}

static void
test_definition (void)
{
  for (int wrap = 0; wrap < 4; wrap++)
    {
      check_definition (16, 36, wrap, 2, 3);
      check_definition (12, 20, wrap, 2, 2);
      check_definition (9, 13, wrap, 1, 1);
      check_definition (8, 24, wrap, 2, 3);
      check_definition (3, 24, wrap, 1, 3);
      check_definition (24, 5, wrap, 2, 1);
    }
}

/* --- copies of a picture ----------------------------------------------- */

/* A canvas of copies of a picture has copies of the picture's answer. */
static void
test_repeated (void)
{
  for (int wrap = 0; wrap < 4; wrap++)
    {
      Case one, many;

      set_up (&one, NATIVE_H, NATIVE_W, wrap);
      set_up (&many, 3 * NATIVE_H, 2 * NATIVE_W, wrap);
      fill_uneven (&one);
      for (size_t y = 0; y < many.base.x.h; y++)
        for (size_t x = 0; x < many.base.x.w; x++)
          memcpy (dm_tensor_at (&many.base.x, 0, y, x),
                  dm_tensor_at (&one.base.x, 0, y % NATIVE_H, x % NATIVE_W),
                  C * sizeof (float));

      forward (&one);
      forward (&many);
      for (size_t y = 0; y < many.base.x.h; y++)
        for (size_t x = 0; x < many.base.x.w; x++)
          dm_assert_near (
              dm_tensor_at (&many.base.y, 0, y, x),
              dm_tensor_at (&one.base.y, 0, y % NATIVE_H, x % NATIVE_W), C,
              1e-5);

      tear_down (&one);
      tear_down (&many);
    }
}

/* What lies further away than a window and a block does not matter at all. */
static void
test_far (void)
{
  const size_t      h = 2 * NATIVE_H, w = 8 * NATIVE_W;
  Case              self;
  g_autofree float *before = NULL;

  set_up (&self, h, w, DM_WRAP_Y);
  forward (&self);
  before = g_memdup2 (self.base.y.data, h * w * C * sizeof *before);

  for (size_t i = 0; i < h * w * C; i++)
    if (i / C % w < w / 2)
      self.base.x.data[i] = 5.0f * self.base.x.data[i] + 3.0f;
  forward (&self);

  for (size_t i = 0; i < h * w; i++)
    if (i % w >= w / 2 + NATIVE_W)
      dm_assert_same (self.base.y.data + i * C, before + i * C, C);
    else if (i % w < w / 2 + NATIVE_W / 4)
      g_assert_cmpint (
          memcmp (self.base.y.data + i * C, before + i * C, C * sizeof *before),
          !=, 0);

  tear_down (&self);
}

/* --- bits -------------------------------------------------------------- */

/* The same whatever the workers, and for a picture alone or in a batch. */
static void
test_bits (void)
{
  const size_t h = 64, w = 5 * NATIVE_W;
  Case         many;

  set_up_on (&many, 3, h, w, DM_WRAP_X, true, NULL);
  fill_uneven (&many);
  forward (&many);

  for (size_t n_workers = 1; n_workers <= 3; n_workers++)
    {
      DmPool *pool = dm_pool_new (n_workers);
      Case    one;
      size_t  n = h * w * C;

      set_up_on (&one, 1, h, w, DM_WRAP_X, true, pool);
      memcpy (one.layer.weight->value, many.layer.weight->value,
              C * sizeof (float));
      memcpy (one.layer.bias->value, many.layer.bias->value,
              C * sizeof (float));
      for (size_t image = 0; image < 3; image++)
        {
          memcpy (one.base.x.data, many.base.x.data + image * n,
                  n * sizeof (float));
          memcpy (one.condition->value, many.condition->value + image * 2 * C,
                  2 * C * sizeof (float));
          forward (&one);
          dm_assert_same (one.base.y.data, many.base.y.data + image * n, n);
        }

      tear_down (&one);
      dm_pool_free (pool);
    }

  tear_down (&many);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/norm-windows/native", test_native);
  g_test_add_func ("/norm-windows/definition", test_definition);
  g_test_add_func ("/norm-windows/repeated", test_repeated);
  g_test_add_func ("/norm-windows/far", test_far);
  g_test_add_func ("/norm-windows/bits", test_bits);

  return g_test_run ();
}
