/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdio.h>

#include "program/train-options.h"

/* One run: what it works with, and when it last did what. */
typedef struct
{
  DmTrainOptions   options;
  DmDatasetOptions data_options;
  DmTrainerOptions trainer_options;
  DmConfig         config;
  DmDtype          dtype;
  DmDataset       *dataset;
  DmPool          *pool;
  DmTrainer       *trainer;
  char            *state_path;
  FILE            *json_log;

  double  line_time, state_time; /* of the last line and state, seconds */
  double  loss;                  /* running mean                        */
  guint64 first_images;          /* when this sitting began             */
  double  first_seconds;
} DmTrainRun;

/* What the user sees of a run, and what --json-log is for. */
void dm_train_print_data (const DmTrainRun *self);
void dm_train_print_plan (const DmTrainRun *self, size_t n_parameters);
void dm_train_print_progress (const DmTrainRun    *self,
                              const DmTrainReport *report);
void dm_train_log_progress (DmTrainRun          *self,
                            const DmTrainReport *report,
                            double               held_out);
