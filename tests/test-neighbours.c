/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "check.h"
#include "evaluate/neighbours.h"

/* On a line: 0, 1, 3, 7. */
static void
test_radii (void)
{
  static const float value[] = { 0, 1, 3, 7 };
  static const float first[] = { 1, 1, 4, 16 }, second[] = { 9, 4, 9, 36 };
  DmPoints           points = { value, 4, 1 };
  float              square[4];

  dm_neighbour_radii (square, &points, 1, NULL);
  dm_assert_same (square, first, 4);
  dm_neighbour_radii (square, &points, 2, NULL);
  dm_assert_same (square, second, 4);
}

/* Points at the edge of a radius are inside; those of a set cover itself. */
static void
test_coverage (void)
{
  static const float value[] = { 0, 1, 10, 12 }, other[] = { 2, 3, 8, 15 };
  DmPoints           manifold = { value, 4, 1 }, points = { other, 4, 1 };
  float              square[4];

  dm_neighbour_radii (square, &manifold, 1, NULL); /* 1, 1, 2, 2 */
  g_assert_cmpfloat (dm_neighbour_coverage (&points, &manifold, square, NULL),
                     ==, 0.5);
  g_assert_cmpfloat (dm_neighbour_coverage (&manifold, &manifold, square, NULL),
                     ==, 1.0);
}

/* Two clouds far apart cover nothing of each other; in many dimensions, with a
 * remainder beyond whole vectors, on several threads.
 */
static void
test_clouds (void)
{
  enum
  {
    N = 60,
    DIM = 13
  };
  g_autofree float *a = g_new (float, N *DIM);
  g_autofree float *b = g_new (float, N *DIM);
  float             one[N], three[N];
  DmPool           *pool = dm_pool_new (3);
  DmPoints          p = { a, N, DIM }, q = { b, N, DIM };

  dm_test_random (a, N * DIM, 1);
  dm_test_random (b, N * DIM, 2);
  dm_neighbour_radii (one, &p, 3, NULL);
  dm_neighbour_radii (three, &p, 3, pool);
  dm_assert_same (one, three, N);
  g_assert_cmpfloat (dm_neighbour_coverage (&q, &p, one, pool), >, 0.5);

  b[DIM - 1] += 100.0f; /* one coordinate of one point */
  for (size_t i = 1; i < N; i++)
    b[i * DIM] += 100.0f;
  g_assert_cmpfloat (dm_neighbour_coverage (&q, &p, one, pool), ==, 0.0);
  dm_pool_free (pool);
}

/* The nearest of points in a row, the first of two that are as near. */
static void
test_find (void)
{
  const float value[] = { 0, 0, 3, 0, 3, 0, 9, 1 };
  DmPoints    points = { value, 4, 2 };

  g_assert_cmpuint (dm_neighbour_find ((float[]){ 1, 1 }, &points), ==, 0);
  g_assert_cmpuint (dm_neighbour_find ((float[]){ 2, 0 }, &points), ==, 1);
  g_assert_cmpuint (dm_neighbour_find ((float[]){ 9, 9 }, &points), ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/neighbours/radii", test_radii);
  g_test_add_func ("/neighbours/coverage", test_coverage);
  g_test_add_func ("/neighbours/clouds", test_clouds);
  g_test_add_func ("/neighbours/find", test_find);

  return g_test_run ();
}
