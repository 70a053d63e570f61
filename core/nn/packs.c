/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/packs.h"

#include <glib.h>

/**
 * dm_packs_init:
 * @kernels: lent for the life of @self
 */
void
dm_packs_init (DmPacks *self, const DmKernels *kernels)
{
  *self = (DmPacks){ .kernels = kernels };
}

/**
 * dm_packs_clear:
 */
void
dm_packs_clear (DmPacks *self)
{
  g_free (self->list);
  dm_arena_clear (&self->memory[0]);
  dm_arena_clear (&self->memory[1]);
  *self = (DmPacks){ 0 };
}

static void
add (DmPacks *self, DmPack pack)
{
  self->list = g_renew (DmPack, self->list, self->n_packs + 1);
  self->list[self->n_packs++] = pack;
}

/**
 * dm_packs_add_conv:
 * @weight: [c_out, c_in, 3, 3]
 * @conv: lent by the layer, its algorithm chosen; filled by dm_packs_run()
 */
void
dm_packs_add_conv (DmPacks       *self,
                   const DmParam *weight,
                   DmConvWeights *conv,
                   bool           transposed)
{
  conv->c_out = weight->shape[transposed ? 1 : 0];
  conv->c_in = weight->shape[transposed ? 0 : 1];
  add (self, (DmPack){ weight, conv, NULL, transposed });
}

/**
 * dm_packs_add_matmul:
 * @weight: [c_out, c_in] or with further dimensions of 1
 * @matmul: lent by the layer; filled by dm_packs_run()
 */
void
dm_packs_add_matmul (DmPacks         *self,
                     const DmParam   *weight,
                     DmMatmulWeights *matmul,
                     bool             transposed)
{
  matmul->c_out = weight->shape[transposed ? 1 : 0];
  matmul->c_in = weight->shape[transposed ? 0 : 1];
  add (self, (DmPack){ weight, NULL, matmul, transposed });
}

/* Runs over an arena that measures, then over the same with memory. */
static void
place (const DmPacks *self, DmArena *arena, bool transposed)
{
  for (size_t i = 0; i < self->n_packs; i++)
    {
      const DmPack *pack = &self->list[i];

      if (pack->transposed != transposed)
        continue;

      if (pack->conv != NULL)
        pack->conv->data = dm_arena_floats (
            arena,
            dm_conv3x3_packed_floats (self->kernels, pack->conv->algorithm,
                                      pack->conv->c_in, pack->conv->c_out));
      else
        pack->matmul->data = dm_arena_floats (
            arena, dm_matmul_packed_floats (self->kernels, pack->matmul->c_in,
                                            pack->matmul->c_out));
    }
}

/* Memory for packs is had like GLib has it: for good, or not at all. */
static void
ensure (DmPacks *self, bool transposed)
{
  DmArena *arena = &self->memory[transposed];
  g_autoptr (GError) error = NULL;

  if (arena->base != NULL)
    return;

  place (self, arena, transposed);
  if (!dm_arena_reserve (arena, &error))
    g_error ("%s", error->message);
  place (self, arena, transposed);
}

/* --- packing ----------------------------------------------------------- */

typedef struct
{
  const DmPacks *packs;
  bool           transposed;
} Job;

static void
pack_one (void *data, size_t chunk, size_t worker)
{
  const Job    *job = data;
  const DmPack *pack = &job->packs->list[chunk];
  DmContext     alone = { .kernels = job->packs->kernels };

  (void) worker;

  if (pack->transposed && !job->transposed)
    return;

  if (pack->conv != NULL)
    dm_conv3x3_pack (pack->conv, pack->weight->value, pack->transposed, &alone);
  else
    dm_matmul_pack (pack->matmul, pack->weight->value, pack->transposed,
                    &alone);
}

/**
 * dm_packs_run:
 * @transposed: also the packs for the data gradient
 *
 * Packs the present values of all weights.
 */
void
dm_packs_run (DmPacks *self, bool transposed, DmPool *pool)
{
  Job job = { self, transposed };

  ensure (self, false);
  if (transposed)
    ensure (self, true);

  dm_pool_run (pool, pack_one, &job, self->n_packs);
}

/**
 * dm_packs_measure:
 *
 * Returns: bytes that dm_packs_run() keeps.
 */
size_t
dm_packs_measure (const DmPacks *self, bool transposed)
{
  size_t bytes = 0;

  for (int i = 0; i <= transposed; i++)
    {
      DmArena arena = { 0 };

      if (self->memory[i].base != NULL)
        {
          bytes += self->memory[i].capacity;
          continue;
        }
      place (self, &arena, i);
      bytes += arena.peak;
    }

  return bytes;
}
