/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "check.h"
#include "train/sides.h"
#include "train-case.h"

/* How a picture is made from random numbers, and from its class. */
typedef float (*Paint) (float noise, size_t x, size_t i, int class_id);

static float
noise_alone (float noise, size_t x, size_t i, int class_id)
{
  (void) x;
  (void) i;
  (void) class_id;

  return 128.0f + 30.0f * noise;
}

static float
left_is_light (float noise, size_t x, size_t i, int class_id)
{
  (void) i;
  (void) class_id;

  return 128.0f + 30.0f * noise + (x < SIDE / 2 ? 40.0f : -40.0f);
}

/* All together they have no sides, but the classes have. */
static float
class_is_light (float noise, size_t x, size_t i, int class_id)
{
  return left_is_light (noise, class_id == 0 ? x : SIDE - 1 - x, i, 0);
}

/* Every second picture of a class is the other way round. */
static float
either_is_light (float noise, size_t x, size_t i, int class_id)
{
  (void) class_id;

  return left_is_light (noise, i / 2 % 2 == 0 ? x : SIDE - 1 - x, i, 0);
}

static float
upper_half (float noise, size_t x, size_t i, int class_id)
{
  (void) noise;
  (void) x;
  (void) i;

  return class_id == 0 ? 250.0f : 10.0f;
}

static double
measure (Paint paint)
{
  g_autoptr (DmDataset) set = new_dataset ();
  size_t            n = set->n_bytes;
  g_autofree float *noise = g_new (float, n);

  dm_test_random (noise, n, 0);
  for (size_t k = 0; k < n; k++)
    {
      size_t i = k / (SIDE * SIDE);
      float  value = paint (noise[k], k % SIDE, i, set->class_id[i]);

      set->pixels[k] = (guint8) CLAMP (value, 0.0f, 255.0f);
    }

  return dm_sides_measure (set);
}

/* Where mirrored pictures would be as likely, whatever chance does to few. */
static void
test_without_sides (void)
{
  g_assert_cmpfloat (measure (noise_alone), <, 0.01);
  g_assert_cmpfloat (measure (either_is_light), <, 0.05);
  g_assert_cmpfloat (measure (upper_half), ==, 0.0);
}

/* The mean difference is 80, and there is noise of 30 on both sides: a share of
 * 6400 / (6400 + 1800).
 */
static void
test_with_sides (void)
{
  g_assert_cmpfloat (fabs (measure (left_is_light) - 0.78), <, 0.03);
  g_assert_cmpfloat (fabs (measure (class_is_light) - 0.78), <, 0.03);
}

static void
test_verdict (void)
{
  g_assert_true (dm_sides_are_alike (0.0));
  g_assert_true (dm_sides_are_alike (0.014));
  g_assert_false (dm_sides_are_alike (0.09));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sides/without", test_without_sides);
  g_test_add_func ("/sides/with", test_with_sides);
  g_test_add_func ("/sides/verdict", test_verdict);

  return g_test_run ();
}
