/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/card.h"
#include "model/weights.h"
#include "train/adamw.h"
#include "train/dataset.h"

/* How a network is trained. Lengths are in pictures, so that they mean the same
 * for any batch.
 */
typedef struct
{
  size_t  batch;
  guint64 n_images; /* length of the run; 0: only @duration counts  */
  double  duration; /* seconds; 0: only @n_images counts            */
  double  rate;     /* highest learning rate                        */
  guint64 warm_up;  /* pictures until it is reached                 */
  double  hold;     /* share of the run before it falls to 0        */
  double  p_uncond;
  double  augment; /* chance of each change of a picture, see DmDistortion */
  double  noise_mean, noise_spread; /* of the log-SNR, see DmLoss   */
  double  ema_length; /* relative to the run, see dm_ema_exponent()   */
  guint64 seed;
  size_t  memory; /* bytes that the trainer may take; 0: all it asks for  */
  DmAdamwOptions adamw;
} DmTrainerOptions;

#define DM_WARM_UP 10000

#define DM_TRAINER_INIT                                                        \
  {                                                                            \
    .batch = 64, .rate = 1e-3, .warm_up = DM_WARM_UP, .hold = 0.4,             \
    .p_uncond = 0.1, .noise_spread = 1.0, .ema_length = 0.08,                  \
    .adamw = DM_ADAMW_INIT,                                                    \
  }

/* What one step did. */
typedef struct
{
  guint64  train_step; /* from 1                       */
  guint64  images;     /* seen so far                  */
  double   progress;   /* of the run, 0 ... 1          */
  double   seconds;    /* of work so far               */
  double   loss;       /* mean over the batch          */
  double   norm;       /* of the gradient              */
  double   rate;
  gboolean skipped;   /* an outlier, see dm_trainer_step() */
  guint64  n_skipped; /* in the whole run                  */
} DmTrainReport;

typedef struct _DmTrainer DmTrainer;

DmTrainer *dm_trainer_new (const DmConfig         *config,
                           const DmDataset        *dataset,
                           const DmTrainerOptions *options,
                           DmPool                 *pool,
                           GError                **error);
void       dm_trainer_free (DmTrainer *self);
size_t     dm_trainer_forecast (const DmTrainer *self);
size_t     dm_trainer_get_part (const DmTrainer *self);
gboolean
       dm_trainer_step (DmTrainer *self, DmTrainReport *report, GError **error);
double dm_trainer_get_progress (const DmTrainer *self);
gboolean  dm_trainer_is_done (const DmTrainer *self);
double    dm_trainer_held_out (DmTrainer *self, size_t n);
double    dm_trainer_accuracy (DmTrainer *self);
gboolean  dm_trainer_note_held_out (DmTrainer *self, double loss);
double    dm_trainer_get_best (const DmTrainer *self);
guint64   dm_trainer_get_images (const DmTrainer *self);
guint64   dm_trainer_get_images_before (const DmTrainer *self);
double    dm_trainer_get_seconds (const DmTrainer *self);
DmParams *dm_trainer_get_params (DmTrainer *self);

/* Everything that a run consists of, in one file; a run that is saved, loaded
 * and continued is the same as one that never stopped, if its length is given
 * in pictures. For a run by time, its speed after the load decides; and if
 * there is too little memory for parts of a batch as large as before, the last
 * digits.
 */
gboolean
dm_trainer_save_state (DmTrainer *self, const char *path, GError **error);
gboolean
dm_trainer_load_state (DmTrainer *self, const char *path, GError **error);

/* Before the first step: from the weights of a file, not from random ones. */
gboolean
dm_trainer_load_weights (DmTrainer *self, const char *path, GError **error);

/* The averaged weights. */
gboolean dm_trainer_save_weights (const DmTrainer *self,
                                  const char      *path,
                                  const DmCard    *card,
                                  DmDtype          dtype,
                                  GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmTrainer, dm_trainer_free)
