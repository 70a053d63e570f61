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

/* Copies are found wherever they are, at distance 0; all black and all white
 * are as far apart as can be, also where the sum exceeds 32 bits.
 */
static void
test_pictures (void)
{
  enum
  {
    N_BYTES = 70000,
    N = 3,
    N_OTHERS = 5
  };
  g_autofree guint8 *pictures = g_malloc0 (N * N_BYTES);
  g_autofree guint8 *others = g_malloc0 (N_OTHERS * N_BYTES);
  double             distance[N];
  size_t             index[N];

  memset (others, 255, 4 * N_BYTES);
  for (size_t i = 0; i < N_BYTES; i++)
    {
      pictures[i] = (guint8) (i * 7);
      pictures[N_BYTES + i] = 3;
      others[2 * N_BYTES + i] = pictures[i];
    }

  dm_nearest_picture (distance, index, pictures, N, others, N_OTHERS, N_BYTES,
                      NULL);
  g_assert_cmpuint (index[0], ==, 2);
  g_assert_cmpfloat (distance[0], ==, 0.0);
  g_assert_cmpuint (index[1], ==, 4);
  g_assert_cmpfloat (distance[1], ==, 3.0);

  dm_nearest_picture (distance, index, pictures + 2 * N_BYTES, 1, others, 2,
                      N_BYTES, NULL);
  g_assert_cmpuint (index[0], ==, 0);
  g_assert_cmpfloat (distance[0], ==, 255.0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/neighbours/radii", test_radii);
  g_test_add_func ("/neighbours/coverage", test_coverage);
  g_test_add_func ("/neighbours/clouds", test_clouds);
  g_test_add_func ("/neighbours/pictures", test_pictures);

  return g_test_run ();
}
