/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "evaluate/recommend.h"
#include "program/train-run.h"
#include "tensor/error.h"

/* Strengths that are compared, guided all the time and in the middle only:
 * first the one that is recommended unmeasured, in case there is no time for
 * more.
 */
static const double whole[] = { 1.0, 0.5, 2.0, 0.0 };
static const double middle[] = { 1.0, 2.0 };

/* The middle, in t: within it the paper of the interval and data/paper find all
 * that guidance is good for. Kynkäänniemi et al. 2024.
 */
#define MIDDLE_START 0.7
#define MIDDLE_END 0.2

/* Steps that are tried of the best of these. */
static const unsigned steps[] = { 8, 24 };

/* Pictures to draw at each: one of the first number for so many that were
 * trained on, which is about a tenth of the work of the run.
 */
#define FEWEST_SAMPLES 200
#define MOST_SAMPLES 1000
#define IMAGES_PER_SAMPLE 600

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

/**
 * dm_train_may_go_on:
 * @end: monotonic, microseconds; 0: there is time enough
 */
gboolean
dm_train_may_go_on (gint64 end)
{
  return !dm_train_is_stopped () && (end == 0 || g_get_monotonic_time () < end);
}

static bool
on_picture (unsigned step, unsigned n_steps, void *data)
{
  const Job *self = data;

  (void) step;
  (void) n_steps;

  return dm_train_may_go_on (self->end);
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
  self->report = (DmReport){
    .options = &self->what,
    .model = run->options.output,
    .features = run->features_path,
    .data = run->options.data,
    .rows = g_array_new (FALSE, FALSE, sizeof (DmReportRow)),
  };
  self->what = (DmEvaluationOptions){
    .model = self->model,
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
  g_autofree char *described = dm_recommend_describe (row);

  g_print (_ ("  %s: FID %.4g, %.0f %% show their class\n"), described,
           row->figures.frechet, 100.0 * row->figures.accuracy);
}

static gboolean
measure_held_out (Job *self, GError **error)
{
  DmReportRow row = { 0 };

  if (!dm_evaluation_measure_held_out (self->evaluation, &row.figures, error))
    return FALSE;

  if (row.figures.n > 0)
    g_array_append_val (self->report.rows, row);

  return TRUE;
}

static gboolean
measure (Job *self, const DmSettings *settings, double guidance, GError **error)
{
  DmReportRow row = {
    .drawn = TRUE,
    .settings = *settings,
    .guidance = guidance,
  };

  if (!dm_evaluation_measure_drawn (self->evaluation, &row.figures, settings,
                                    guidance, on_picture, self, error))
    return FALSE;

  g_array_append_val (self->report.rows, row);
  print_row (&row);

  return TRUE;
}

static gboolean
measure_strengths (Job          *self,
                   double        start,
                   double        end,
                   const double *strengths,
                   size_t        n,
                   GError      **error)
{
  DmSettings settings = self->settings;

  settings.guidance_start = start;
  settings.guidance_end = end;
  for (size_t i = 0; i < n; i++)
    if (!measure (self, &settings, strengths[i], error))
      return FALSE;

  return TRUE;
}

/* What is best so far, in other numbers of steps, and by the paper's own
 * sampler in as many as are best then. Nothing if no FID is known.
 */
static gboolean
measure_others (Job *self, GError **error)
{
  const DmReportRow *best = dm_recommend_row (self->report.rows);
  DmReportRow        other;

  if (best == NULL)
    return TRUE;

  other = *best;
  for (size_t i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      other.settings.n_steps = steps[i];
      if (!measure (self, &other.settings, other.guidance, error))
        return FALSE;
    }

  other = *dm_recommend_row (self->report.rows);
  other.settings.sampler = DM_SAMPLER_ANCESTRAL;

  return measure (self, &other.settings, other.guidance, error);
}

/* One thing after the other, from what matters most. */
static gboolean
measure_all (Job *self, GError **error)
{
  return measure_held_out (self, error) &&
         measure_strengths (self, 1.0, 0.0, whole, G_N_ELEMENTS (whole),
                            error) &&
         measure_strengths (self, MIDDLE_START, MIDDLE_END, middle,
                            G_N_ELEMENTS (middle), error) &&
         measure_others (self, error);
}

/* When the time is up, or it is stopped, what is known by then is enough. */
static gboolean
measure_some (Job *self, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (measure_all (self, &fault))
    return TRUE;

  if (dm_recommend_row (self->report.rows) == NULL ||
      !g_error_matches (fault, DM_ERROR, DM_ERROR_CANCELLED))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  g_print (dm_train_is_stopped () ? _ ("  (stopped)\n") :
                                    _ ("  (no time to compare more)\n"));

  return TRUE;
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
  g_autofree char *described = dm_recommend_describe (row);

  self->measured = *row;
  g_print (_ ("recommended from now on: %s, measured with %zu pictures; all "
              "figures are in %s\n"),
           described, row->figures.n, self->table_path);
}

/**
 * dm_train_evaluate:
 *
 * At the end of a run, with its model saved: which guidance, when, in how many
 * steps and by which sampler is to be recommended for it, by the FIDs of some.
 * A run does not fail for want of an evaluation.
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
  g_print (_ ("\nmeasuring, to recommend how to draw (--no-evaluate does "
              "without):\n"));

  if (dm_train_make_features (self, job.end, &error) &&
      prepare (&job, &error) && measure_some (&job, &error) &&
      dm_report_save_table (&job.report, self->table_path, &error))
    best = dm_recommend_row (job.report.rows);

  if (best != NULL)
    recommend (self, best);
  else if (error != NULL)
    g_printerr (_ ("not measured: %s; guidance 1 is recommended unmeasured\n"),
                error->message);
  job_clear (&job);

  return best != NULL;
}
