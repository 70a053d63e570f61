/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/packs.h"

#include <glib/gi18n-lib.h>

#include "tensor/error.h"

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
 * @conv: lent by the layer; its algorithm is chosen, and may be another after
 * dm_packs_limit(); filled by dm_packs_run()
 * @shape: of the convolution, or of the data gradient if @transposed
 */
void
dm_packs_add_conv (DmPacks           *self,
                   const DmParam     *weight,
                   DmConvWeights     *conv,
                   const DmConvShape *shape,
                   bool               transposed)
{
  g_assert (shape->c_out == weight->shape[transposed ? 1 : 0] &&
            shape->c_in == weight->shape[transposed ? 0 : 1]);

  conv->c_out = shape->c_out;
  conv->c_in = shape->c_in;
  conv->algorithm = dm_conv3x3_plan (shape);
  add (self, (DmPack){ weight, conv, NULL, transposed, *shape });
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
  add (self, (DmPack){ weight, NULL, matmul, transposed, { 0 } });
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

static bool
ensure (DmPacks *self, bool transposed, GError **error)
{
  DmArena *arena = &self->memory[transposed];
  size_t   bytes;

  if (arena->base != NULL)
    return true;

  place (self, arena, transposed);
  bytes = arena->peak;
  if (!dm_arena_reserve (arena, NULL))
    {
      g_autofree char *size = g_format_size (bytes);

      dm_arena_clear (arena);
      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("the network's weights take %s of memory in the "
                      "order that they are read in, and so much cannot be had; "
                      "close other programs or use a smaller network"),
                   size);
      return false;
    }
  place (self, arena, transposed);

  return true;
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
 * Packs the present values of all weights. The first time, memory is had for
 * it; after that nothing can fail.
 *
 * Errors: %DM_ERROR_MEMORY; it may be tried again
 */
bool
dm_packs_run (DmPacks *self, bool transposed, DmPool *pool, GError **error)
{
  Job job = { self, transposed };

  if (!ensure (self, false, error) ||
      (transposed && !ensure (self, true, error)))
    return false;

  dm_pool_run (pool, pack_one, &job, self->n_packs);

  return true;
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
