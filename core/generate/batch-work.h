/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/batch.h"
#include "generate/canvas.h"
#include "generate/given.h"
#include "tensor/arena.h"
#include "tensor/rng.h"

/* A batch at work. The network draws a row for each picture's class and, in
 * steps that guidance is active in, one more for the null class of each guided
 * picture, after those of the classes.
 */
typedef struct
{
  const DmBatch *batch;
  DmCanvas       canvas;
  size_t         h, w, n_floats; /* of the canvas; of one picture */
  size_t         n_guided;       /* pictures                      */
  unsigned       n_passes;       /* of the network, so far        */
  DmTarget       target;
  DmSampling     sampling;

  DmArena       arena;
  float        *x, *scratch;       /* of the sampler           */
  float        *pred;              /* [n + n_guided, n_floats] */
  float        *logsnr;            /* [n + n_guided]           */
  float        *scale;             /* [n + n_guided]           */
  float        *spare;             /* [n_floats]               */
  int          *class_id, *source; /* [n + n_guided]           */
  DmGivenCanvas given;
} DmWork;

DmGuidance dm_work_get_guidance (const DmBatch *batch, size_t i);
gboolean   dm_work_is_active (const DmWork *self, double t);

/* What the sampler asks; @data: the DmWork. */
bool dm_work_denoise (
    float *x0, const float *xt, double t, double logsnr, void *data);
void dm_work_draw_step_noise (float *eps, unsigned step, void *data);
void dm_work_draw_known_noise (float *eps, unsigned draw, void *data);
void dm_work_draw_noise (const DmWork *self,
                         float        *eps,
                         DmStream      stream,
                         guint64       index);
