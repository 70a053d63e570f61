/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "evaluate/recommend.h"
#include "program/evaluate-options.h"
#include "program/evaluate-results.h"
#include "program/evaluate-table.h"
#include "program/program.h"
#include "tensor/error.h"

/* Seconds between lines where there is no terminal. */
#define LINE_SECONDS 30.0

/* One evaluation: what it works with. */
typedef struct
{
  DmEvaluateOptions options;
  DmDatasetOptions  data_options;
  char             *path; /* of the model */
  DmModel          *model;
  DmSettings        settings;
  GArray           *guidance; /* of double */
  DmFeatureNet     *net;
  DmDataset        *dataset;
  DmPool           *pool;

  DmEvaluationOptions what;
  DmEvaluation       *evaluation;
  DmReport            report;

  guint  n_done, n_kept; /* strengths; kept: of an earlier run */
  gint64 start, at_line; /* of drawing; microseconds           */
} Run;

static void
run_clear (Run *self)
{
  g_clear_pointer (&self->report.rows, g_array_unref);
  dm_evaluation_free (self->evaluation);
  dm_feature_net_free (self->net);
  dm_dataset_free (self->dataset);
  g_clear_pointer (&self->model, dm_model_unref);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->guidance, g_array_unref);
  dm_pool_free (self->pool);
  dm_train_options_clear_data (&self->data_options);
  dm_evaluate_options_clear (&self->options);
}

/* --- what the user sees ---------------------------------------------------
 */

static gboolean
is_line_due (Run *self)
{
  gint64 now = g_get_monotonic_time ();
  double seconds = isatty (STDOUT_FILENO) ? 0.2 : LINE_SECONDS;

  if (now - self->at_line < (gint64) (seconds * 1e6))
    return FALSE;

  self->at_line = now;

  return TRUE;
}

/* Over the line before on a terminal, else below it. */
static void
print_progress (const char *line)
{
  if (isatty (STDOUT_FILENO))
    g_print ("\r%s\033[K", line);
  else
    g_print ("%s\n", line);
}

static bool
on_real_picture (unsigned step, unsigned n_steps, void *data)
{
  if (is_line_due (data))
    {
      g_autofree char *line =
          g_strdup_printf (_ ("looked at %u of %u pictures"), step, n_steps);

      print_progress (line);
    }

  return true;
}

static bool
on_drawn_picture (unsigned step, unsigned n_steps, void *data)
{
  Run   *self = data;
  double done = self->n_done - self->n_kept + (double) step / n_steps;
  double share = done / (self->guidance->len - self->n_kept);
  double seconds = 1e-6 * (double) (g_get_monotonic_time () - self->start);

  if (share > 0.0 && is_line_due (self))
    {
      int              left = (int) (seconds * (1.0 - share) / share);
      g_autofree char *line = g_strdup_printf (
          _ ("%3.0f %%  guidance %g: %u of %u pictures  %d:%02d:%02d left"),
          100.0 * share, g_array_index (self->guidance, double, self->n_done),
          step, n_steps, left / 3600, left / 60 % 60, left % 60);

      print_progress (line);
    }

  return true;
}

/* --- the run -------------------------------------------------------------- */

/* Pictures as the model draws them. */
static gboolean
open_data (Run *self, GError **error)
{
  const DmConfig *config = dm_model_get_config (self->model);

  self->data_options.side = config->resolution;
  self->data_options.channels = config->channels;
  self->dataset =
      dm_dataset_open (self->options.data, &self->data_options, error);
  self->what.dataset = self->dataset;

  return self->dataset != NULL && dm_evaluation_check (&self->what, error);
}

static DmStatus
open_all (Run *self, GError **error)
{
  const DmEvaluateOptions *o = &self->options;

  self->path = dm_model_find (o->model, error);
  if (self->path != NULL)
    self->model = dm_model_load (self->path, error);
  if (self->model == NULL)
    return DM_STATUS_FAILED;

  self->guidance = dm_draw_options_get_guidance (
      &o->draw, dm_model_get_card (self->model), error);
  if (self->guidance == NULL ||
      !dm_draw_options_get_settings (&o->draw, &self->settings, self->model,
                                     error))
    return DM_STATUS_USAGE;

  self->pool = dm_pool_new ((size_t) MAX (o->draw.threads, 0));
  self->net = dm_feature_net_open (o->features, self->pool, error);
  self->what = (DmEvaluationOptions){
    .model = self->model,
    .net = self->net,
    .n_samples = (size_t) o->samples,
    .seed = (guint64) o->draw.seed,
    .pool = self->pool,
  };

  /* what can be known before all the pictures are read */
  if (self->net == NULL || !dm_evaluation_check (&self->what, error) ||
      !open_data (self, error))
    return DM_STATUS_FAILED;

  return DM_STATUS_DONE;
}

/* A row is kept as soon as it is there. */
static gboolean
add_row (Run *self, const DmReportRow *row, GError **error)
{
  dm_report_add_row (&self->report, row);
  dm_evaluate_print_row (row);

  return dm_report_save_table (&self->report, self->options.output, error);
}

static double
get_guidance (const Run *self, guint i)
{
  return g_array_index (self->guidance, double, i);
}

/* Strengths that an earlier run has measured come first. */
static void
keep_strengths (Run *self)
{
  for (guint i = 0; i < self->guidance->len; i++)
    {
      double guidance = get_guidance (self, i);

      if (dm_report_find_row (&self->report, guidance) == NULL)
        continue;

      g_array_remove_index (self->guidance, i);
      g_array_insert_val (self->guidance, self->n_kept, guidance);
      self->n_kept++;
    }
  self->n_done = self->n_kept;
}

static gboolean
measure_held_out (Run *self, GError **error)
{
  DmReportRow row = { 0 };

  if (dm_report_find_row (&self->report, NAN) != NULL)
    return TRUE;

  if (!dm_evaluation_measure_held_out (self->evaluation, &row.figures, error))
    return FALSE;

  if (row.figures.n > 0)
    return add_row (self, &row, error);

  g_print (_ ("No pictures are held out, so small are the data: there is "
              "nothing to compare the figures with.\n"));

  return TRUE;
}

static gboolean
measure_drawn (Run *self, GError **error)
{
  self->start = g_get_monotonic_time ();
  for (; self->n_done < self->guidance->len; self->n_done++)
    {
      DmReportRow row = {
        .drawn = TRUE,
        .settings = self->settings,
        .guidance = get_guidance (self, self->n_done),
      };

      if (!dm_evaluation_measure_drawn (self->evaluation, &row.figures,
                                        &self->settings, row.guidance,
                                        on_drawn_picture, self, error) ||
          !add_row (self, &row, error))
        return FALSE;
    }

  return TRUE;
}

/* The whole table, of which some may be there. */
static gboolean
measure (Run *self, GError **error)
{
  gboolean is_whole = self->n_done == self->guidance->len;

  if (!is_whole || self->options.nearest != NULL)
    {
      self->evaluation =
          dm_evaluation_new (&self->what, on_real_picture, self, error);
      if (self->evaluation == NULL)
        return FALSE;
    }

  if (isatty (STDOUT_FILENO))
    g_print ("\r\033[K");
  dm_evaluate_print_header ();
  for (guint i = 0; i < self->report.rows->len; i++)
    dm_evaluate_print_row (&g_array_index (self->report.rows, DmReportRow, i));

  return is_whole ||
         (measure_held_out (self, error) && measure_drawn (self, error));
}

/* At the strength that is best. */
static gboolean
save_nearest (Run *self, GError **error)
{
  const DmReportRow *best = dm_recommend_row (self->report.rows);
  double guidance = best != NULL ? best->guidance : get_guidance (self, 0);

  return dm_evaluate_save_nearest (self->evaluation, self->dataset,
                                   &self->settings, guidance,
                                   self->options.nearest, error);
}

static void
print_written (const char *path)
{
  if (path != NULL)
    g_print (_ ("written: %s\n"), path);
}

static gboolean
evaluate (Run *self, GError **error)
{
  const DmEvaluateOptions *o = &self->options;
  g_autofree char         *described = NULL;

  self->report = (DmReport){
    .options = &self->what,
    .settings = &self->settings,
    .model = o->model,
    .features = o->features,
    .data = o->data,
    .rows = g_array_new (FALSE, FALSE, sizeof (DmReportRow)),
  };
  described = dm_report_describe (&self->report);
  g_print ("%s", described);

  if (o->resume && !dm_report_take_rows (&self->report, o->output, error))
    return FALSE;

  keep_strengths (self);
  if (!measure (self, error) ||
      (o->plot != NULL &&
       !dm_report_save_plot (&self->report, o->plot, error)) ||
      (o->nearest != NULL && !save_nearest (self, error)))
    return FALSE;

  print_written (o->output);
  print_written (o->plot);
  print_written (o->nearest);

  return !o->recommend ||
         dm_evaluate_recommend (&self->report, self->path, error);
}

/**
 * dm_program_evaluate:
 *
 * `gegl-diffusion evaluate MODEL DATA --features FILE -o TABLE.tsv`
 *
 * Returns: the exit status.
 */
int
dm_program_evaluate (int argc, char **argv)
{
  Run run = { 0 };
  g_autoptr (GError) error = NULL;
  DmStatus status = DM_STATUS_USAGE;

  if (dm_evaluate_options_parse (&run.options, &argc, &argv, &error) &&
      dm_train_options_get_data (&run.options.pictures, &run.data_options,
                                 &error))
    {
      gegl_init (NULL, NULL);
      status = open_all (&run, &error);
      if (status == DM_STATUS_DONE && !evaluate (&run, &error))
        status = DM_STATUS_FAILED;
      run_clear (&run);
      gegl_exit ();
    }
  else
    {
      run_clear (&run);
    }

  if (error != NULL)
    return dm_options_fail ("evaluate", status, error);

  return status;
}
