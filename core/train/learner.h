/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "kernels/context.h"
#include "model/config.h"
#include "nn/params.h"
#include "train/dataset.h"
#include "train/trainer.h"

/* What a run learns: a network, how its pictures are drawn, and how wrong it
 * is. All else is the trainer's: rate, optimiser, average, length, memory,
 * state. A batch goes through the network in equal parts.
 */
typedef struct DmLearner DmLearner;

/* What a part of the held-out pictures says. */
typedef struct
{
  double loss;    /* mean over the part                                      */
  size_t n_right; /* pictures whose class the network knows; 0 if it tells
                     none, and none is counted twice in a pass over all      */
} DmMeasure;

typedef struct
{
  /* the network with all that is the learner's own */
  void (*free) (DmLearner *self);

  /* after the parameters have changed; fails only the first time */
  gboolean (*pack) (DmLearner *self, GError **error);

  /* bytes of what is packed, and of plans and pictures for such parts */
  size_t (*measure_packs) (const DmLearner *self);
  size_t (*measure_part) (const DmLearner *self, size_t part);

  /* plans and pictures for parts of self->part, instead of those before */
  gboolean (*set_part) (DmLearner *self, GError **error);

  /* Adds the gradients of a part, pictures @first ... of the run.
   * Returns: its share of the loss of the batch
   */
  double (*learn) (DmLearner *self, guint64 first);

  /* Of held-out pictures @first ..., modulo their number, always drawn alike */
  DmMeasure (*measure) (DmLearner *self, size_t first);
} DmLearnerClass;

struct DmLearner
{
  const DmLearnerClass *class;
  const DmConfig         *config; /* lent, as are dataset and options */
  const DmDataset        *dataset;
  const DmTrainerOptions *options;
  DmParams               *params;  /* of the network                   */
  DmContext               context; /* kernels and pool, no scratch     */
  size_t                  part;    /* pictures                         */
};

/* What a learner is made of; lent for its life. */
typedef struct
{
  const DmConfig         *config; /* fits @dataset */
  const DmDataset        *dataset;
  const DmTrainerOptions *options;
  DmPool                 *pool;
} DmLesson;

/* A network that draws: the paper's Algorithm 1. */
DmLearner *dm_denoiser_new (const DmLesson *lesson);

/* A network that tells classes apart: softmax and cross-entropy. */
DmLearner *dm_class_learner_new (const DmLesson *lesson);

void     dm_learner_init (DmLearner *self,
                          const DmLearnerClass *class,
                          const DmLesson *lesson,
                          DmParams       *params);
gboolean dm_learner_check_memory (guint64 bytes, GError **error);

/* Held-out pictures are drawn with numbers that no training picture reaches,
 * yet small enough for the fraction of a time to keep its digits.
 */
#define DM_HELD_OUT_FIRST ((guint64) 1 << 36)

size_t dm_learner_picture_floats (const DmLearner *self);
int    dm_learner_draw (const DmLearner *self,
                        float           *x0,
                        float           *scale,
                        float           *labels,
                        guint64          picture);
int    dm_learner_get_held_out (const DmLearner *self,
                                float           *x0,
                                float           *scale,
                                size_t           i);
