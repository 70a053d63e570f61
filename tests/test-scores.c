/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "evaluate/scores.h"

/* Sure of each picture, and all classes alike: the number of classes. */
static void
test_sure (void)
{
  static const float p[] = { 1, 0, 0, 0, 1, 0, 0, 0, 1,
                             0, 1, 0, 1, 0, 0, 0, 0, 1 };

  g_assert_cmpfloat_with_epsilon (dm_inception_score (p, 6, 3), 3.0, 1e-12);
}

/* All pictures alike: 1, whatever is said of them. */
static void
test_alike (void)
{
  static const float p[] = { 0.5f, 0.25f, 0.25f, 0.5f, 0.25f, 0.25f };

  g_assert_cmpfloat_with_epsilon (dm_inception_score (p, 2, 3), 1.0, 1e-12);
}

/* Two classes, each picture a with 1 - a: log 2 less the entropy of a. */
static void
test_unsure (void)
{
  static const float p[] = { 0.75f, 0.25f, 0.25f, 0.75f };
  double             entropy = -0.75 * log (0.75) - 0.25 * log (0.25);

  g_assert_cmpfloat_with_epsilon (dm_inception_score (p, 2, 2),
                                  exp (log (2.0) - entropy), 1e-12);
}

/* Of unequal numbers: two pictures of one class, one of the other. */
static void
test_unequal (void)
{
  static const float p[] = { 1, 0, 1, 0, 0, 1 };
  double             kl = 2.0 / 3.0 * log (1.5) + 1.0 / 3.0 * log (3.0);

  g_assert_cmpfloat_with_epsilon (dm_inception_score (p, 3, 2), exp (kl),
                                  1e-12);
}

static void
test_accuracy (void)
{
  static const float p[] = { 0.2f, 0.5f, 0.3f, 0.6f, 0.1f, 0.3f,
                             0.1f, 0.1f, 0.8f, 0.4f, 0.3f, 0.3f };
  static const int   class_id[] = { 1, 0, 1, 2 };

  g_assert_cmpfloat (dm_class_accuracy (p, class_id, 4, 3), ==, 0.5);
  g_assert_cmpfloat (dm_class_accuracy (p, class_id, 2, 3), ==, 1.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/scores/sure", test_sure);
  g_test_add_func ("/scores/alike", test_alike);
  g_test_add_func ("/scores/unsure", test_unsure);
  g_test_add_func ("/scores/unequal", test_unequal);
  g_test_add_func ("/scores/accuracy", test_accuracy);

  return g_test_run ();
}
