/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "canvas-case.h"

/* What the network says of x[h, w, 3] on a canvas of that size, with its own
 * canvas moved by (@shift_y, @shift_x).
 */
static float *
run (DmCanvas *canvas, const float *x, size_t shift_y, size_t shift_x)
{
  DmArena arena;
  float  *pred = g_new (float, canvas->n_floats), logsnr = 1.0f, scale = SCALE;
  int     class_id = 0, source = 0;

  dm_canvas_set_rows (canvas, 1, 0);
  reserve (canvas, &arena, NULL);
  dm_canvas_run (canvas, pred,
                 &(DmCanvasPass){ .n_rows = 1,
                                  .x = x,
                                  .source = &source,
                                  .gain = GAIN,
                                  .logsnr = &logsnr,
                                  .class_id = &class_id,
                                  .scale = &scale,
                                  .shift_y = shift_y,
                                  .shift_x = shift_x });
  tear_down (canvas, &arena);

  return pred;
}

/* What it says of noise, for a picture of @w x @h. */
static float *
predict (const DmUnet *unet,
         size_t        w,
         size_t        h,
         DmWrap        wrap,
         size_t        max_pixels,
         DmCanvas     *canvas)
{
  g_autofree float *x = NULL;

  dm_canvas_init (canvas, unet, w, h, wrap, max_pixels);
  x = g_new (float, canvas->n_floats);
  dm_test_random (x, canvas->n_floats, 5);

  return run (canvas, x, 0, 0);
}

/* --- whole ------------------------------------------------------------------
 */

/* Where one window is the canvas, it is the network's own answer; a network for
 * pictures that wrap always draws one that does.
 */
static void
test_whole (void)
{
  for (int k = 0; k < 8; k++)
    {
      bool   circular = k >= 4;
      DmWrap wrap = k % 4, drawn = circular ? DM_WRAP_XY : wrap;
      g_autoptr (DmUnet) unet = make_plain_unet (circular);
      DmCanvas          canvas;
      g_autofree float *pred = predict (unet, 24, 18, wrap, 0, &canvas);
      g_autofree float *x = g_new (float, 24 * 18 * 3);
      g_autofree float *expected = g_new (float, 24 * 18 * 3);
      g_autoptr (DmUnetPlan) plan =
          dm_unet_plan_new (unet, DM_PLAN_INFER, 1, 18, 24, drawn, NULL, NULL);
      const float logsnr = 1.0f, scale = SCALE;
      const int   class_id = 0;

      dm_test_random (x, 24 * 18 * 3, 5);
      for (size_t i = 0; i < 24 * 18 * 3; i++)
        x[i] *= GAIN;
      dm_unet_plan_set_scale (plan, &scale);
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
  g_autoptr (DmUnet) unet = make_plain_unet (false);
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
check_round (bool attention)
{
  g_autoptr (DmUnet) unet = make_unet_with (true, attention);
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
  g_test_message ("off by %.4f", sqrt (sum_error / sum));
  g_assert_cmpfloat (sqrt (sum_error / sum), <, 0.1);
}

static void
test_round (void)
{
  check_round (false);
  check_round (true);
}

/* --- shift ------------------------------------------------------------------
 */

/* to[h, w, 3] = from, moved so that pixel (0, 0) comes from (@y, @x) */
static void
roll (float *to, const float *from, size_t h, size_t w, size_t y, size_t x)
{
  for (size_t i = 0; i < h; i++)
    for (size_t k = 0; k < w; k++)
      memcpy (to + (i * w + k) * 3, from + ((i + y) % h * w + (k + x) % w) * 3,
              3 * sizeof *to);
}

/* The network's canvas begins elsewhere, as if the picture had been moved, and
 * what it says moved back: whole, and in windows.
 */
static void
test_shift (void)
{
  const size_t h = 32, w = 96, y = 3, x = 77, n = h * w * 3;
  g_autoptr (DmUnet) unet = make_unet ();
  g_autofree float *noise = g_new (float, n);
  g_autofree float *moved = g_new (float, n);

  dm_test_random (noise, n, 5);
  roll (moved, noise, h, w, y, x);
  for (size_t max_pixels = 0; max_pixels <= 72 * 32; max_pixels += 72 * 32)
    {
      g_autofree float *pred = NULL, *expected = NULL;
      g_autofree float *moved_back = g_new (float, n);
      DmCanvas          canvas;

      dm_canvas_init (&canvas, unet, w, h, DM_WRAP_NONE, max_pixels);
      g_assert_true (dm_canvas_can_shift (&canvas));
      g_assert_true (canvas.columns.whole == (max_pixels == 0));
      expected = run (&canvas, moved, 0, 0);
      pred = run (&canvas, noise, y, x);
      roll (moved_back, pred, h, w, y, x);
      dm_assert_same (moved_back, expected, n);
    }
}

/* What has a beginning cannot begin elsewhere. */
static void
test_no_shift (void)
{
  g_autoptr (DmUnet) unet = make_plain_unet (false);
  DmCanvas canvas;

  for (int wrap = 0; wrap < 4; wrap++)
    {
      dm_canvas_init (&canvas, unet, 24, 24, wrap, 0);
      g_assert_true (dm_canvas_can_shift (&canvas) == (wrap == DM_WRAP_XY));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/canvas/whole", test_whole);
  g_test_add_func ("/canvas/sides", test_sides);
  g_test_add_func ("/canvas/windows", test_windows);
  g_test_add_func ("/canvas/round", test_round);
  g_test_add_func ("/canvas/shift", test_shift);
  g_test_add_func ("/canvas/no-shift", test_no_shift);

  return g_test_run ();
}
