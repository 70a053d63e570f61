/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>

#include "program/evaluate-run.h"
#include "program/program.h"
#include "tensor/error.h"

static void
run_clear (DmEvaluateRun *self)
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

/* Pictures as the model draws them. */
static gboolean
open_data (DmEvaluateRun *self, GError **error)
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
open_all (DmEvaluateRun *self, GError **error)
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
  if (self->net == NULL || !dm_options_check_place (o->output, error) ||
      !dm_options_check_place (o->plot, error) ||
      !dm_options_check_place (o->nearest, error) ||
      !dm_evaluation_check (&self->what, error) || !open_data (self, error))
    return DM_STATUS_FAILED;

  return DM_STATUS_DONE;
}

static void
print_written (const char *path)
{
  if (path != NULL)
    g_print (_ ("written: %s\n"), path);
}

static gboolean
evaluate (DmEvaluateRun *self, GError **error)
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

  dm_evaluate_keep_strengths (self);
  if (!dm_evaluate_measure (self, error) ||
      (o->plot != NULL &&
       !dm_report_save_plot (&self->report, o->plot, error)) ||
      (o->nearest != NULL && !dm_evaluate_save_nearest (self, error)))
    return FALSE;

  print_written (o->output);
  print_written (o->plot);
  print_written (o->nearest);

  return !o->recommend || dm_evaluate_recommend (self, error);
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
  DmEvaluateRun run = { 0 };
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
