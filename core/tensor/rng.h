/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What a draw is for. Numbers are part of what a seed means: never reuse one.
 */
typedef enum
{
  DM_STREAM_WEIGHTS = 1,   /* index: element of the parameter list        */
  DM_STREAM_SHUFFLE = 2,   /* order and augmentation of training pictures */
  DM_STREAM_TIME = 3,      /* diffusion time of a training picture        */
  DM_STREAM_EPS = 4,       /* noise of a training picture                 */
  DM_STREAM_DROP = 5,      /* whether its class is dropped                */
  DM_STREAM_DROPOUT = 6,   /* dropout inside the network                  */
  DM_STREAM_START = 7,     /* first noise of a generated picture          */
  DM_STREAM_ANCESTRAL = 8, /* noise added by a sampler step             */
  DM_STREAM_AUGMENT = 9,   /* crop, mirror, turn                        */
  DM_STREAM_KNOWN = 10,    /* noise on what is known of a picture       */
  DM_STREAM_DISTORT = 11,  /* mild changes that the network is told of  */
  DM_STREAM_TEST = 100
} DmStream;

/* The address of a draw: any (seed, stream, index) can be had at any time, in
 * any order, from any thread. @sub separates e.g. pictures or steps.
 */
typedef struct
{
  uint64_t seed;
  uint32_t stream;
  uint32_t sub;
} DmRng;

void     dm_rng_bits (uint32_t x[4], DmRng rng, uint64_t index);
void     dm_rng_uniform (float *x, size_t n, DmRng rng, uint64_t index);
void     dm_rng_normal (float *x, size_t n, DmRng rng, uint64_t index);
uint64_t dm_rng_below (uint64_t bound, DmRng rng, uint64_t index);
