/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/packs.h"

#include <glib.h>
#include <math.h>

/* What the packs of one kind take, by the shapes of the network alone. */
static size_t
weigh (const DmPacks *self, bool transposed)
{
  size_t bytes = 0;

  for (size_t i = 0; i < self->n_packs; i++)
    {
      const DmPack *pack = &self->list[i];

      if (pack->transposed != transposed)
        continue;

      bytes += pack->conv != NULL ?
                   dm_conv3x3_weigh (pack->conv->algorithm, &pack->shape) :
                   pack->matmul->c_in * pack->matmul->c_out * sizeof (float);
    }

  return bytes;
}

/* Seconds that are lost for each byte that is won, if @pack goes over to
 * @algorithm; infinite if nothing is won.
 */
static double
get_price (const DmPack *pack, DmConvAlgorithm algorithm)
{
  DmConvAlgorithm now = pack->conv->algorithm;
  size_t          before = dm_conv3x3_weigh (now, &pack->shape);
  size_t          after = dm_conv3x3_weigh (algorithm, &pack->shape);

  if (after >= before)
    return INFINITY;

  return (dm_conv3x3_estimate (algorithm, &pack->shape) -
          dm_conv3x3_estimate (now, &pack->shape)) /
         (double) (before - after);
}

/* The cheapest way to a smaller pack. Returns: whether there is one. */
static bool
shrink (DmPacks *self, bool transposed)
{
  static const DmConvAlgorithm algorithms[] = { DM_CONV_F2, DM_CONV_DIRECT };
  DmConvWeights               *best = NULL;
  DmConvAlgorithm              smaller = DM_CONV_DIRECT;
  double                       lowest = INFINITY;

  for (size_t i = 0; i < self->n_packs; i++)
    for (size_t j = 0; j < G_N_ELEMENTS (algorithms); j++)
      {
        const DmPack *pack = &self->list[i];
        double        price;

        if (pack->conv == NULL || pack->transposed != transposed)
          continue;

        price = get_price (pack, algorithms[j]);
        if (price < lowest)
          {
            lowest = price;
            best = pack->conv;
            smaller = algorithms[j];
          }
      }

  if (best != NULL)
    best->algorithm = smaller;

  return best != NULL;
}

/**
 * dm_packs_limit:
 * @bytes: for the packs of forward passes, and again for those of the data
 * gradient
 *
 * Takes algorithms with smaller weights where that costs least time for a byte,
 * until the packs fit or nothing can be made smaller. To be called once, when
 * all layers have added their packs and before anything is planned: like
 * dm_conv3x3_plan() it looks at the network alone.
 */
void
dm_packs_limit (DmPacks *self, size_t bytes)
{
  for (int transposed = 0; transposed <= 1; transposed++)
    while (weigh (self, transposed) > bytes && shrink (self, transposed))
      ;
}
