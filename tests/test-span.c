/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "generate/span.h"

static const DmSight sight = { .native = 64, .stride = 8 };

/* The weights of all windows add up to 1 at every pixel of the axis, none is
 * negative, and none counts near the end of its window unless the picture ends
 * there too.
 */
static void
check_weights (const DmSpan *span)
{
  g_autofree double *sum = g_new0 (double, span->n);
  g_autofree float  *weights = g_new (float, span->size);
  size_t             spare = span->margin - span->ramp / 2;

  for (size_t k = 0; k < span->n_windows; k++)
    {
      dm_span_fill_weights (span, weights, k);
      for (size_t i = 0; i < span->size; i++)
        {
          size_t at = dm_span_get_pixel (span, k, i);
          size_t edge = MIN (i, span->size - 1 - i);
          bool   outside = span->wrap || (at >= spare && at + spare < span->n);

          g_assert_cmpuint (at, <, span->n);
          g_assert_true (weights[i] >= 0.0f);
          if (!span->whole && outside && edge < spare)
            g_assert_true (weights[i] == 0.0f);
          sum[at] += weights[i];
        }
    }

  for (size_t i = 0; i < span->n; i++)
    g_assert_cmpfloat_with_epsilon (sum[i], 1.0, 1e-6);
}

static void
test_weights (void)
{
  static const size_t sides[] = { 1,   5,   8,    63,   64,  65,
                                  200, 256, 1000, 1024, 4096 };

  for (gsize i = 0; i < G_N_ELEMENTS (sides); i++)
    for (int wrap = 0; wrap < 2; wrap++)
      for (size_t n_windows = 1; n_windows < 20; n_windows++)
        {
          DmSpan span;

          if ((!wrap && sides[i] % sight.stride != 0) ||
              !dm_span_init (&span, sides[i], wrap, sight, n_windows))
            continue;

          g_assert_cmpuint (span.size % sight.stride, ==, 0);
          check_weights (&span);
        }
}

/* Neighbouring weights differ by little: no edge of a window is to be seen. */
static void
test_smooth (void)
{
  DmSpan            span;
  g_autofree float *weights = NULL;

  g_assert_true (dm_span_init (&span, 2048, false, sight, 3));
  weights = g_new (float, span.size);
  for (size_t k = 0; k < 3; k++)
    {
      dm_span_fill_weights (&span, weights, k);
      for (size_t i = 1; i < span.size; i++)
        g_assert_cmpfloat (fabsf (weights[i] - weights[i - 1]), <, 0.05);
    }
}

/* Windows of an axis whose length is a multiple of the stride see the picture
 * in step with each other: they begin at multiples of it.
 */
static void
test_in_step (void)
{
  for (int wrap = 0; wrap < 2; wrap++)
    {
      DmSpan span;

      g_assert_true (dm_span_init (&span, 2056, wrap, sight, 3));
      for (size_t k = 0; k < 3; k++)
        g_assert_cmpuint (dm_span_get_pixel (&span, k, 0) % 8, ==, 0);
    }
}

/* Whole where it can be, and otherwise in few windows that are small enough. */
static void
test_choice (void)
{
  DmSpan rows, columns;

  dm_span_choose (&rows, &columns, 512, 1024, false, true, sight, 1 << 20);
  g_assert_true (rows.whole && columns.whole);

  dm_span_choose (&rows, &columns, 512, 1020, false, true, sight, 1 << 20);
  g_assert_true (rows.whole && !columns.whole);
  g_assert_cmpuint (columns.n_windows, ==, 1);

  dm_span_choose (&rows, &columns, 2048, 2048, false, false, sight, 1200000);
  g_assert_cmpuint (rows.size * columns.size, <=, 1200000);
  g_assert_cmpuint (rows.n_windows * columns.n_windows, <=, 6);

  /* nothing is so small: the smallest that there is */
  dm_span_choose (&rows, &columns, 512, 512, false, false, sight, 1);
  g_assert_cmpuint (rows.size, <, 256);
  g_assert_cmpuint (columns.size, <, 256);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/span/weights", test_weights);
  g_test_add_func ("/span/smooth", test_smooth);
  g_test_add_func ("/span/in-step", test_in_step);
  g_test_add_func ("/span/choice", test_choice);

  return g_test_run ();
}
