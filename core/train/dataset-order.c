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

/* Seeds of the orders within classes, one for each. */
static uint64_t
class_seed (uint64_t seed, size_t class_id)
{
  return seed + (class_id + 1) * UINT64_C (0x9E3779B97F4A7C15);
}

/* Classes take turns, in another order each round; within a class, an epoch is
 * a permutation as it is without balance.
 */
static size_t
choose_balanced (const DmDataset *self, uint64_t seed, uint64_t k)
{
  size_t n_used = 0, first = 0, class_id = 0, wanted;

  for (size_t i = 0; i < self->n_classes; i++)
    n_used += self->images_per_class[i] > 0;

  wanted = dm_dataset_order (n_used, seed, k);
  for (;; first += (size_t) self->images_per_class[class_id++])
    if (self->images_per_class[class_id] > 0 && wanted-- == 0)
      break;

  return self->by_class[first + dm_dataset_order (
                                    (size_t) self->images_per_class[class_id],
                                    class_seed (seed, class_id), k / n_used)];
}

/**
 * dm_dataset_choose:
 * @k: number of the picture in the run
 *
 * Returns: which picture comes k-th, 0 ... n_images - 1: each as often as any
 * other, or where the classes are balanced, as any other of its class.
 */
size_t
dm_dataset_choose (const DmDataset *self, uint64_t seed, uint64_t k)
{
  if (self->augment.balance)
    return choose_balanced (self, seed, k);

  return dm_dataset_order (self->n_images, seed, k);
}
