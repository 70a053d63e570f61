/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "tensor/rng.h"

#define N 200000

/* Philox4x32-10 of the Random123 distribution's known answers. */
static void
test_known_answers (void)
{
  uint32_t x[4];

  dm_rng_bits (x, (DmRng){ 0, 0, 0 }, 0);
  g_assert_cmphex (x[0], ==, 0x6627e8d5);
  g_assert_cmphex (x[1], ==, 0xe169c58d);
  g_assert_cmphex (x[2], ==, 0xbc57ac4c);
  g_assert_cmphex (x[3], ==, 0x9b00dbd8);

  dm_rng_bits (x, (DmRng){ 0xffffffffffffffff, 0xffffffff, 0xffffffff },
               0xffffffffffffffff);
  g_assert_cmphex (x[0], ==, 0x408f276d);
  g_assert_cmphex (x[1], ==, 0x41c83b0e);
  g_assert_cmphex (x[2], ==, 0xa20bc7c6);
  g_assert_cmphex (x[3], ==, 0x6d5451fd);
}

/* Any split of a range draws the same numbers. */
static void
test_split (void)
{
  DmRng rng = { 7, DM_STREAM_TEST, 3 };
  float whole[101], parts[101];

  dm_rng_normal (whole, 101, rng, 5);
  for (size_t i = 0; i < 101; i += 7)
    dm_rng_normal (parts + i, MIN (7, 101 - i), rng, 5 + i);

  dm_assert_same (whole, parts, 101);
}

/* Mean, variance and fourth moment of a normal variable; the bounds are five
 * standard errors.
 */
static void
test_normal_moments (void)
{
  g_autofree float *x = g_new (float, N);
  double            m1 = 0.0, m2 = 0.0, m4 = 0.0;

  dm_rng_normal (x, N, (DmRng){ 1, DM_STREAM_TEST, 0 }, 0);
  for (size_t i = 0; i < N; i++)
    {
      double square = (double) x[i] * x[i];

      m1 += x[i] / N;
      m2 += square / N;
      m4 += square * square / N;
    }

  g_assert_cmpfloat_with_epsilon (m1, 0.0, 5.0 * sqrt (1.0 / N));
  g_assert_cmpfloat_with_epsilon (m2, 1.0, 5.0 * sqrt (2.0 / N));
  g_assert_cmpfloat_with_epsilon (m4, 3.0, 5.0 * sqrt (96.0 / N));
}

/* Uniform draws stay in [0, 1), bounded ones below their bound, and each value
 * of a small bound turns up about as often as the others.
 */
static void
test_ranges (void)
{
  g_autofree float *x = g_new (float, N);
  DmRng             rng = { 2, DM_STREAM_TEST, 0 };
  int               count[5] = { 0 };

  dm_rng_uniform (x, N, rng, 0);
  for (size_t i = 0; i < N; i++)
    g_assert_true (x[i] >= 0.0f && x[i] < 1.0f);

  for (size_t i = 0; i < N; i++)
    count[dm_rng_below (5, rng, i)]++;
  for (int k = 0; k < 5; k++)
    g_assert_cmpfloat_with_epsilon (count[k], N / 5.0, 5.0 * sqrt (N * 0.16));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/rng/known-answers", test_known_answers);
  g_test_add_func ("/rng/split", test_split);
  g_test_add_func ("/rng/normal-moments", test_normal_moments);
  g_test_add_func ("/rng/ranges", test_ranges);

  return g_test_run ();
}
