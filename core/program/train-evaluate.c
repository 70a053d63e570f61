/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "evaluate/recommend.h"
#include "program/train-run.h"
#include "tensor/error.h"

/* Strengths that are compared. */
static const double strengths[] = { 0.0, 0.5, 1.0, 2.0 };

/* Pictures to draw at each: one of the first number for so many that were
 * trained on, which is about a twentieth of the work of the run.
 */
#define FEWEST_SAMPLES 200
#define MOST_SAMPLES 1000
#define IMAGES_PER_SAMPLE 600

/* The classifier sees so many times fewer pictures than the model has seen, and
 * is several times quicker with each.
 */
#define IMAGES_SHARE 4
#define FEWEST_IMAGES 20000
#define MOST_IMAGES 300000

/* It should be right so many times as often as who only guesses. */
#define BETTER_THAN_CHANCE 1.5

/* It is small: its features are to be far fewer than the pictures. */
#define WIDTH 16
#define BATCH 64

/* The most of a run by time that all of it may take. */
#define TIME_SHARE 0.1

typedef struct
{
  DmTrainRun         *run;
  DmModel            *model;
  DmFeatureNet       *net;
  DmSettings          settings;
  DmEvaluationOptions what;
  DmEvaluation       *evaluation;
  DmReport            report;
  gint64              end; /* monotonic; 0: there is time enough */
} Job;

static size_t
get_n_samples (guint64 n_images)
{
  return (size_t) CLAMP (n_images / IMAGES_PER_SAMPLE, FEWEST_SAMPLES,
                         MOST_SAMPLES);
}

/**
 * dm_train_is_worth_evaluating:
 * @n_images: that the run sees
 *
 * Returns: whether enough pictures can be drawn in a small part of its time.
 */
gboolean
dm_train_is_worth_evaluating (guint64 n_images)
{
  return n_images >= FEWEST_SAMPLES * IMAGES_PER_SAMPLE;
}

static gboolean
may_go_on (const Job *self)
{
  return !dm_train_is_stopped () &&
         (self->end == 0 || g_get_monotonic_time () < self->end);
}

static bool
on_picture (unsigned step, unsigned n_steps, void *data)
{
  (void) step;
  (void) n_steps;

  return may_go_on (data);
}

/* --- the classifier ------------------------------------------------------- */

static DmConfig
make_config (const DmTrainRun *run)
{
  size_t   side = run->config.resolution;
  DmConfig config;

  dm_config_init (&config);
  config.task = DM_TASK_CLASSIFIER;
  config.resolution = side;
  config.channels = run->config.channels;
  config.n_classes = run->config.n_classes;
  config.width = WIDTH;
  config.n_groups = WIDTH / 2;
  config.patch = side % 2 == 0 ? 2 : 1;
  config.n_levels = side % (2 * config.patch) == 0 ? 2 : 1;
  config.multipliers[0] = 1;
  config.multipliers[1] = 2;
  config.n_blocks = 1;
  config.attention[2] = false;
  config.attention_middle = false;
  config.circular = run->config.circular;

  return config;
}

static DmCard *
make_card (const DmTrainRun *run, DmTrainer *trainer)
{
  DmCard *card = dm_card_new ();

  g_strfreev (card->class_names);
  card->class_names = g_strdupv (run->dataset->class_names);
  card->accuracy = dm_trainer_accuracy (trainer);
  card->data_name = g_strdup (run->dataset->name);
  card->data_licence = g_strdup (run->options.licence);
  card->data_credits = g_strdup (run->options.credits);
  card->images_seen = (gint64) dm_trainer_get_images (trainer);
  card->seed = (guint64) run->options.seed;
  card->program_version = g_strdup (DM_VERSION);

  return card;
}

/* In whose features the pictures are compared. By the number of pictures it is
 * the same on every machine.
 */
static gboolean
train_classifier (Job *self, GError **error)
{
  const DmTrainRun *run = self->run;
  guint64           n = dm_trainer_get_images (run->trainer) / IMAGES_SHARE;
  DmConfig          config = make_config (run);
  DmTrainerOptions  options = DM_TRAINER_INIT;
  g_autoptr (DmTrainer) trainer = NULL;
  g_autoptr (DmCard) card = NULL;

  options.batch = BATCH;
  options.n_images = CLAMP (n, FEWEST_IMAGES, MOST_IMAGES);
  options.warm_up = MIN (options.warm_up, options.n_images / 4);
  options.seed = (guint64) run->options.seed;
  trainer = dm_trainer_new (&config, run->dataset, &options, run->pool, error);
  if (trainer == NULL)
    return FALSE;

  while (!dm_trainer_is_done (trainer))
    {
      DmTrainReport report;

      if (!may_go_on (self))
        {
          g_set_error_literal (error, DM_ERROR, DM_ERROR_CANCELLED,
                               _ ("the evaluation was stopped"));
          return FALSE;
        }
      if (!dm_trainer_step (trainer, &report, error))
        return FALSE;
    }

  card = make_card (run, trainer);
  if (run->dataset->n_held_out > 0 &&
      card->accuracy * config.n_classes < BETTER_THAN_CHANCE)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("the classifier that pictures are compared by tells "
                      "only %.0f %% of them right"),
                   100.0 * card->accuracy);
      return FALSE;
    }

  return dm_trainer_save_weights (trainer, run->features_path, card,
                                  DM_DTYPE_F32, error);
}

/* --- measuring ------------------------------------------------------------ */

static gboolean
prepare (Job *self, GError **error)
{
  DmTrainRun *run = self->run;

  self->model = dm_model_load (run->options.output, error);
  if (self->model == NULL)
    return FALSE;

  self->net = dm_feature_net_open (run->features_path, run->pool, error);
  if (self->net == NULL)
    return FALSE;

  dm_settings_init (&self->settings, self->model);
  self->what = (DmEvaluationOptions){
    .model = self->model,
    .settings = &self->settings,
    .net = self->net,
    .dataset = run->dataset,
    .n_samples = get_n_samples (dm_trainer_get_images (run->trainer)),
    .seed = (guint64) run->options.seed,
    .pool = run->pool,
  };
  self->evaluation = dm_evaluation_new (&self->what, on_picture, self, error);

  return self->evaluation != NULL;
}

static void
print_row (const DmReportRow *row)
{
  g_print (_ ("  guidance %g: FID %.4g, %.0f %% show their class\n"),
           row->guidance, row->figures.frechet, 100.0 * row->figures.accuracy);
}

static gboolean
measure (Job *self, GError **error)
{
  DmReportRow held_out = { 0 };

  self->report = (DmReport){
    .options = &self->what,
    .model = self->run->options.output,
    .features = self->run->features_path,
    .data = self->run->options.data,
    .rows = g_array_new (FALSE, FALSE, sizeof (DmReportRow)),
  };
  if (!dm_evaluation_measure_held_out (self->evaluation, &held_out.figures,
                                       error))
    return FALSE;
  if (held_out.figures.n > 0)
    g_array_append_val (self->report.rows, held_out);

  for (size_t i = 0; i < G_N_ELEMENTS (strengths); i++)
    {
      DmReportRow row = { .drawn = TRUE, .guidance = strengths[i] };

      if (!dm_evaluation_measure_drawn (self->evaluation, &row.figures,
                                        row.guidance, on_picture, self, error))
        return FALSE;
      g_array_append_val (self->report.rows, row);
      print_row (&row);
    }

  return dm_report_save_table (&self->report, self->run->table_path, error);
}

static void
job_clear (Job *self)
{
  g_clear_pointer (&self->report.rows, g_array_unref);
  dm_evaluation_free (self->evaluation);
  dm_feature_net_free (self->net);
  g_clear_pointer (&self->model, dm_model_unref);
}

/* --- the whole ------------------------------------------------------------ */

static void
recommend (DmTrainRun *self, const DmReportRow *row)
{
  self->measured = *row;
  g_print (_ ("recommended from now on: guidance %g, measured with %zu "
              "pictures; all figures are in %s\n"),
           row->guidance, row->figures.n, self->table_path);
}

/**
 * dm_train_evaluate:
 *
 * At the end of a run, with its model saved: which guidance is to be
 * recommended for it, by the FIDs of some strengths. A run does not fail for
 * want of an evaluation.
 *
 * Returns: whether there is something new to recommend
 */
gboolean
dm_train_evaluate (DmTrainRun *self)
{
  Job                job = { .run = self };
  const DmReportRow *best = NULL;
  g_autoptr (GError) error = NULL;
  double seconds = self->trainer_options.duration;

  if (self->options.evaluate != TRUE)
    return FALSE;

  if (self->trainer_options.n_images == 0)
    job.end = g_get_monotonic_time () + (gint64) (1e6 * TIME_SHARE * seconds);
  g_print (_ ("\nmeasuring, to recommend a guidance (--no-evaluate does "
              "without):\n"));

  if (train_classifier (&job, &error) && prepare (&job, &error) &&
      measure (&job, &error))
    best = dm_recommend_row (job.report.rows);

  if (best != NULL)
    recommend (self, best);
  else if (error != NULL)
    g_printerr (_ ("not measured: %s; guidance 1 is recommended unmeasured\n"),
                error->message);
  job_clear (&job);

  return best != NULL;
}
