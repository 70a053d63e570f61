/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>

#include "tensor/rng.h"
#include "train/dataset.h"

#define N_ROUNDS 4

/* A bijection of [0, 4^half_bits): a Feistel network whose round function is
 * the random number generator.
 *
 * Source: Luby & Rackoff 1988, "How to construct pseudorandom permutations".
 */
static uint64_t
permute (uint64_t x, unsigned half_bits, DmRng rng)
{
  uint64_t mask = ((uint64_t) 1 << half_bits) - 1;
  uint64_t left = x >> half_bits, right = x & mask;

  for (uint64_t round = 0; round < N_ROUNDS; round++)
    {
      uint32_t bits[4];
      uint64_t kept = right;

      dm_rng_bits (bits, rng, right << 8 | round);
      right = left ^ (((uint64_t) bits[1] << 32 | bits[0]) & mask);
      left = kept;
    }

  return left << half_bits | right;
}

/**
 * dm_dataset_order:
 * @n: pictures of an epoch
 * @k: number of the picture in the run
 *
 * Each epoch is a permutation of its own, walked without being stored: what
 * the bijection sends outside of [0, n) is sent on until it falls inside.
 *
 * Returns: which picture comes k-th, 0 ... n - 1.
 */
size_t
dm_dataset_order (size_t n, uint64_t seed, uint64_t k)
{
  DmRng    rng = { seed, DM_STREAM_SHUFFLE, (uint32_t) (k / n) };
  uint64_t x = k % n;
  unsigned half_bits = 1;

  while ((uint64_t) 1 << 2 * half_bits < n)
    half_bits++;

  do
    x = permute (x, half_bits, rng);
  while (x >= n);

  return x;
}

/* Left and right exchanged. */
static void
mirror_picture (float *x, size_t side, size_t channels)
{
  for (size_t y = 0; y < side; y++)
    {
      float *row = x + y * side * channels;

      for (size_t i = 0; i < side / 2; i++)
        for (size_t c = 0; c < channels; c++)
          {
            float *a = row + i * channels + c;
            float *b = row + (side - 1 - i) * channels + c;
            float  kept = *a;

            *a = *b;
            *b = kept;
          }
    }
}

/**
 * dm_dataset_get:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @i: picture 0 ... n_images + n_held_out - 1
 *
 * Returns: its class.
 */
int
dm_dataset_get (const DmDataset *self, float *x0, size_t i)
{
  size_t        n = self->side * self->side * self->channels;
  const guint8 *pixels = self->pixels + i * n;

  for (size_t j = 0; j < n; j++)
    x0[j] = (float) pixels[j] / 127.5f - 1.0f;

  return self->class_id[i];
}

/**
 * dm_dataset_draw:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @mirror: half of the pictures are mirrored
 * @k: number of the picture in the run
 *
 * Returns: its class.
 */
int
dm_dataset_draw (const DmDataset *self,
                 float           *x0,
                 gboolean         mirror,
                 uint64_t         seed,
                 uint64_t         k)
{
  size_t i = dm_dataset_order (self->n_images, seed, k);
  int    class_id = dm_dataset_get (self, x0, i);

  if (mirror && dm_rng_below (2, (DmRng){ seed, DM_STREAM_AUGMENT, 0 }, k) == 1)
    mirror_picture (x0, self->side, self->channels);

  return class_id;
}
