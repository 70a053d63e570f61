/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "model/dtype.h"

static float
decode (guint16 half, DmDtype dtype)
{
  guint16 little = GUINT16_TO_LE (half);
  float   y;

  dm_dtype_to_float (&y, &little, dtype, 1);

  return y;
}

static guint16
encode (float x, DmDtype dtype)
{
  guint16 half;

  dm_dtype_from_float (&half, &x, dtype, 1);

  return GUINT16_FROM_LE (half);
}

/* All halves survive; between two neighbours the nearer is taken, half way the
 * even one; beyond the largest comes infinity.
 */
static void
check_rounding (DmDtype dtype, guint16 infinity)
{
  for (guint h = 0; h < infinity; h++)
    {
      float   here = decode ((guint16) h, dtype);
      float   next = decode ((guint16) (h + 1), dtype);
      float   middle;
      guint16 even = (guint16) (h + (h & 1));

      /* where infinity begins, as if the exponents went on */
      if (isinf (next))
        next = 2 * here - decode ((guint16) (h - 1), dtype);
      middle = 0.5f * here + 0.5f * next;

      g_assert_cmpuint (encode (here, dtype), ==, h);
      g_assert_cmpuint (encode (-here, dtype), ==, h | 0x8000);
      if (isinf (middle))
        continue;
      g_assert_cmpuint (encode (middle, dtype), ==, even);
      g_assert_cmpuint (encode (nextafterf (middle, 0.0f), dtype), ==, h);
      g_assert_cmpuint (encode (nextafterf (middle, INFINITY), dtype), ==,
                        h + 1);
    }

  g_assert_cmpuint (encode (INFINITY, dtype), ==, infinity);
  g_assert_cmpuint (encode (-INFINITY, dtype), ==, infinity | 0x8000);
  g_assert_true (isnan (decode (encode (NAN, dtype), dtype)));
}

static void
test_rounding (void)
{
  check_rounding (DM_DTYPE_F16, 0x7c00);
  check_rounding (DM_DTYPE_BF16, 0x7f80);
  g_assert_true (decode (0x3555, DM_DTYPE_F16) == 0.333251953125f);
  g_assert_true (decode (0x0001, DM_DTYPE_F16) == 0x1p-24f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/dtype/rounding", test_rounding);

  return g_test_run ();
}
