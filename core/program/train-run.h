/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "evaluate/report.h"
#include "program/train-log.h"
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
  char            *data_text; /* what was said of @dataset */
  DmPool          *pool;
  DmTrainer       *trainer;
  char            *state_path, *best_path, *averages_path, *sheet_path;
  char            *plot_path, *page_path, *log_path, *recipe_path;
  char            *features_path, *table_path;
  FILE            *lock;    /* held while the run goes on */
  char            *command; /* as it was given, for a shell */
  DmTrainLog       log;
  DmTrainReport    report; /* of the last step of this sitting, if any */
  gboolean         sheet_drawn;

  /* what was measured to choose what the user does not say */
  struct
  {
    double   speed;    /* pictures a second; 0: not measured */
    guint64  n_images; /* that the run will see; 0: unknown  */
    gboolean looked_at_sides;
  } choice;
  char *choice_text; /* what was said of it */

  /* what an evaluation at the end has found; of no pictures: nothing */
  DmReportRow measured;

  /* bytes that the user allows, of the process before and after its pictures
     are read, of a sheet, and of all together */
  struct
  {
    size_t allowed, start, base, sheet, limit;
  } memory;

  double  line_time, state_time; /* of the last line and state, seconds */
  double  loss;                  /* running mean of this sitting        */
  guint   n_losses;              /* that it has weighed                 */
  double  accuracy;              /* of the weights that were saved last */
  double  average_length;        /* of the weights that are saved       */
  guint64 first_images;          /* when this sitting began             */
  double  first_seconds;

  gboolean keeps_averages;
  size_t   next_average; /* whose moment has not come yet */
} DmTrainRun;

/* The files that a run writes. */
char    *dm_train_name (const char *output, const char *ending);
char    *dm_train_name_recipe (const char *output, const char *given);
void     dm_train_name_files (DmTrainRun *self);
void     dm_train_clear_names (DmTrainRun *self);
gboolean dm_train_lock (DmTrainRun *self, GError **error);
void     dm_train_unlock (DmTrainRun *self);
gboolean dm_train_check_files (DmTrainRun *self, GError **error);
gboolean dm_train_begin_files (DmTrainRun *self, GError **error);
DmCard  *dm_train_new_card (const DmTrainRun *self, DmTrainer *trainer);
gboolean
dm_train_save_weights (DmTrainRun *self, double held_out, GError **error);
gboolean dm_train_is_written (const DmTrainRun *self);
gboolean dm_train_check_card (const DmTrainRun *self, GError **error);
gboolean dm_train_save_state (DmTrainRun *self, GError **error);
gboolean dm_train_load_state (DmTrainRun *self, GError **error);
void     dm_train_save_sheet (DmTrainRun *self);
gboolean dm_train_has_sheets (const DmTrainRun *self);
size_t   dm_train_count_sheet (const DmTrainRun *self);
char    *dm_train_join_command (char **argv);

/* What the user does not say is chosen. */
gboolean dm_train_limit_side (DmTrainRun *self, GError **error);
gboolean dm_train_choose (DmTrainRun *self, GError **error);
char    *dm_train_describe_choice (const DmTrainRun *self);

/* What is to be recommended, by a short evaluation at the end. */
gboolean dm_train_is_worth_evaluating (guint64 n_images);
gboolean dm_train_evaluate (DmTrainRun *self);
gboolean dm_train_may_go_on (gint64 end);
gboolean
dm_train_make_features (const DmTrainRun *run, gint64 end, GError **error);

/* Whether a signal asks for the end. */
gboolean dm_train_is_stopped (void);

/* Averages of several lengths, of which one is chosen at the end. */
void     dm_train_start_averages (DmTrainRun *self);
void     dm_train_keep_average (DmTrainRun *self, const DmTrainReport *report);
gboolean dm_train_choose_average (DmTrainRun *self, size_t n_pictures);
void     dm_train_forget_averages (const DmTrainRun *self);

/* The memory that it takes. */
void   dm_train_set_memory (DmTrainRun *self);
size_t dm_train_forecast (const DmTrainRun *self);

/* What the user sees of a run. */
void   dm_train_print_data (DmTrainRun *self);
void   dm_train_print_plan (DmTrainRun *self, size_t n_parameters);
void   dm_train_print_end (const DmTrainRun *self, double held_out);
void   dm_train_print_progress (const DmTrainRun    *self,
                                const DmTrainReport *report);
double dm_train_get_speed (const DmTrainRun *self, const DmTrainReport *report);
double dm_train_get_time_left (const DmTrainRun    *self,
                               const DmTrainReport *report);

/* The page that shows a run. */
typedef enum
{
  DM_PAGE_RUNNING,
  DM_PAGE_STOPPED,
  DM_PAGE_DONE,
  DM_PAGE_FAILED
} DmPageState;

void dm_train_save_page (const DmTrainRun *self,
                         DmPageState       state,
                         const char       *fault);
