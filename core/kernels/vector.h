/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The widest vectors of the instruction set that this unit is compiled for, in
 * GCC's vector types, and the register tile that fills its registers.
 */
#if defined __AVX512F__
#define LANES 16
#define TILE_PIXELS 8
#define TILE_VECTORS 2
#elif defined __AVX2__
#define LANES 8
#define TILE_PIXELS 6
#define TILE_VECTORS 2
#else
#define LANES 4
#define TILE_PIXELS 4
#define TILE_VECTORS 2
#endif

#define BLOCK (LANES * TILE_VECTORS)

/* Unaligned on purpose: slices of channels start anywhere. */
typedef float Vec
    __attribute__ ((vector_size (LANES * 4), aligned (4), may_alias));
typedef int32_t VecInt __attribute__ ((vector_size (LANES * 4), may_alias));

#define INLINE static inline __attribute__ ((always_inline))

INLINE Vec
load (const float *x)
{
  return *(const Vec *) x;
}

INLINE void
store (float *y, Vec v)
{
  *(Vec *) y = v;
}

/* x - 0 is x, which the compiler knows; 0 + x is not, if x is -0. */
INLINE Vec
splat (float x)
{
  return x - (Vec){ 0 };
}

/* The first k < LANES lanes; the others are zero, or left alone. */
INLINE Vec
load_some (const float *x, size_t k)
{
  Vec v = { 0 };

  memcpy (&v, x, k * sizeof *x);

  return v;
}

INLINE void
store_some (float *y, Vec v, size_t k)
{
  memcpy (y, &v, k * sizeof *y);
}

/* Channels @first ... of @n, as many as a vector holds; zero beyond. */
INLINE Vec
load_channels (const float *x, size_t first, size_t n)
{
  if (first + LANES <= n)
    return load (x + first);

  return first < n ? load_some (x + first, n - first) : splat (0.0f);
}

INLINE void
store_channels (float *y, Vec v, size_t first, size_t n)
{
  if (first + LANES <= n)
    store (y + first, v);
  else if (first < n)
    store_some (y + first, v, n - first);
}

/* mask ? a : b, lane by lane */
INLINE Vec
select_lanes (VecInt mask, Vec a, Vec b)
{
  return (Vec) ((mask & (VecInt) a) | (~mask & (VecInt) b));
}

/* exp (x), to about one unit in the last place, for -87 <= x <= 88; beyond, the
 * value at the bound. x = n log 2 + r with |r| <= log (2) / 2, and a Taylor
 * polynomial for exp (r).
 */
INLINE Vec
vec_exp (Vec x)
{
  const Vec lowest = splat (-87.0f), highest = splat (88.0f);
  const Vec round = splat (12582912.0f); /* 1.5 * 2^23 */
  VecInt    exponent;
  Vec       n, r, p;

  x = select_lanes (x < lowest, lowest, x);
  x = select_lanes (x > highest, highest, x);
  n = (x * 1.44269504f + round) - round;
  r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;

  p = splat (1.0f / 5040.0f);
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;

  exponent = (__builtin_convertvector(n, VecInt) + 127) << 23;

  return p * (Vec) exponent;
}

/* 1 / (1 + exp (-x)) */
INLINE Vec
vec_sigmoid (Vec x)
{
  return 1.0f / (1.0f + vec_exp (-x));
}
