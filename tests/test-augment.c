/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "train/augment.h"

#define SIDE 5

static void
test_names (void)
{
  for (int i = 0; i < DM_N_CROPS; i++)
    {
      DmCrop crop = DM_N_CROPS;

      g_assert_true (dm_crop_from_name (&crop, dm_crop_get_name ((DmCrop) i)));
      g_assert_cmpint (crop, ==, i);
    }
  g_assert_false (dm_crop_from_name (&(DmCrop){ 0 }, "centre"));
}

/* Scales are within their range and as often below its geometric mean as above;
 * places are everywhere; all are functions of (seed, k).
 */
static void
test_wrap (void)
{
  const DmAugment augment = { .crop = DM_CROP_WRAP,
                              .scale_min = 0.25,
                              .scale_max = 1.0 };
  int             n_small = 0, n_left = 0, n_top = 0, n_same = 0;

  for (uint64_t k = 0; k < 2000; k++)
    {
      double   scale, again;
      DmSquare a = dm_augment_draw_square (&augment, &scale, 8, 40, 30, 7, k);
      DmSquare b = dm_augment_draw_square (&augment, &again, 8, 40, 30, 7, k);
      DmSquare c = dm_augment_draw_square (&augment, &again, 8, 40, 30, 8, k);

      g_assert_true (a.left == b.left && a.top == b.top && a.span == b.span);
      g_assert_true (a.wraps && a.left < 40 && a.top < 30);
      g_assert_cmpfloat (scale, >=, 0.25);
      g_assert_cmpfloat (scale, <=, 1.0);
      g_assert_cmpfloat_with_epsilon (a.span * scale, 8.0, 1e-9);
      n_small += scale < 0.5;
      n_left += a.left < 20;
      n_top += a.top < 15;
      n_same += a.left == c.left && a.top == c.top;
    }
  /* five deviations of a fair coin */
  g_assert_cmpint (ABS (n_small - 1000), <, 112);
  g_assert_cmpint (ABS (n_left - 1000), <, 112);
  g_assert_cmpint (ABS (n_top - 1000), <, 112);
  g_assert_cmpint (n_same, <, 20);
}

/* Without a range crops are at scale 1; within a picture they reach both edges
 * and stay inside, and cover no more than it has.
 */
static void
test_random (void)
{
  DmAugment augment = { .crop = DM_CROP_RANDOM };
  size_t    largest = 0, smallest = 100;
  double    scale;
  DmSquare  square;

  for (uint64_t k = 0; k < 500; k++)
    {
      square = dm_augment_draw_square (&augment, &scale, 8, 12, 30, 1, k);
      g_assert_cmpfloat (scale, ==, 1.0);
      g_assert_true (!square.wraps && square.left <= 4 && square.top <= 22);
      largest = MAX (largest, square.left);
      smallest = MIN (smallest, square.left);
    }
  g_assert_cmpuint (largest, ==, 4);
  g_assert_cmpuint (smallest, ==, 0);

  augment.scale_min = augment.scale_max = 0.25;
  square = dm_augment_draw_square (&augment, &scale, 8, 12, 30, 1, 0);
  g_assert_cmpfloat (square.span, ==, 12.0);
  g_assert_cmpfloat_with_epsilon (scale, 8.0 / 12.0, 1e-9);
  g_assert_cmpuint (square.left, ==, 0);
}

/* A quarter turn takes the left column up, to the right; four are none. */
static void
test_turn (void)
{
  float before[SIDE * SIDE * 3], after[SIDE * SIDE * 3];

  dm_test_random (before, G_N_ELEMENTS (before), 1);
  for (int turns = 0; turns <= 4; turns++)
    {
      for (size_t i = 0; i < G_N_ELEMENTS (before); i++)
        after[i] = before[i];
      dm_augment_turn (after, SIDE, 3, turns);
      if (turns % 4 == 0)
        dm_assert_same (after, before, G_N_ELEMENTS (before));
      if (turns == 1)
        for (size_t y = 0; y < SIDE; y++)
          for (size_t x = 0; x < SIDE; x++)
            g_assert_cmpfloat (after[(x * SIDE + SIDE - 1 - y) * 3 + 1], ==,
                               before[(y * SIDE + x) * 3 + 1]);
    }
  dm_augment_mirror (after, SIDE, 3);
  g_assert_cmpfloat (after[3], ==, before[3 * (SIDE - 2)]);
}

/* What draws otherwise reads otherwise; the middle of a picture is silent, so
 * that states of earlier runs go on.
 */
static void
test_describe (void)
{
  const DmAugment augments[] = {
    { .crop = DM_CROP_WRAP },
    { .crop = DM_CROP_RANDOM },
    { .crop = DM_CROP_WRAP, .scale_min = 0.5, .scale_max = 1.0 },
    { .balance = TRUE },
    { .colour_jitter = 0.25 },
    { .colour_jitter = 0.5 },
  };
  g_autofree char *none = dm_augment_describe (&(DmAugment){ .mirror = TRUE });

  g_assert_cmpstr (none, ==, "");
  for (size_t i = 0; i < G_N_ELEMENTS (augments); i++)
    for (size_t j = 0; j < i; j++)
      {
        g_autofree char *a = dm_augment_describe (&augments[i]);
        g_autofree char *b = dm_augment_describe (&augments[j]);

        g_assert_cmpstr (a, !=, b);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/augment/names", test_names);
  g_test_add_func ("/augment/wrap", test_wrap);
  g_test_add_func ("/augment/random", test_random);
  g_test_add_func ("/augment/turn", test_turn);
  g_test_add_func ("/augment/describe", test_describe);

  return g_test_run ();
}
