/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "kernels/conv3x3.h"
#include "tensor/arena.h"

/* A layer is planned once and run often. Its plan function asks the planner for
 * all tensors, statistics and scratch that forward, and backward if there is
 * one, will use; they allocate nothing.
 *
 * What backward needs of forward is kept if @train. Else, and in backward, what
 * a block needs only for itself is given back to the arena at once.
 */
typedef struct
{
  DmArena         *arena;
  const DmKernels *kernels;
  size_t           n;    /* pictures                                  */
  DmWrap           wrap; /* how 3x3 convolutions see past the edge    */
  bool             train;
  DmScratchSize    scratch; /* the most that any layer has asked for  */
} DmPlanner;

static inline void
dm_planner_need (DmPlanner *self, DmScratchSize size)
{
  if (self->scratch.worker < size.worker)
    self->scratch.worker = size.worker;
  if (self->scratch.shared < size.shared)
    self->scratch.shared = size.shared;
}

/* Gives back all memory since the mark that backward will not need. */
static inline void
dm_planner_release (DmPlanner *self, size_t mark)
{
  if (!self->train)
    dm_arena_release (self->arena, mark);
}
