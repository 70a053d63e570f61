/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/rng.h"

#include <math.h>

/* 2^-24: a float holds 24 bits exactly, so a uniform draw is never 1. */
#define UNIFORM_STEP 0x1p-24f

static inline void
philox_round (uint32_t x[4], const uint32_t key[2])
{
  uint64_t a = (uint64_t) x[0] * 0xD2511F53u;
  uint64_t b = (uint64_t) x[2] * 0xCD9E8D57u;

  x[0] = (uint32_t) (b >> 32) ^ x[1] ^ key[0];
  x[1] = (uint32_t) b;
  x[2] = (uint32_t) (a >> 32) ^ x[3] ^ key[1];
  x[3] = (uint32_t) a;
}

/**
 * dm_rng_bits:
 * @x: (out) 128 random bits
 * @index: number of the block of 128 bits
 *
 * Philox4x32-10 with the seed as key and (index, sub, stream) as counter.
 *
 * Source: Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3".
 */
void
dm_rng_bits (uint32_t x[4], DmRng rng, uint64_t index)
{
  uint32_t key[2] = { (uint32_t) rng.seed, (uint32_t) (rng.seed >> 32) };

  x[0] = (uint32_t) index;
  x[1] = (uint32_t) (index >> 32);
  x[2] = rng.sub;
  x[3] = rng.stream;

  for (int round = 0; round < 10; round++)
    {
      philox_round (x, key);
      key[0] += 0x9E3779B9u;
      key[1] += 0xBB67AE85u;
    }
}

static inline float
to_uniform (uint32_t bits)
{
  return (float) (bits >> 8) * UNIFORM_STEP;
}

/* Four uniform draws. */
static void
uniform_block (float out[4], DmRng rng, uint64_t block)
{
  uint32_t bits[4];

  dm_rng_bits (bits, rng, block);
  for (int i = 0; i < 4; i++)
    out[i] = to_uniform (bits[i]);
}

/* Four normal draws. Source: Box & Muller 1958. */
static void
normal_block (float out[4], DmRng rng, uint64_t block)
{
  uint32_t bits[4];

  dm_rng_bits (bits, rng, block);
  for (int i = 0; i < 4; i += 2)
    {
      /* 1 - u lies in (0, 1], so that its logarithm is finite */
      float radius = sqrtf (-2.0f * logf (1.0f - to_uniform (bits[i])));
      float angle = 2.0f * (float) M_PI * to_uniform (bits[i + 1]);

      out[i] = radius * cosf (angle);
      out[i + 1] = radius * sinf (angle);
    }
}

/* x[i] is lane (index + i) % 4 of block (index + i) / 4. */
static void
fill (float   *x,
      size_t   n,
      DmRng    rng,
      uint64_t index,
      void (*draw) (float out[4], DmRng rng, uint64_t block))
{
  float  out[4];
  size_t i = 0;

  while (i < n)
    {
      draw (out, rng, (index + i) / 4);
      do
        {
          x[i] = out[(index + i) % 4];
          i++;
        }
      while (i < n && (index + i) % 4 != 0);
    }
}

/**
 * dm_rng_uniform:
 * @x: (out) [n], uniform in [0, 1)
 * @index: of the first draw; draws i and i + 1 are neighbours, so that any
 * split of a range gives the same numbers
 */
void
dm_rng_uniform (float *x, size_t n, DmRng rng, uint64_t index)
{
  fill (x, n, rng, index, uniform_block);
}

/**
 * dm_rng_normal:
 * @x: (out) [n], standard normal
 * @index: of the first draw, as in dm_rng_uniform()
 */
void
dm_rng_normal (float *x, size_t n, DmRng rng, uint64_t index)
{
  fill (x, n, rng, index, normal_block);
}

/**
 * dm_rng_below:
 * @bound: 1 or more
 *
 * Returns: a draw from 0 ... @bound - 1. Its bias, below @bound / 2^64, is
 * beyond measuring.
 */
uint64_t
dm_rng_below (uint64_t bound, DmRng rng, uint64_t index)
{
  uint32_t bits[4];

  dm_rng_bits (bits, rng, index);

  return (uint64_t) (((unsigned __int128) ((uint64_t) bits[1] << 32 | bits[0]) *
                      bound) >>
                     64);
}
