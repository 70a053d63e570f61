/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The one list of named parameters. Layers ask for theirs while the network is
 * built; then one block holds all values and one all gradients, so that the
 * optimiser, averaging, zeroing and counting are a loop over one array.
 */
typedef enum
{
  DM_INIT_ZERO,
  DM_INIT_ONE,
  DM_INIT_UNIFORM, /* in ±1 / √fan_in, as PyTorch's convolutions and linear */
  DM_INIT_NORMAL   /* standard normal, as PyTorch's embeddings              */
} DmInit;

typedef struct
{
  char  *name; /* "down.0.block.1.conv1.weight" */
  size_t n_dims;
  size_t shape[4];
  size_t n;      /* elements */
  size_t offset; /* in the blocks */
  DmInit init;
  size_t fan_in;
  bool   decay; /* weight decay applies: matrices, not biases and norms */
  float *value, *gradient; /* set by dm_params_allocate() */
} DmParam;

typedef struct
{
  DmParam **list;
  size_t    n_params;
  size_t    n_elements; /* of all parameters together                       */
  size_t    n_values;   /* of a block: each parameter starts at a multiple of
                           16 floats, and the gaps hold zeros               */
  float *values, *gradients; /* [n_values]; gradients NULL unless asked for */
} DmParams;

DmParams *dm_params_new (void);
void      dm_params_free (DmParams *self);
/* @scope: "down.0.block.1.conv1"; @name: "weight" */
DmParam *dm_params_add (DmParams     *self,
                        const char   *scope,
                        const char   *name,
                        size_t        n_dims,
                        const size_t *shape,
                        DmInit        init,
                        size_t        fan_in);
#define DM_SHAPE(...)                                                          \
  sizeof ((size_t[]){ __VA_ARGS__ }) / sizeof (size_t), (size_t[])             \
  {                                                                            \
    __VA_ARGS__                                                                \
  }
void     dm_params_allocate (DmParams *self);
void     dm_params_allocate_gradients (DmParams *self);
void     dm_params_init (DmParams *self, uint64_t seed);
void     dm_params_zero_gradients (DmParams *self);
DmParam *dm_params_find (const DmParams *self, const char *name);
