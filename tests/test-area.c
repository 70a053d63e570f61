/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "check.h"
#include "image/area.h"

/* Fitting keeps the average, and at the same side changes nothing. */
static void
test_fit (void)
{
  static const size_t sides[] = { 1, 3, 7, 12, 31 };
  float               in[12 * 12 * 3], out[31 * 31 * 3];
  double              wanted[3] = { 0 };

  dm_test_random (in, G_N_ELEMENTS (in), 1);
  for (size_t i = 0; i < G_N_ELEMENTS (in); i++)
    wanted[i % 3] += in[i] / 144.0;

  for (size_t s = 0; s < G_N_ELEMENTS (sides); s++)
    {
      size_t n = sides[s] * sides[s];
      double found[3] = { 0 };

      dm_image_fit_square (out, sides[s], in, 12, 12, 3);
      for (size_t i = 0; i < 3 * n; i++)
        found[i % 3] += (double) out[i] / n;
      for (size_t c = 0; c < 3; c++)
        g_assert_cmpfloat_with_epsilon (found[c], wanted[c], 1e-5);
      if (sides[s] == 12)
        dm_assert_near (out, in, G_N_ELEMENTS (in), 1e-6);
    }
}

/* Of a picture that is not square the middle is taken. */
static void
test_fit_middle (void)
{
  float wide[4 * 10], tall[4 * 10], out[4];

  for (size_t y = 0; y < 4; y++)
    for (size_t x = 0; x < 10; x++)
      {
        wide[y * 10 + x] = tall[x * 4 + y] = x >= 3 && x < 7 ? 1.0f : -1.0f;
      }

  dm_image_fit_square (out, 2, wide, 10, 4, 1);
  dm_assert_near (out, (float[]){ 1, 1, 1, 1 }, 4, 1e-6);
  dm_image_fit_square (out, 2, tall, 4, 10, 1);
  dm_assert_near (out, (float[]){ 1, 1, 1, 1 }, 4, 1e-6);
}

/* A whole picture is fitted as its quarters are. */
static void
test_fit_whole (void)
{
  float in[6 * 9], out[2 * 3];

  dm_test_random (in, G_N_ELEMENTS (in), 2);
  dm_image_fit (out, 3, 2, in, 9, 6, 1);
  for (size_t i = 0; i < 6; i++)
    {
      float sum = 0.0f;

      for (size_t k = 0; k < 9; k++)
        sum += in[(i / 3 * 3 + k / 3) * 9 + i % 3 * 3 + k % 3];
      g_assert_cmpfloat_with_epsilon (out[i], sum / 9.0f, 1e-6);
    }
}

#define W 11
#define H 7
#define SIDE 4
#define PARTS 3

/* The same square with every pixel cut into PARTS x PARTS equal ones: if span
 * is SIDE * n / PARTS, each pixel of the crop is the mean of n x n whole ones.
 */
static double
average_parts (const guint8 *in, const DmSquare *square, size_t n, size_t at)
{
  size_t y = at / SIDE * n + PARTS * square->top;
  size_t x = at % SIDE * n + PARTS * square->left;
  double sum = 0.0;

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < n; j++)
      sum += in[(y + i) / PARTS % H * W + (x + j) / PARTS % W];

  return sum / (double) (n * n);
}

/* Crops are averages, of a picture that wraps wherever they lie; at scale 1
 * they are the picture's pixels.
 */
static void
test_crop (void)
{
  guint8 in[W * H];
  float  out[SIDE * SIDE];

  for (size_t i = 0; i < W * H; i++)
    in[i] = (guint8) (i * i * 37 + i);

  for (size_t n = 1; n <= 9; n++)
    for (size_t place = 0; place < W * H; place++)
      {
        DmSquare square = { place % W, place / W, (double) SIDE * n / PARTS,
                            TRUE };

        dm_image_crop (out, SIDE, &square, in, W, H, 1);
        for (size_t i = 0; i < SIDE * SIDE; i++)
          {
            double wanted = average_parts (in, &square, n, i);

            g_assert_cmpfloat_with_epsilon (out[i], wanted, 1e-3);
            if (n == PARTS)
              g_assert_cmpfloat (out[i], ==, (float) wanted);
          }
      }
}

/* A crop that does not wrap may reach each of the edges, not beyond. */
static void
test_crop_corner (void)
{
  g_autofree guint8 *in = g_malloc0 (3 * W * H); /* exactly: sanitizers see */
  float              out[SIDE * SIDE * 3];
  DmSquare           square = { W - 6, H - 6, 6.0, FALSE };

  for (size_t i = 0; i < 3 * W * H; i++)
    in[i] = (guint8) (i % 3 * 50);
  dm_image_crop (out, SIDE, &square, in, W, H, 3);
  for (size_t i = 0; i < SIDE * SIDE * 3; i++)
    g_assert_cmpfloat_with_epsilon (out[i], i % 3 * 50.0, 1e-4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/area/fit", test_fit);
  g_test_add_func ("/area/fit-middle", test_fit_middle);
  g_test_add_func ("/area/fit-whole", test_fit_whole);
  g_test_add_func ("/area/crop", test_crop);
  g_test_add_func ("/area/crop-corner", test_crop_corner);

  return g_test_run ();
}
