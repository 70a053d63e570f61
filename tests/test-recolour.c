/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "train/recolour.h"

#define N_DRAWN 2000
#define N_PIXELS 50

static const DmRecolour none = { 0.0f, 1.0f, 1.0f, 0.0f };

/* Each change goes to both sides alike, as far as it may, apart from the others
 * and from those of other pictures.
 */
static void
test_draw (void)
{
  double largest[4] = { 0.0 }, sum[4] = { 0.0 }, last[4] = { 0.0 };
  double products = 0.0, products_next = 0.0;

  for (uint64_t k = 0; k < N_DRAWN; k++)
    {
      DmRecolour a;

      dm_recolour_draw (&a, 0.4f, 5, k);
      const double x[4] = { 2.0 * (double) a.brightness,
                            log ((double) a.contrast),
                            log ((double) a.saturation), 2.0 * (double) a.hue };

      for (int i = 0; i < 4; i++)
        {
          largest[i] = fmax (largest[i], fabs (x[i]));
          sum[i] += x[i];
          products_next += last[(i + 1) % 4] * x[i];
        }
      products += x[0] * x[1] + x[1] * x[2] + x[2] * x[3] + x[3] * x[0];
      memcpy (last, x, sizeof last);
    }

  /* five deviations of a mean, and of one of four products */
  for (int i = 0; i < 4; i++)
    {
      g_assert_cmpfloat (largest[i], <=, 0.4 + 1e-6);
      g_assert_cmpfloat (largest[i], >, 0.39);
      g_assert_cmpfloat (fabs (sum[i] / N_DRAWN), <, 0.026);
    }
  g_assert_cmpfloat (fabs (products / N_DRAWN), <, 0.012);
  g_assert_cmpfloat (fabs (products_next / N_DRAWN), <, 0.012);
}

/* The same for the same seed and number only; nothing where there is none. */
static void
test_seed (void)
{
  DmRecolour a, b, other;

  dm_recolour_draw (&a, 0.4f, 5, 17);
  dm_recolour_draw (&b, 0.4f, 5, 17);
  g_assert_true (a.brightness == b.brightness && a.contrast == b.contrast &&
                 a.saturation == b.saturation && a.hue == b.hue);
  dm_recolour_draw (&other, 0.4f, 6, 17);
  g_assert_true (a.hue != other.hue);
  dm_recolour_draw (&other, 0.4f, 5, 18);
  g_assert_true (a.hue != other.hue);

  dm_recolour_draw (&a, 0.0f, 5, 17);
  g_assert_true (a.brightness == none.brightness &&
                 a.contrast == none.contrast &&
                 a.saturation == none.saturation && a.hue == none.hue);
}

static void
fill (float x[N_PIXELS * 3])
{
  dm_test_random (x, N_PIXELS * 3, 1);
  for (int i = 0; i < N_PIXELS * 3; i++)
    x[i] = 0.5f * tanhf (x[i]);
}

/* By a third of a circle red becomes green, green blue and blue red; by less,
 * how light and how far from grey a pixel is stays as it was.
 */
static void
test_hue (void)
{
  float      before[N_PIXELS * 3], after[N_PIXELS * 3];
  DmRecolour third = none, little = none;

  third.hue = (float) (2.0 * G_PI / 3.0);
  little.hue = 0.3f;
  fill (before);
  fill (after);
  dm_recolour_apply (&third, after, N_PIXELS, 3);
  for (int i = 0; i < N_PIXELS; i++)
    for (int c = 0; c < 3; c++)
      g_assert_cmpfloat_with_epsilon (after[3 * i + (c + 1) % 3],
                                      before[3 * i + c], 1e-5);

  fill (after);
  dm_recolour_apply (&little, after, N_PIXELS, 3);
  for (int i = 0; i < N_PIXELS; i++)
    {
      const float *a = after + 3 * i, *b = before + 3 * i;

      g_assert_cmpfloat_with_epsilon (a[0] + a[1] + a[2], b[0] + b[1] + b[2],
                                      1e-5);
      g_assert_cmpfloat_with_epsilon (hypotf (hypotf (a[0], a[1]), a[2]),
                                      hypotf (hypotf (b[0], b[1]), b[2]), 1e-5);
    }
}

/* Each by hand, for one pixel; all in the order of the colour's parts. */
static void
test_others (void)
{
  const float want[][3] = { { 0.3f, 0.0f, 0.6f },
                            { 0.4f, -0.2f, 1.0f },
                            { 0.2f, -0.4f, 0.8f },
                            { 0.5f, -0.7f, 1.0f } };
  DmRecolour  change[] = { none, none, none, { 0.1f, 2.0f, 2.0f, 0.0f } };

  change[0].brightness = 0.1f;
  change[1].contrast = 2.0f;
  change[2].saturation = 2.0f;
  for (size_t i = 0; i < G_N_ELEMENTS (change); i++)
    {
      float x[3] = { 0.2f, -0.1f, 0.5f };

      dm_recolour_apply (&change[i], x, 1, 3);
      dm_assert_near (x, want[i], 3, 1e-6);
    }
}

/* Greys have no hue, and what is not coloured is never so. */
static void
test_grey (void)
{
  const DmRecolour change = { -0.25f, 1.5f, 3.0f, 1.0f };
  float            grey[] = { 0.5f, 0.9f, -0.9f };
  float            colour[] = { 0.5f, 0.5f, 0.5f };
  const float      want[] = { 0.5f, 1.0f, -1.0f };

  dm_recolour_apply (&change, grey, 3, 1);
  dm_assert_near (grey, want, 3, 1e-6);
  dm_recolour_apply (&change, colour, 1, 3);
  for (int c = 0; c < 3; c++)
    g_assert_cmpfloat_with_epsilon (colour[c], 0.5, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/recolour/draw", test_draw);
  g_test_add_func ("/recolour/seed", test_seed);
  g_test_add_func ("/recolour/hue", test_hue);
  g_test_add_func ("/recolour/others", test_others);
  g_test_add_func ("/recolour/grey", test_grey);

  return g_test_run ();
}
