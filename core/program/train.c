/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "program/program.h"
#include "program/train-options.h"
#include "tensor/error.h"

/* Seconds between lines where there is no terminal, and between states. */
#define LINE_SECONDS 30.0
#define STATE_SECONDS 300.0

/* Pictures over which the held-out loss is measured. */
#define HELD_OUT 512

static volatile sig_atomic_t stop_wanted;

static void
want_stop (int number)
{
  (void) number;
  stop_wanted = 1;
}

static void
catch_signals (void)
{
  struct sigaction action = { .sa_handler = want_stop };

  sigaction (SIGINT, &action, NULL);
  sigaction (SIGTERM, &action, NULL);
}

/* One run: what it works with, and when it last did what. */
typedef struct
{
  DmTrainOptions   options;
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
} Run;

static void
run_clear (Run *self)
{
  dm_trainer_free (self->trainer);
  dm_pool_free (self->pool);
  dm_dataset_free (self->dataset);
  g_free (self->state_path);
  if (self->json_log != NULL)
    fclose (self->json_log);
  dm_train_options_clear (&self->options);
}

static DmCard *
make_card (const Run *self)
{
  const DmTrainOptions *o = &self->options;
  DmCard               *card = dm_card_new ();

  card->class_names = g_strdupv (self->dataset->class_names);
  card->images_per_class =
      g_memdup2 (self->dataset->images_per_class,
                 self->dataset->n_classes * sizeof (gint64));
  card->title = g_strdup (o->title);
  card->guidance = 1.0;
  card->n_steps = 16;
  card->sampler = g_strdup ("dpm2m");
  card->guidance_start = 1.0;
  card->data_name = g_strdup (self->dataset->name);
  card->data_licence = g_strdup (o->licence);
  card->data_credits = g_strdup (o->credits);
  card->images_seen = (gint64) dm_trainer_get_images (self->trainer);
  card->seed = (guint64) o->seed;
  card->p_uncond = o->p_uncond;
  card->ema_length = o->ema;
  card->program_version = g_strdup (DM_VERSION);
  /* a run by pictures gives the same file on a fast and on a slow machine */
  if (self->trainer_options.n_images == 0)
    card->duration = dm_trainer_get_seconds (self->trainer);

  return card;
}

static gboolean
save_weights (const Run *self, GError **error)
{
  g_autoptr (DmCard) card = make_card (self);

  return dm_trainer_save_weights (self->trainer, self->options.output, card,
                                  self->dtype, error);
}

/* --- what the user sees --------------------------------------------------- */

static void
print_data (const Run *self)
{
  const DmDataset *d = self->dataset;

  g_print (_ ("%s: %zu pictures of %zu classes, %zu held out, %zu x %zu, %s\n"),
           d->name, d->n_images, d->n_classes, d->n_held_out, d->side, d->side,
           d->channels == 1 ? _ ("gray") : _ ("colour"));
  for (size_t i = 0; i < d->n_classes; i++)
    g_print ("  %-20s %" G_GINT64_FORMAT "\n", d->class_names[i],
             d->images_per_class[i]);
  if (d->skipped->len > 0)
    g_print (_ ("%u files left out:\n"), d->skipped->len);
  for (guint i = 0; i < MIN (d->skipped->len, 10); i++)
    g_print ("  %s\n", (char *) d->skipped->pdata[i]);
}

static void
print_plan (const Run *self, size_t n_parameters)
{
  const DmTrainerOptions *o = &self->trainer_options;

  g_print (_ ("network: %.2f million parameters; batch %zu; about %.1f GB of "
              "memory\n"),
           n_parameters / 1e6, o->batch,
           dm_trainer_forecast (self->trainer) / 1e9);
  if (o->n_images > 0)
    g_print (_ ("length: %" G_GUINT64_FORMAT " pictures\n"), o->n_images);
  if (o->duration > 0.0)
    g_print (_ ("length: %.0f minutes\n"), o->duration / 60.0);
}

static double
get_time_left (const Run *self, const DmTrainReport *report)
{
  const DmTrainerOptions *o = &self->trainer_options;
  double                  left = INFINITY;
  double pictures = (double) (report->images - self->first_images);

  if (o->duration > 0.0)
    left = o->duration - report->seconds;
  if (o->n_images > 0)
    left = MIN (left, (o->n_images - (double) report->images) *
                          (report->seconds - self->first_seconds) / pictures);

  return MAX (left, 0.0);
}

static void
print_progress (const Run *self, const DmTrainReport *report)
{
  double rate = (report->images - self->first_images) /
                (report->seconds - self->first_seconds);
  int left = (int) get_time_left (self, report);

  g_print (_ ("%s%3.0f %%  %" G_GUINT64_FORMAT
              " pictures  %.0f/s  loss %.4f  %d:%02d:%02d left%s"),
           isatty (STDOUT_FILENO) ? "\r" : "", 100.0 * report->progress,
           report->images, rate, self->loss, left / 3600, left / 60 % 60,
           left % 60, isatty (STDOUT_FILENO) ? "  " : "\n");
}

static void
log_progress (Run *self, const DmTrainReport *report, double held_out)
{
  char number[5][G_ASCII_DTOSTR_BUF_SIZE];

  if (self->json_log == NULL)
    return;

  fprintf (
      self->json_log,
      "{\"images\": %" G_GUINT64_FORMAT ", \"seconds\": %s, \"loss\": %s, "
      "\"norm\": %s, \"rate\": %s, \"held_out\": %s}\n",
      report->images,
      g_ascii_formatd (number[0], sizeof number[0], "%.1f", report->seconds),
      g_ascii_formatd (number[1], sizeof number[1], "%.6g", self->loss),
      g_ascii_formatd (number[2], sizeof number[2], "%.6g", report->norm),
      g_ascii_formatd (number[3], sizeof number[3], "%.6g", report->rate),
      isfinite (held_out) ?
          g_ascii_formatd (number[4], sizeof number[4], "%.6g", held_out) :
          "null");
  fflush (self->json_log);
}

/* --- the run -------------------------------------------------------------- */

static gboolean
run_prepare (Run *self, GError **error)
{
  const DmTrainOptions *o = &self->options;
  g_auto (GStrv) classes =
      o->classes != NULL ? g_strsplit (o->classes, ",", -1) : NULL;
  DmDatasetOptions data = { .side = (size_t) MAX (o->size, 0),
                            .class_names = classes };

  self->dataset = dm_dataset_open (o->data, &data, error);
  if (self->dataset == NULL)
    return FALSE;

  print_data (self);
  self->pool = dm_pool_new ((size_t) MAX (o->threads, 0));
  if (!dm_train_options_get_config (o, self->dataset, &self->config, error))
    return FALSE;

  self->trainer = dm_trainer_new (&self->config, self->dataset,
                                  &self->trainer_options, self->pool, error);
  if (self->trainer == NULL)
    return FALSE;

  self->state_path = g_strconcat (o->output, ".state", NULL);
  if (o->resume &&
      !dm_trainer_load_state (self->trainer, self->state_path, error))
    return FALSE;

  self->first_images = dm_trainer_get_images (self->trainer);
  self->first_seconds = dm_trainer_get_seconds (self->trainer);
  if (o->json_log != NULL)
    self->json_log = fopen (o->json_log, o->resume ? "a" : "w");

  print_plan (
      self,
      dm_unet_get_params (dm_trainer_get_unet (self->trainer))->n_elements);

  /* better now than after an hour */
  return dm_trainer_save_state (self->trainer, self->state_path, error);
}

static gboolean
run_report (Run *self, const DmTrainReport *report, GError **error)
{
  double share = 1.0 / MIN (report->train_step, 50);

  self->loss += share * (report->loss - self->loss);

  if (report->seconds - self->line_time >=
      (isatty (STDOUT_FILENO) ? 1.0 : LINE_SECONDS))
    {
      self->line_time = report->seconds;
      print_progress (self, report);
    }

  if (report->seconds - self->state_time < STATE_SECONDS)
    return TRUE;

  self->state_time = report->seconds;
  log_progress (self, report, dm_trainer_held_out (self->trainer, HELD_OUT));

  return dm_trainer_save_state (self->trainer, self->state_path, error) &&
         save_weights (self, error);
}

static gboolean
run_finish (Run *self, GError **error)
{
  if (!dm_trainer_save_state (self->trainer, self->state_path, error))
    return FALSE;

  if (stop_wanted)
    {
      g_print (_ ("\nstopped; continue with --resume\n"));
      return TRUE;
    }

  g_print (_ ("\nheld-out loss %.4f\n"),
           dm_trainer_held_out (self->trainer, HELD_OUT));
  if (!save_weights (self, error))
    return FALSE;

  g_print (_ ("written: %s\n"), self->options.output);

  return TRUE;
}

static gboolean
run_train (Run *self, GError **error)
{
  DmTrainReport report;

  while (!stop_wanted && !dm_trainer_is_done (self->trainer))
    if (!dm_trainer_step (self->trainer, &report, error) ||
        !run_report (self, &report, error))
      return FALSE;

  return run_finish (self, error);
}

/**
 * dm_program_train:
 *
 * `gegl-diffusion train DATA -o FILE`
 *
 * Returns: the exit status.
 */
int
dm_program_train (int argc, char **argv)
{
  Run run = { 0 };
  g_autoptr (GError) error = NULL;
  int status = DM_STATUS_DONE;

  if (!dm_train_options_parse (&run.options, &argc, &argv, &error) ||
      !dm_train_options_get_trainer (&run.options, &run.trainer_options,
                                     &error) ||
      !dm_train_options_get_dtype (&run.options, &run.dtype, &error))
    status = DM_STATUS_USAGE;
  else
    {
      gegl_init (NULL, NULL);
      catch_signals ();
      if (!run_prepare (&run, &error) || !run_train (&run, &error))
        status = DM_STATUS_FAILED;
      else if (stop_wanted)
        status = DM_STATUS_INTERRUPTED;
      run_clear (&run);
      gegl_exit ();
    }

  if (error != NULL)
    return dm_options_fail ("train", status, error);

  return status;
}
