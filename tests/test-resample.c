/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "nn/resample.h"

#define N 2
#define H 8
#define W 4
#define C 5
#define SIZE (N * H * W * C)

static const DmContext context;

static DmTensor
tensor (float *memory, size_t h, size_t w, size_t c)
{
  return dm_tensor_place (dm_tensor_layout (N, h, w, c, false), memory);
}

static double
dot (const float *a, const float *b, size_t n)
{
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    sum += (double) a[i] * b[i];

  return sum;
}

static void
test_copy (void)
{
  float    a[SIZE], b[SIZE];
  DmTensor x = tensor (a, H, W, C), y = tensor (b, H, W, C);

  dm_test_random (a, SIZE, 1);
  dm_tensor_copy (&y, &x, &context);
  dm_assert_same (a, b, SIZE);
}

/* A slice of channels is filled, its neighbours and the border stay. */
static void
test_copy_slice (void)
{
  DmTensor          layout = dm_tensor_layout (N, H, W, C, true);
  size_t            n = dm_tensor_n_floats (&layout);
  g_autofree float *memory = g_new0 (float, n);
  float             a[N * H * W * 2];
  DmTensor          wide = dm_tensor_place (layout, memory);
  DmTensor          x = tensor (a, H, W, 2), y = dm_tensor_slice (&wide, 1, 2);

  dm_test_random (a, N * H * W * 2, 1);
  dm_tensor_copy (&y, &x, &context);
  g_assert_true (dot (memory, memory, n) == dot (a, a, N * H * W * 2));
  g_assert_true (dm_tensor_at (&wide, 1, 2, 3)[2] ==
                 dm_tensor_at (&x, 1, 2, 3)[1]);
}

/* Each pixel four times; and <up (x), dy> = <x, upᵀ (dy)>. */
static void
test_upsample (void)
{
  float    a[SIZE], b[4 * SIZE], c[4 * SIZE], d[SIZE], twice[SIZE];
  DmTensor x = tensor (a, H, W, C), y = tensor (b, 2 * H, 2 * W, C);
  DmTensor dy = tensor (c, 2 * H, 2 * W, C), dx = tensor (d, H, W, C);

  dm_test_random (a, SIZE, 1);
  dm_test_random (c, 4 * SIZE, 2);
  dm_upsample_forward (&y, &x, &context);
  for (size_t i = 0; i < 2 * H; i++)
    for (size_t j = 0; j < 2 * W; j++)
      dm_assert_same (dm_tensor_at (&y, 1, i, j),
                      dm_tensor_at (&x, 1, i / 2, j / 2), C);

  dm_upsample_backward (&dx, false, &dy, &context);
  g_assert_cmpfloat_with_epsilon (dot (b, c, 4 * SIZE), dot (a, d, SIZE), 1e-3);

  for (size_t i = 0; i < SIZE; i++)
    twice[i] = 2.0f * d[i];
  dm_upsample_backward (&dx, true, &dy, &context);
  dm_assert_near (d, twice, SIZE, 1e-5);
}

/* Order of channels (dy, dx, c), and back again. */
static void
check_patch (size_t patch)
{
  float    a[SIZE], b[SIZE], c[SIZE] = { 0 };
  DmTensor x = tensor (a, H, W, C),
           y = tensor (b, H / patch, W / patch, patch * patch * C);
  DmTensor back = tensor (c, H, W, C);

  dm_test_random (a, SIZE, 1);
  dm_space_to_depth (&y, &x, patch, &context);
  for (size_t i = 0; i < H; i++)
    for (size_t j = 0; j < W; j++)
      dm_assert_same (dm_tensor_at (&y, 1, i / patch, j / patch) +
                          (i % patch * patch + j % patch) * C,
                      dm_tensor_at (&x, 1, i, j), C);

  dm_depth_to_space (&back, &y, patch, false, &context);
  dm_assert_same (a, c, SIZE);
  dm_depth_to_space (&back, &y, patch, true, &context);
  for (size_t i = 0; i < SIZE; i++)
    g_assert_true (c[i] == 2.0f * a[i]);
}

static void
test_patch (void)
{
  check_patch (1);
  check_patch (2);
  check_patch (4);
}

/* Drops a share p, keeps the mean; other pictures, other draws; a picture has
 * the same draws wherever it stands in a batch.
 */
static void
test_dropout (void)
{
  enum
  {
    SIDE = 40,
    IMAGE = SIDE * SIDE * C
  };
  g_autofree float *a = g_new (float, N *IMAGE);
  g_autofree float *b = g_new (float, N *IMAGE);
  DmTensor x = tensor (a, SIDE, SIDE, C), y = tensor (b, SIDE, SIDE, C);
  DmRng    rng = { .seed = 1, .stream = DM_STREAM_DROPOUT, .sub = 3 };
  size_t   dropped = 0, differ = 0;

  for (size_t i = 0; i < N * IMAGE; i++)
    a[i] = b[i] = 1.0f;
  dm_dropout (&x, 0.3, rng, 7, &context);
  dm_dropout (&y, 0.3, rng, 8, &context);

  for (size_t i = 0; i < N * IMAGE; i++)
    {
      g_assert_true (a[i] == 0.0f || fabsf (a[i] - 1.0f / 0.7f) < 1e-6f);
      dropped += a[i] == 0.0f;
      differ += a[i] != b[i];
    }
  g_assert_cmpfloat_with_epsilon (dropped / (double) (N * IMAGE), 0.3, 0.02);
  g_assert_cmpfloat_with_epsilon (differ / (double) (N * IMAGE), 0.42, 0.02);
  dm_assert_same (a + IMAGE, b, IMAGE);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/resample/copy", test_copy);
  g_test_add_func ("/resample/copy-slice", test_copy_slice);
  g_test_add_func ("/resample/upsample", test_upsample);
  g_test_add_func ("/resample/patch", test_patch);
  g_test_add_func ("/resample/dropout", test_dropout);

  return g_test_run ();
}
