/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "tensor/tensor.h"

/* One block of memory, handed out like a stack.
 *
 * A plan of memory is made by one function that asks an arena for tensors. Run
 * on an arena without memory it only measures; after dm_arena_reserve() the
 * same function, run again, places the same tensors.
 */
typedef struct
{
  char  *base;     /* NULL while measuring            */
  size_t used;     /* bytes                           */
  size_t peak;     /* largest @used so far            */
  size_t capacity; /* bytes at @base                  */
} DmArena;

gboolean dm_arena_reserve (DmArena *self, GError **error);
void     dm_arena_clear (DmArena *self);
float   *dm_arena_floats (DmArena *self, size_t n);
DmTensor dm_arena_tensor (
    DmArena *self, size_t n, size_t h, size_t w, size_t c, bool bordered);

static inline size_t
dm_arena_mark (const DmArena *self)
{
  return self->used;
}

/* Gives back all that was handed out since the mark. */
static inline void
dm_arena_release (DmArena *self, size_t mark)
{
  self->used = mark;
}
