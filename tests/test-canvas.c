/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "generate/canvas.h"
#include "unet-case.h"

/* --- networks --------------------------------------------------------------
 */

/* A small network that wraps, for pictures of 16 x 16. */
static DmUnet *
make_unet (void)
{
  DmConfig config = unet_case_small_config ();
  DmUnet  *unet;

  config.resolution = 16;
  config.attention[1] = config.attention_middle = false;
  config.circular = true;
  unet = dm_unet_new (&config);
  unet_case_fill_params (unet);
  g_assert_true (dm_unet_pack (unet, DM_PLAN_INFER, NULL, NULL));

  return unet;
}

/* A canvas for one pass of @n_rows rows. */
static void
set_up (DmCanvas     *self,
        DmArena      *arena,
        const DmUnet *unet,
        size_t        w,
        size_t        h,
        DmWrap        wrap,
        size_t        max_pixels,
        size_t        n_rows)
{
  g_autoptr (GError) error = NULL;

  *arena = (DmArena){ 0 };
  dm_canvas_init (self, unet, w, h, wrap, max_pixels);
  dm_canvas_set_rows (self, n_rows, 0);
  dm_canvas_place (self, arena);
  g_assert_true (dm_arena_reserve (arena, NULL));
  dm_canvas_place (self, arena);
  g_assert_true (dm_canvas_reserve (self, NULL, &error));
}

static void
tear_down (DmCanvas *self, DmArena *arena)
{
  dm_canvas_clear (self);
  dm_arena_clear (arena);
}

/* What the network says of noise, at the canvas's size. */
static float *
predict (const DmUnet *unet,
         size_t        w,
         size_t        h,
         DmWrap        wrap,
         size_t        max_pixels,
         DmCanvas     *canvas)
{
  DmArena           arena;
  g_autofree float *x = NULL;
  float            *pred, logsnr = 1.0f, scale = 0.0f;
  int               class_id = 0, source = 0;

  set_up (canvas, &arena, unet, w, h, wrap, max_pixels, 1);
  x = g_new (float, canvas->n_floats);
  pred = g_new (float, canvas->n_floats);
  dm_test_random (x, canvas->n_floats, 5);
  dm_canvas_run (canvas, pred,
                 &(DmCanvasPass){ .n_rows = 1,
                                  .x = x,
                                  .source = &source,
                                  .gain = 1.0f,
                                  .logsnr = &logsnr,
                                  .class_id = &class_id,
                                  .scale = &scale });
  tear_down (canvas, &arena);

  return pred;
}

/* --- whole ------------------------------------------------------------------
 */

/* Where one window is the canvas, it is the network's own answer. */
static void
test_whole (void)
{
  g_autoptr (DmUnet) unet = make_unet ();

  for (int wrap = 0; wrap < 4; wrap++)
    {
      DmCanvas          canvas;
      g_autofree float *pred = predict (unet, 24, 18, wrap, 0, &canvas);
      g_autofree float *x = g_new (float, 24 * 18 * 3);
      g_autofree float *expected = g_new (float, 24 * 18 * 3);
      g_autoptr (DmUnetPlan) plan =
          dm_unet_plan_new (unet, DM_PLAN_INFER, 1, 18, 24, wrap, NULL, NULL);
      const float logsnr = 1.0f;
      const int   class_id = 0;

      dm_test_random (x, 24 * 18 * 3, 5);
      dm_unet_forward (unet, plan, expected, x, &logsnr, &class_id);
      dm_assert_same (pred, expected, 24 * 18 * 3);
    }
}

/* A side that does not wrap is rounded up to strides, and to the native size;
 * one that wraps is what was asked for, in any case.
 */
static void
test_sides (void)
{
  g_autoptr (DmUnet) unet = make_unet ();
  DmCanvas canvas;

  dm_canvas_init (&canvas, unet, 1, 37, DM_WRAP_NONE, 0);
  g_assert_cmpuint (canvas.w, ==, 16);
  g_assert_cmpuint (canvas.h, ==, 38);
  dm_canvas_init (&canvas, unet, 1, 37, DM_WRAP_XY, 0);
  g_assert_cmpuint (canvas.w, ==, 1);
  g_assert_cmpuint (canvas.h, ==, 37);
}

/* --- windows ----------------------------------------------------------------
 */

/* What windows make differs from the whole around their joints alone, and there
 * by little.
 */
static void
test_windows (void)
{
  const size_t h = 64, w = 128, joints[] = { 46, 81 };
  g_autoptr (DmUnet) unet = make_unet ();
  DmCanvas          canvas;
  g_autofree float *whole = predict (unet, w, h, DM_WRAP_NONE, 0, &canvas);
  g_autofree float *joined =
      predict (unet, w, h, DM_WRAP_NONE, 64 * 60, &canvas);
  double sum = 0.0, sum_error = 0.0;

  g_assert_cmpuint (canvas.columns.n_windows, ==, 3);
  g_assert_cmpuint (canvas.rows.n_windows, ==, 1);

  for (size_t i = 0; i < h * w * 3; i++)
    {
      size_t x = i / 3 % w;
      double error = fabsf (joined[i] - whole[i]);

      sum += whole[i] * whole[i];
      sum_error += error * error;
      if (x + 44 < joints[0] || x > joints[1] + 44)
        g_assert_cmpfloat (error, <, 1e-3);
    }
  g_assert_cmpfloat (sqrt (sum_error / sum), <, 0.05);
}

/* An axis that the network could wrap by itself, drawn in windows that go round
 * it: nearly the same.
 */
static void
test_round (void)
{
  g_autoptr (DmUnet) unet = make_unet ();
  DmCanvas          whole, round;
  g_autofree float *expected = predict (unet, 96, 32, DM_WRAP_X, 0, &whole);
  g_autofree float *pred = predict (unet, 96, 32, DM_WRAP_X, 72 * 32, &round);
  double            sum = 0.0, sum_error = 0.0;

  g_assert_true (whole.columns.whole);
  g_assert_false (round.columns.whole);
  for (size_t i = 0; i < whole.n_floats; i++)
    {
      sum += expected[i] * expected[i];
      sum_error += (pred[i] - expected[i]) * (pred[i] - expected[i]);
    }
  g_assert_cmpfloat (sqrt (sum_error / sum), <, 0.1);
}

/* --- bits and memory --------------------------------------------------------
 */

/* A row has the same bits whatever passes with it, and on any number of
 * threads; in windows and whole.
 */
static void
test_bits (void)
{
  enum
  {
    N = 3
  };
  g_autoptr (DmUnet) unet = make_unet ();
  const float  logsnr[N] = { 2.0f, 0.0f, -3.0f };
  const float  scale[N] = { 0.0f };
  const int    class_id[N] = { 1, DM_CLASS_NULL, 0 };
  const int    source[N] = { 0, 0, 1 };
  const size_t max_pixels[] = { 0, 40 * 40 };

  for (size_t i = 0; i < G_N_ELEMENTS (max_pixels); i++)
    {
      g_autofree float *x = NULL, *together = NULL, *one = NULL;
      DmCanvas          canvas;
      DmArena           arena;
      DmCanvasPass      pass = { .n_rows = N,
                                 .source = source,
                                 .gain = 0.7f,
                                 .logsnr = logsnr,
                                 .class_id = class_id,
                                 .scale = scale };

      set_up (&canvas, &arena, unet, 75, 50, DM_WRAP_X, max_pixels[i], N);
      x = g_new (float, 2 * canvas.n_floats);
      together = g_new (float, N *canvas.n_floats);
      one = g_new (float, canvas.n_floats);
      dm_test_random (x, 2 * canvas.n_floats, 6);
      pass.x = x;
      dm_canvas_run (&canvas, together, &pass);
      tear_down (&canvas, &arena);

      for (size_t row = 0; row < N; row++)
        {
          DmPool *pool = dm_pool_new (row + 1);

          arena = (DmArena){ 0 };
          dm_canvas_init (&canvas, unet, 75, 50, DM_WRAP_X, max_pixels[i]);
          dm_canvas_set_rows (&canvas, 0, 1);
          dm_canvas_place (&canvas, &arena);
          g_assert_true (dm_arena_reserve (&arena, NULL));
          dm_canvas_place (&canvas, &arena);
          g_assert_true (dm_canvas_reserve (&canvas, pool, NULL));

          pass = (DmCanvasPass){ .n_rows = 1,
                                 .x = x,
                                 .source = source + row,
                                 .gain = 0.7f,
                                 .logsnr = logsnr + row,
                                 .class_id = class_id + row,
                                 .scale = scale + row };
          dm_canvas_run (&canvas, one, &pass);
          dm_assert_same (one, together + row * canvas.n_floats,
                          canvas.n_floats);
          tear_down (&canvas, &arena);
          dm_pool_free (pool);
        }
    }
}

/* Where memory is short, rows pass one after the other; and what is foretold is
 * what is taken.
 */
static void
test_memory (void)
{
  g_autoptr (DmUnet) unet = make_unet ();
  DmPool  *pool = dm_pool_new (0);
  DmCanvas small, large;
  DmArena  arena = { 0 };

  dm_canvas_init (&small, unet, 60, 60, DM_WRAP_NONE, 0);
  dm_canvas_set_rows (&small, 1, 2);
  g_assert_false (small.alone);
  dm_canvas_place (&small, &arena);
  g_assert_true (dm_arena_reserve (&arena, NULL));
  dm_canvas_place (&small, &arena);
  g_assert_true (dm_canvas_reserve (&small, pool, NULL));
  g_assert_cmpuint (dm_canvas_measure (&small), ==,
                    dm_unet_plan_get_bytes (small.plans[0]) +
                        dm_unet_plan_get_bytes (small.plans[1]));
  tear_down (&small, &arena);

  dm_canvas_init (&large, unet, 2000, 2000, DM_WRAP_NONE, 0);
  dm_canvas_set_rows (&large, 1, 2);
  g_assert_true (large.alone);
  g_assert_cmpuint (dm_canvas_measure (&large), <, (size_t) 1500 << 20);
  dm_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/canvas/whole", test_whole);
  g_test_add_func ("/canvas/sides", test_sides);
  g_test_add_func ("/canvas/windows", test_windows);
  g_test_add_func ("/canvas/round", test_round);
  g_test_add_func ("/canvas/bits", test_bits);
  g_test_add_func ("/canvas/memory", test_memory);

  return g_test_run ();
}
