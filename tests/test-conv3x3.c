/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "kernels/conv3x3.h"
#include "tensor/arena.h"

/* Deviation of a result, relative to its standard deviation: float32 rounding
 * of a sum of some hundred products, and Winograd's larger intermediate values.
 */
#define TOLERANCE 1e-4

typedef struct
{
  size_t n, h, w, c_in, c_out;
} Shape;

/* Odd sizes: partial tiles, partial vectors, partial register tiles. */
static const Shape shapes[] = {
  { 1, 1, 1, 1, 1 },     { 2, 3, 7, 3, 5 },   { 1, 7, 3, 8, 40 },
  { 2, 17, 17, 20, 33 }, { 3, 4, 8, 17, 70 }, { 1, 16, 16, 64, 64 },
};

/* Everything one convolution needs, in one arena. */
typedef struct
{
  DmArena       arena;
  DmKernels     kernels;
  DmContext     context;
  Shape         shape;
  size_t        stride;
  DmTensor      x, y, add;
  float        *w, *bias;
  DmConvWeights packed;
} Case;

static void
place (Case *self, DmConvAlgorithm algorithm)
{
  Shape            s = self->shape;
  DmArena         *arena = &self->arena;
  const DmKernels *k = &self->kernels;
  size_t           h = (s.h + self->stride - 1) / self->stride;
  size_t           w = (s.w + self->stride - 1) / self->stride;
  DmScratchSize    forward =
      dm_conv3x3_scratch (k, algorithm, s.n, s.h, s.w, s.c_in, s.c_out);
  DmScratchSize backward = dm_conv3x3_backward_weight_scratch (
      k, algorithm, s.n, s.h, s.w, s.c_in, s.c_out);
  size_t workers = dm_pool_get_n_workers (self->context.pool);

  self->x = dm_arena_tensor (arena, s.n, s.h, s.w, s.c_in, true);
  /* y is a slice of a wider tensor, as in a network with skips */
  self->y = dm_arena_tensor (arena, s.n, h, w, s.c_out + 3, false);
  self->y = dm_tensor_slice (&self->y, 2, s.c_out);
  self->add = dm_arena_tensor (arena, s.n, h, w, s.c_out, false);
  self->w = dm_arena_floats (arena, s.c_out * s.c_in * 9);
  self->bias = dm_arena_floats (arena, s.c_out);
  self->packed = (DmConvWeights){ algorithm, s.c_in, s.c_out, NULL };
  self->packed.data = dm_arena_floats (
      arena, dm_conv3x3_packed_floats (k, algorithm, s.c_in, s.c_out));
  self->context.scratch_floats = (forward.worker + 15) / 16 * 16;
  self->context.scratch =
      dm_arena_floats (arena, workers * self->context.scratch_floats);
  self->context.shared =
      dm_arena_floats (arena, MAX (forward.shared, backward.shared));
}

static void
fill (DmTensor *x, uint32_t sub)
{
  for (size_t n = 0; n < x->n; n++)
    for (size_t y = 0; y < x->h; y++)
      for (size_t i = 0; i < x->w; i++)
        dm_test_random (dm_tensor_at (x, n, y, i), x->c,
                        sub + (uint32_t) ((n * x->h + y) * x->w + i));
}

static void
setup (Case *self, DmConvAlgorithm algorithm, DmPool *pool, DmWrap wrap)
{
  self->context.kernels = &self->kernels;
  self->context.pool = pool;
  place (self, algorithm);
  g_assert_true (dm_arena_reserve (&self->arena, NULL));
  place (self, algorithm);

  fill (&self->x, 1000);
  fill (&self->add, 900000);
  dm_test_random (self->w, self->shape.c_out * self->shape.c_in * 9, 1);
  dm_test_random (self->bias, self->shape.c_out, 2);
  dm_border_fill (&self->x, wrap, &self->context);
  dm_conv3x3_pack (&self->packed, self->w, false, &self->context);
}

/* x beyond the edge: zero, or the opposite edge. */
static double
peek (const DmTensor *x, size_t n, long y, long i, size_t c, DmWrap wrap)
{
  long h = (long) x->h, w = (long) x->w;

  if (wrap & DM_WRAP_Y)
    y = (y + h) % h;
  if (wrap & DM_WRAP_X)
    i = (i + w) % w;

  return y < 0 || y >= h || i < 0 || i >= w ?
             0.0 :
             dm_tensor_at (x, n, (size_t) y, (size_t) i)[c];
}

static double
naive (const Case *self, DmWrap wrap, size_t n, size_t y, size_t i, size_t o)
{
  size_t c_in = self->shape.c_in;
  double sum = self->bias[o] + dm_tensor_at (&self->add, n, y, i)[o];

  for (size_t k = 0; k < c_in; k++)
    for (long tap = 0; tap < 9; tap++)
      sum += (double) self->w[(o * c_in + k) * 9 + (size_t) tap] *
             peek (&self->x, n, (long) (y * self->stride) + tap / 3 - 1,
                   (long) (i * self->stride) + tap % 3 - 1, k, wrap);

  return sum;
}

static void
check_forward (Case *self, DmWrap wrap)
{
  double error = 0.0, sum2 = 0.0;
  size_t count = self->y.n * self->y.h * self->y.w * self->y.c;

  dm_conv3x3_forward (&self->y, &self->x, &self->packed, self->bias, &self->add,
                      self->stride, &self->context);

  for (size_t n = 0; n < self->y.n; n++)
    for (size_t y = 0; y < self->y.h; y++)
      for (size_t i = 0; i < self->y.w; i++)
        for (size_t o = 0; o < self->y.c; o++)
          {
            double expected = naive (self, wrap, n, y, i, o);
            double off = fabs (expected - dm_tensor_at (&self->y, n, y, i)[o]);

            g_assert_true (isfinite (off));
            error = MAX (error, off);
            sum2 += expected * expected;
          }

  g_assert_cmpfloat (error, <=, TOLERANCE * sqrt (sum2 / count));
}

/* dw against the definition, from the y that forward left. */
static void
check_backward_weight (Case *self, DmWrap wrap)
{
  Shape             s = self->shape;
  g_autofree float *dw = g_new0 (float, s.c_out *s.c_in * 9);
  double            error = 0.0, sum2 = 0.0;

  dm_conv3x3_backward_weight (dw, &self->y, &self->x, self->packed.algorithm,
                              &self->context);

  for (size_t j = 0; j < s.c_out * s.c_in * 9; j++)
    {
      size_t o = j / 9 / s.c_in, k = j / 9 % s.c_in;
      long   tap = (long) (j % 9);
      double sum = 0.0;

      for (size_t n = 0; n < s.n; n++)
        for (size_t y = 0; y < s.h; y++)
          for (size_t i = 0; i < s.w; i++)
            sum += (double) dm_tensor_at (&self->y, n, y, i)[o] *
                   peek (&self->x, n, (long) y + tap / 3 - 1,
                         (long) i + tap % 3 - 1, k, wrap);

      g_assert_true (isfinite (dw[j]));
      error = MAX (error, fabs (sum - dw[j]));
      sum2 += sum * sum;
    }

  g_assert_cmpfloat (error, <=,
                     TOLERANCE * sqrt (sum2 / (s.c_out * s.c_in * 9)));
}

static const DmWrap wraps[] = { DM_WRAP_NONE, DM_WRAP_X, DM_WRAP_XY };

/* Every algorithm of every instruction set is the convolution, whatever the
 * shape and the border; its weight gradient is the adjoint.
 */
static void
test_against_definition (void)
{
  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    for (size_t i = 0; i < G_N_ELEMENTS (shapes) * 9; i++)
      {
        Case   test = { .shape = shapes[i / 9], .stride = 1 };
        DmWrap wrap = wraps[i % 3];

        g_assert_true (dm_kernels_init (&test.kernels, cpu));
        setup (&test, (DmConvAlgorithm) (i / 3 % 3), NULL, wrap);
        check_forward (&test, wrap);
        if (i / 3 % 3 != DM_CONV_F2)
          check_backward_weight (&test, wrap);
        dm_arena_clear (&test.arena);
      }
}

static void
test_stride_2 (void)
{
  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    for (size_t i = 0; i < G_N_ELEMENTS (shapes) * 3; i++)
      {
        Case test = { .shape = shapes[i / 3], .stride = 2 };

        g_assert_true (dm_kernels_init (&test.kernels, cpu));
        setup (&test, DM_CONV_DIRECT, NULL, wraps[i % 3]);
        check_forward (&test, wraps[i % 3]);
        dm_arena_clear (&test.arena);
      }
}

/* <conv (x), y> = <x, convᵀ (y)> for weights packed transposed. */
static void
test_data_gradient (void)
{
  for (int algorithm = 0; algorithm < 3; algorithm++)
    {
      Case   there = { .shape = { 2, 6, 10, 20, 33 }, .stride = 1 };
      Case   back = { .shape = { 2, 6, 10, 33, 20 }, .stride = 1 };
      double left = 0.0, right = 0.0;

      dm_kernels_init (&there.kernels, dm_cpu_detect ());
      dm_kernels_init (&back.kernels, dm_cpu_detect ());
      setup (&there, algorithm, NULL, DM_WRAP_X);
      setup (&back, algorithm, NULL, DM_WRAP_X);
      dm_conv3x3_pack (&back.packed, there.w, true, &back.context);

      dm_conv3x3_forward (&there.y, &there.x, &there.packed, NULL, NULL, 1,
                          &there.context);
      dm_conv3x3_forward (&back.y, &back.x, &back.packed, NULL, NULL, 1,
                          &back.context);

      for (size_t p = 0; p < 2 * 6 * 10; p++)
        {
          size_t n = p / 60, y = p / 10 % 6, x = p % 10;

          for (size_t c = 0; c < 33; c++)
            left += (double) dm_tensor_at (&there.y, n, y, x)[c] *
                    dm_tensor_at (&back.x, n, y, x)[c];
          for (size_t c = 0; c < 20; c++)
            right += (double) dm_tensor_at (&there.x, n, y, x)[c] *
                     dm_tensor_at (&back.y, n, y, x)[c];
        }

      g_assert_cmpfloat_with_epsilon (left, right, 1e-4 * fabs (left) + 0.1);
      dm_arena_clear (&there.arena);
      dm_arena_clear (&back.arena);
    }
}

/* The same bits alone and in a batch large enough for the other way of sharing
 * the work, with one, two and three workers.
 */
static void
test_same_bits (void)
{
  for (int algorithm = 0; algorithm < 3; algorithm++)
    for (size_t n_workers = 1; n_workers <= 3; n_workers++)
      {
        DmPool *pool = dm_pool_new (n_workers);
        Case    many = { .shape = { 9, 17, 16, 24, 40 }, .stride = 1 };
        Case    one = { .shape = { 1, 17, 16, 24, 40 }, .stride = 1 };

        many.kernels = one.kernels = *dm_kernels_get_default ();
        setup (&many, algorithm, pool, DM_WRAP_NONE);
        setup (&one, algorithm, NULL, DM_WRAP_NONE);
        dm_conv3x3_forward (&many.y, &many.x, &many.packed, many.bias, NULL, 1,
                            &many.context);
        dm_conv3x3_forward (&one.y, &one.x, &one.packed, one.bias, NULL, 1,
                            &one.context);

        for (size_t y = 0; y < 17; y++)
          for (size_t x = 0; x < 16; x++)
            dm_assert_same (dm_tensor_at (&many.y, 0, y, x),
                            dm_tensor_at (&one.y, 0, y, x), 40);

        dm_arena_clear (&many.arena);
        dm_arena_clear (&one.arena);
        dm_pool_free (pool);
      }
}

static DmConvAlgorithm
plan (size_t n, size_t side, size_t c_in, size_t c_out, size_t stride)
{
  return dm_conv3x3_plan (&(DmConvShape){ n, side, side, c_in, c_out, stride });
}

/* Pictures that fill F4's tiles get F4, however many channels they have. Where
 * few pixels meet the weights, reading these takes longer than the products, so
 * smaller weights win. What Winograd cannot serve, or would only slow down, is
 * done directly.
 */
static void
test_plan (void)
{
  static const size_t channels[] = { 64, 128, 384, 512, 1024 };

  for (size_t i = 0; i < G_N_ELEMENTS (channels); i++)
    {
      size_t c = channels[i];

      g_assert_cmpint (plan (2, 64, c, c, 1), ==, DM_CONV_F4);
      g_assert_cmpint (plan (2, 32, c, c, 1), ==, DM_CONV_F4);
      g_assert_cmpint (plan (2, 8, c, c, 1), ==, DM_CONV_F4);
      g_assert_cmpint (plan (2, 7, c, c, 1), ==, DM_CONV_F4);
      g_assert_cmpint (plan (2, 4, c, c, 1), ==, DM_CONV_F2);
      g_assert_cmpint (plan (2, 2, c, c, 1), ==, DM_CONV_DIRECT);
      /* in a batch to train on, weights are read once for many pictures */
      g_assert_cmpint (plan (16, 4, c, c, 1), ==, DM_CONV_F4);
      g_assert_cmpint (plan (16, 2, c, c, 1), ==, DM_CONV_F2);
      g_assert_cmpint (plan (16, 1, c, c, 1), ==, DM_CONV_DIRECT);
    }

  g_assert_cmpint (plan (2, 32, 64, 64, 2), ==, DM_CONV_DIRECT);
  g_assert_cmpint (plan (2, 32, 3, 64, 1), ==, DM_CONV_DIRECT);
  g_assert_cmpint (plan (2, 32, 64, 3, 1), ==, DM_CONV_DIRECT);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conv3x3/against-definition", test_against_definition);
  g_test_add_func ("/conv3x3/stride-2", test_stride_2);
  g_test_add_func ("/conv3x3/data-gradient", test_data_gradient);
  g_test_add_func ("/conv3x3/same-bits", test_same_bits);
  g_test_add_func ("/conv3x3/plan", test_plan);

  return g_test_run ();
}
