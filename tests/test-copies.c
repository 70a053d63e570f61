/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/copies.h"

#include <glib.h>

#include "check.h"
#include "tensor/rng.h"

/* --- on a line: distances are known --------------------------------------- */

static DmCopies
find (const float  *x,
      size_t        n,
      const float  *originals,
      const size_t *picture,
      size_t        n_originals)
{
  DmPoints    points = { x, n, 1 };
  DmOriginals all = { { originals, n_originals, 1 }, picture };
  DmCopies    copies;

  dm_copies_find (&copies, &points, NULL, &all, NULL);

  return copies;
}

/* A copy lies within a third of the way to the other picture. */
static void
test_line (void)
{
  const float  originals[] = { 0.0f, 10.0f };
  const size_t picture[] = { 0, 1 };
  const float  x[] = { 0.0f, 2.4f, 2.6f, 5.0f, 7.6f, 11.0f };
  const float  outside = -5.1f;
  DmCopies     copies = find (x, 6, originals, picture, 2);

  /* 0, 2.4, 7.6 and 11 */
  g_assert_cmpfloat_with_epsilon (copies.share, 4.0 / 6.0, 1e-12);
  /* of 0, 1, 2.4, 2.4, 2.6, 5 */
  g_assert_cmpfloat_with_epsilon (copies.distance, 2.4, 1e-6);

  copies = find (&outside, 1, originals, picture, 2);
  g_assert_cmpfloat_with_epsilon (copies.distance, 5.1, 1e-6);
  g_assert_cmpfloat (copies.share, ==, 0.0);
}

/* Draws of one picture are no other pictures, in whatever order they come. */
static void
test_draws (void)
{
  const float      x = 1.0f;
  const float      originals[] = { 0.5f, 10.0f, 0.0f };
  const size_t     one[] = { 0, 1, 0 }, apart[] = { 0, 1, 2 };
  static const int orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                    { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

  for (int i = 0; i < 6; i++)
    {
      float  shuffled[3];
      size_t picture[3], others[3];

      for (int k = 0; k < 3; k++)
        {
          shuffled[k] = originals[orders[i][k]];
          picture[k] = one[orders[i][k]];
          others[k] = apart[orders[i][k]];
        }

      g_assert_cmpfloat (find (&x, 1, shuffled, picture, 3).share, ==, 1.0);
      g_assert_cmpfloat (find (&x, 1, shuffled, others, 3).share, ==, 0.0);
    }
}

/* A picture that is held out is compared with the others only. */
static void
test_own (void)
{
  const float       originals[] = { 0.0f, 0.1f, 1.0f, 10.0f };
  const size_t      picture[] = { 5, 5, 7, 9 }, own[] = { 5, 9 };
  const float       x[] = { 0.0f, 9.0f };
  const DmPoints    points = { x, 2, 1 };
  const DmOriginals all = { { originals, 4, 1 }, picture };
  DmCopies          copies;

  /* 0 lies 1 from picture 7, 10 from 9; 9 lies 8 from 7, 8.9 from 5 */
  dm_copies_find (&copies, &points, own, &all, NULL);
  g_assert_cmpfloat (copies.share, ==, 0.5);
  g_assert_cmpfloat_with_epsilon (copies.distance, 4.5, 1e-6);
}

/* --- in space ------------------------------------------------------------- */

#define DIM 8
#define N 400

/* Points drawn as the originals are copies as seldom as 3^-DIM; originals with
 * a little noise are all copies; on any number of threads.
 */
static void
test_space (void)
{
  g_autofree float  *originals = g_new (float, N *DIM);
  g_autofree float  *anew = g_new (float, N *DIM);
  g_autofree float  *copies = g_new (float, N *DIM);
  g_autofree size_t *picture = g_new (size_t, N);
  DmOriginals        all = { { originals, N, DIM }, picture };
  DmPool            *pool = dm_pool_new (3);
  DmRng              rng = { 1, DM_STREAM_TEST, 0 };

  dm_rng_normal (originals, N * DIM, rng, 0);
  dm_rng_normal (anew, N * DIM, rng, N * DIM);
  dm_rng_normal (copies, N * DIM, rng, 2 * N * DIM);
  for (size_t i = 0; i < N * DIM; i++)
    copies[i] = originals[i] + 0.02f * copies[i];
  for (size_t i = 0; i < N; i++)
    picture[i] = i;

  for (int i = 0; i < 2; i++)
    {
      DmPoints points = { i == 0 ? anew : copies, N, DIM };
      DmCopies one, three;

      dm_copies_find (&one, &points, NULL, &all, NULL);
      dm_copies_find (&three, &points, NULL, &all, pool);
      g_assert_cmpfloat (one.share, ==, three.share);
      g_assert_cmpfloat (one.distance, ==, three.distance);
      if (i == 0)
        g_assert_cmpfloat (one.share, <=, 1.0 / N);
      else
        g_assert_cmpfloat (one.share, >=, 0.99);
    }

  dm_pool_free (pool);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/copies/line", test_line);
  g_test_add_func ("/copies/draws", test_draws);
  g_test_add_func ("/copies/own", test_own);
  g_test_add_func ("/copies/space", test_space);

  return g_test_run ();
}
