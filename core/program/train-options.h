/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/config.h"
#include "model/weights.h"
#include "train/dataset.h"
#include "train/ladder.h"
#include "train/trainer.h"

/* Everything that `gegl-diffusion train` can be told, by options or by a recipe
 * with the same names.
 */
typedef struct
{
  char *data, *output, *recipe;
  char *init, *json_log;

  /* the pictures */
  int      size;
  int      mirror; /* TRUE, FALSE or not given */
  gboolean balance, scaled;
  double   augment, colour_jitter;
  char    *crop, *scale, *turns, *background, *alike;
  char    *cache;
  gboolean no_cache;
  char    *classes;
  char    *title, *licence, *credits;

  /* the network; what is not given follows from the task, or is chosen */
  char    *task;
  int      width, blocks, embedding, head_width, groups, patch;
  char    *multipliers, *attention, *prediction;
  double   dropout;
  gboolean circular;

  /* the run */
  char    *duration;
  gint64   images, seed, warm_up;
  int      batch, threads;
  gint64   checkpoint_every;
  gboolean no_sheets, no_page;
  double   rate, p_uncond, ema, decay, clip;
  char    *noise;
  gboolean resume, force, no_averages;
  int      evaluate; /* TRUE, FALSE or not given */
  int      keep;
  char    *memory;
  char    *precision;

  /* what the user has said; the rest is chosen once the pictures are known */
  struct
  {
    gboolean size, width, multipliers, blocks, patch, attention;
    gboolean batch, mirror, dropout, evaluate, warm_up;
  } given;
} DmTrainOptions;

gboolean      dm_train_options_parse (DmTrainOptions *self,
                                      int            *argc,
                                      char         ***argv,
                                      GError        **error);
void          dm_train_options_clear (DmTrainOptions *self);
GOptionEntry *dm_train_options_new_table (DmTrainOptions *self);
gboolean      dm_train_options_is_classifier (const DmTrainOptions *self);
GOptionEntry *dm_train_options_new_data_table (DmTrainOptions *self);
void          dm_train_options_take (DmTrainOptions *self, const DmRung *rung);
gboolean      dm_train_options_save (DmTrainOptions *self,
                                     const char     *path,
                                     const char     *comment,
                                     GError        **error);
gboolean      dm_train_options_get_data (const DmTrainOptions *self,
                                         DmDatasetOptions     *options,
                                         GError              **error);
void          dm_train_options_clear_data (DmDatasetOptions *options);
gboolean      dm_train_options_get_config (const DmTrainOptions *self,
                                           DmConfig             *config,
                                           GError              **error);
gboolean      dm_train_options_get_trainer (const DmTrainOptions *self,
                                            DmTrainerOptions     *options,
                                            GError              **error);
gboolean      dm_train_options_get_dtype (const DmTrainOptions *self,
                                          DmDtype              *dtype,
                                          GError              **error);
