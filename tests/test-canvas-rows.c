/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Rows that pass through a canvas's network together, and the memory of it.
 */
#include "canvas-case.h"

enum
{
  N_ROWS = 3
};

/* Of two pictures, rows that have nothing in common. */
static const float row_logsnr[N_ROWS] = { 2.0f, 0.0f, -3.0f };
static const float row_scale[N_ROWS] = { 1.0f, 0.0f, 0.25f };
static const int   row_class[N_ROWS] = { 1, DM_CLASS_NULL, 0 };
static const int   row_source[N_ROWS] = { 1, 0, 1 };

/* One window, one that goes round and meets itself, and many. */
static const struct
{
  size_t w, max_pixels;
} canvases[] = { { 76, 0 }, { 75, 0 }, { 75, 40 * 40 } };

/* Rows @first ... @first + @n - 1, as the second kind of passes if @second.
 * Returns: (transfer full): [n, n_floats]
 */
static float *
predict_rows (const DmUnet *unet,
              gsize         number,
              size_t        first,
              size_t        n,
              bool          second,
              bool          alone,
              DmPool       *pool,
              size_t       *n_floats)
{
  DmCanvas          canvas;
  DmArena           arena;
  g_autofree float *x = NULL;
  float            *pred;

  dm_canvas_init (&canvas, unet, canvases[number].w, 50, DM_WRAP_X,
                  canvases[number].max_pixels);
  g_assert_true ((canvas.rows.whole && canvas.columns.whole) == (number == 0));
  dm_canvas_set_rows (&canvas, second ? 0 : n, second ? n : 0);
  canvas.alone = alone;
  reserve (&canvas, &arena, pool);

  *n_floats = canvas.n_floats;
  x = g_new (float, 2 * canvas.n_floats);
  pred = g_new (float, n *canvas.n_floats);
  dm_test_random (x, 2 * canvas.n_floats, 6);
  dm_test_random (pred, n * canvas.n_floats, 7); /* to be written over */
  dm_canvas_run (&canvas, pred,
                 &(DmCanvasPass){ .n_rows = n,
                                  .x = x,
                                  .source = row_source + first,
                                  .gain = GAIN,
                                  .logsnr = row_logsnr + first,
                                  .class_id = row_class + first,
                                  .scale = row_scale + first });
  tear_down (&canvas, &arena);

  return pred;
}

/* A row has the same bits whatever passes with it, and on any number of
 * threads; in windows and whole.
 */
static void
test_bits (void)
{
  g_autoptr (DmUnet) unet = make_unet ();

  for (gsize i = 0; i < G_N_ELEMENTS (canvases); i++)
    {
      size_t            n;
      g_autofree float *together =
          predict_rows (unet, i, 0, N_ROWS, false, false, NULL, &n);

      for (size_t row = 0; row < N_ROWS; row++)
        {
          DmPool           *pool = dm_pool_new (row + 1);
          g_autofree float *one =
              predict_rows (unet, i, row, 1, true, false, pool, &n);

          dm_assert_same (one, together + row * n, n);
          dm_pool_free (pool);
        }
    }
}

/* Rows that pass one after the other, for want of memory, have the bits that
 * they have together: each its own noise level, class, scale and picture.
 */
static void
test_alone (void)
{
  g_autoptr (DmUnet) unet = make_unet ();

  for (gsize i = 0; i < G_N_ELEMENTS (canvases); i++)
    {
      size_t            n;
      g_autofree float *together =
          predict_rows (unet, i, 0, N_ROWS, false, false, NULL, &n);
      g_autofree float *alone =
          predict_rows (unet, i, 0, N_ROWS, false, true, NULL, &n);

      dm_assert_same (alone, together, N_ROWS * n);
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
  DmArena  arena;

  dm_canvas_init (&small, unet, 60, 60, DM_WRAP_NONE, 0);
  dm_canvas_set_rows (&small, 1, 2);
  g_assert_false (small.alone);
  reserve (&small, &arena, pool);
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

  g_test_add_func ("/canvas-rows/bits", test_bits);
  g_test_add_func ("/canvas-rows/alone", test_alone);
  g_test_add_func ("/canvas-rows/memory", test_memory);

  return g_test_run ();
}
