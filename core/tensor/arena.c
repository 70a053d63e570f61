/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/arena.h"

#include <glib/gi18n-lib.h>
#include <stdint.h>
#include <sys/mman.h>

#include "tensor/error.h"

/* A cache line, and a vector of the widest instruction set. */
#define ALIGNMENT 64

/* Where an arena begins, so that it lies in huge pages from end to end, and at
 * the same sets of the caches in every process.
 */
#define HUGE_PAGE ((size_t) 2 << 20)

static size_t
round_up (size_t bytes)
{
  return MAX ((bytes + HUGE_PAGE - 1) / HUGE_PAGE, 1) * HUGE_PAGE;
}

/* Gives back what lies before and behind the part of @block that begins with a
 * huge page. Returns: that part, of @mapped bytes
 */
static char *
cut (char *block, size_t mapped)
{
  size_t before = round_up ((uintptr_t) block) - (uintptr_t) block;

  if (before > 0)
    munmap (block, before);
  if (before < HUGE_PAGE)
    munmap (block + before + mapped, HUGE_PAGE - before);

  return block + before;
}

/**
 * dm_arena_reserve:
 * @self: an arena that has measured a plan
 *
 * Gets memory for the measured peak, filled with zeros, and starts over, so
 * that running the plan again places it.
 *
 * Errors: %DM_ERROR_MEMORY
 */
gboolean
dm_arena_reserve (DmArena *self, GError **error)
{
  size_t mapped = round_up (self->peak);
  char  *block, *base;

  g_return_val_if_fail (self->base == NULL, FALSE);

  block = mmap (NULL, mapped + HUGE_PAGE, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED)
    {
      g_autofree char *size = g_format_size (self->peak);

      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("%s of memory are needed and cannot be had; "
                      "try a smaller picture or batch"),
                   size);
      return FALSE;
    }

  base = cut (block, mapped);
  madvise (base, mapped, MADV_HUGEPAGE);

  *self = (DmArena){ .base = base, .capacity = self->peak };

  return TRUE;
}

/**
 * dm_arena_clear:
 *
 * Gives the memory back; the arena measures again.
 */
void
dm_arena_clear (DmArena *self)
{
  if (self->base != NULL)
    munmap (self->base, round_up (self->capacity));

  *self = (DmArena){ 0 };
}

/**
 * dm_arena_floats:
 * @n: number of floats
 *
 * Returns: (transfer none) (nullable): memory aligned for vectors; NULL while
 * measuring.
 */
float *
dm_arena_floats (DmArena *self, size_t n)
{
  size_t offset = self->used;
  size_t bytes = (n * sizeof (float) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

  g_assert (n <= (SIZE_MAX / 2 - self->used) / sizeof (float));

  self->used += bytes;
  self->peak = MAX (self->peak, self->used);

  if (self->base == NULL)
    return NULL;

  g_assert (self->used <= self->capacity);

  return (float *) (self->base + offset);
}

/**
 * dm_arena_tensor:
 *
 * Returns: a tensor of the arena's memory; its data are NULL or meaningless
 * while measuring.
 */
DmTensor
dm_arena_tensor (
    DmArena *self, size_t n, size_t h, size_t w, size_t c, bool bordered)
{
  DmTensor layout = dm_tensor_layout (n, h, w, c, bordered);
  float   *memory = dm_arena_floats (self, dm_tensor_n_floats (&layout));

  return memory != NULL ? dm_tensor_place (layout, memory) : layout;
}
