/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "kernels/kernels.h"
#include "tensor/pool.h"

/* What a layer computes with: lent to it, never kept. One context serves one
 * call of the network at a time.
 */
typedef struct
{
  const DmKernels *kernels;
  DmPool          *pool;           /* NULL: the caller works alone            */
  float           *scratch;        /* n_workers * scratch_floats, aligned     */
  size_t           scratch_floats; /* of one worker, multiple of 16    */
  float           *shared;         /* scratch that all workers write together */
} DmContext;

static inline float *
dm_context_scratch (const DmContext *self, size_t worker)
{
  return self->scratch + worker * self->scratch_floats;
}
