/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/dtype.h"

#include <math.h>
#include <string.h>

static const struct
{
  const char *name;
  gsize       size;
} dtypes[] = {
  [DM_DTYPE_F32] = { "F32", 4 },   [DM_DTYPE_F16] = { "F16", 2 },
  [DM_DTYPE_BF16] = { "BF16", 2 }, [DM_DTYPE_U8] = { "U8", 1 },
  [DM_DTYPE_I64] = { "I64", 8 },
};

/**
 * dm_dtype_get_size:
 *
 * Returns: bytes of one element.
 */
gsize
dm_dtype_get_size (DmDtype dtype)
{
  return dtypes[dtype].size;
}

/**
 * dm_dtype_get_name:
 *
 * Returns: (transfer none): its name in a .safetensors file.
 */
const char *
dm_dtype_get_name (DmDtype dtype)
{
  return dtypes[dtype].name;
}

/**
 * dm_dtype_from_name:
 * @dtype: (out): set if @name is known
 *
 * Returns: whether @name is known.
 */
gboolean
dm_dtype_from_name (DmDtype *dtype, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (dtypes); i++)
    if (strcmp (name, dtypes[i].name) == 0)
      {
        *dtype = (DmDtype) i;
        return TRUE;
      }

  return FALSE;
}

static guint32
bits_of (float x)
{
  guint32 bits;

  memcpy (&bits, &x, sizeof bits);

  return bits;
}

static float
float_of (guint32 bits)
{
  float x;

  memcpy (&x, &bits, sizeof x);

  return x;
}

/* Sign, 5 bits of exponent with bias 15, 10 of fraction. */
static float
from_f16 (guint16 half)
{
  guint32 sign = (guint32) (half & 0x8000) << 16;
  guint32 exponent = (half >> 10) & 31;
  guint32 fraction = half & 0x3ff;

  if (exponent == 0)
    return float_of (sign | bits_of (ldexpf ((float) fraction, -24)));
  if (exponent == 31)
    return float_of (sign | 0x7f800000 | fraction << 13);

  return float_of (sign | (exponent + 112) << 23 | fraction << 13);
}

/* Drops the lowest @n bits; half of what remains goes to the even neighbour. */
static guint32
round_bits (guint32 bits, guint n)
{
  guint32 odd = (bits >> n) & 1;

  return (bits + (1u << (n - 1)) - 1 + odd) >> n;
}

static guint16
to_f16 (float x)
{
  guint32 bits = bits_of (x);
  guint32 sign = (bits >> 16) & 0x8000;
  guint32 size = bits & 0x7fffffff;

  if (size > 0x7f800000)
    return (guint16) (sign | 0x7e00);
  if (size >= bits_of (65520.0f))
    return (guint16) (sign | 0x7c00);
  /* below 2^-14 the step is 2^-24, that of float32 at 0.5 */
  if (size < bits_of (0x1p-14f))
    return (guint16) (sign | (bits_of (fabsf (x) + 0.5f) - bits_of (0.5f)));

  return (guint16) (sign | round_bits (size - (112u << 23), 13));
}

static guint16
to_bf16 (float x)
{
  guint32 bits = bits_of (x);

  if ((bits & 0x7fffffff) > 0x7f800000)
    return (guint16) (bits >> 16 | 0x40);

  return (guint16) round_bits (bits, 16);
}

static guint16
read_u16 (const guint8 *at)
{
  return (guint16) (at[0] | at[1] << 8);
}

static float
read_f32 (const guint8 *at)
{
  guint32 bits;

  memcpy (&bits, at, sizeof bits);

  return float_of (GUINT32_FROM_LE (bits));
}

static float
read_i64 (const guint8 *at)
{
  gint64 value;

  memcpy (&value, at, sizeof value);

  return (float) GINT64_FROM_LE (value);
}

/**
 * dm_dtype_to_float:
 * @y: (out) [n]
 * @x: [n] of @dtype, little-endian, on any address
 */
void
dm_dtype_to_float (float *y, gconstpointer x, DmDtype dtype, gsize n)
{
  const guint8 *at = x;

  switch (dtype)
    {
    case DM_DTYPE_F32:
      for (gsize i = 0; i < n; i++)
        y[i] = read_f32 (at + 4 * i);
      break;
    case DM_DTYPE_F16:
      for (gsize i = 0; i < n; i++)
        y[i] = from_f16 (read_u16 (at + 2 * i));
      break;
    case DM_DTYPE_BF16:
      for (gsize i = 0; i < n; i++)
        y[i] = float_of ((guint32) read_u16 (at + 2 * i) << 16);
      break;
    case DM_DTYPE_U8:
      for (gsize i = 0; i < n; i++)
        y[i] = at[i];
      break;
    case DM_DTYPE_I64:
      for (gsize i = 0; i < n; i++)
        y[i] = read_i64 (at + 8 * i);
      break;
    }
}

/**
 * dm_dtype_from_float:
 * @y: (out) [n] of @dtype, little-endian
 * @x: [n]
 * @dtype: F32, F16 or BF16
 *
 * Rounds to the nearest, halves to even; what F16 cannot hold becomes infinite.
 */
void
dm_dtype_from_float (gpointer y, const float *x, DmDtype dtype, gsize n)
{
  guint16 *half = y;
  guint32 *whole = y;

  for (gsize i = 0; i < n; i++)
    if (dtype == DM_DTYPE_F32)
      whole[i] = GUINT32_TO_LE (bits_of (x[i]));
    else if (dtype == DM_DTYPE_F16)
      half[i] = GUINT16_TO_LE (to_f16 (x[i]));
    else
      half[i] = GUINT16_TO_LE (to_bf16 (x[i]));
}
