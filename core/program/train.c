/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <signal.h>
#include <unistd.h>

#include "program/program.h"
#include "program/sheets.h"
#include "program/train-run.h"
#include "tensor/error.h"

/* Seconds between lines where there is no terminal, and between states. */
#define LINE_SECONDS 30.0
#define STATE_SECONDS 300.0

/* Pictures over which the held-out loss is measured. */
#define HELD_OUT 512

/* Classes on the sheets, at most, and pictures of each at each strength. */
#define SHEET_CLASSES 16
#define SHEET_COUNT 2

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

static void
run_clear (DmTrainRun *self)
{
  dm_trainer_free (self->trainer);
  dm_pool_free (self->pool);
  dm_dataset_free (self->dataset);
  g_free (self->state_path);
  if (self->json_log != NULL)
    fclose (self->json_log);
  dm_train_options_clear_data (&self->data_options);
  dm_train_options_clear (&self->options);
}

static DmCard *
make_card (const DmTrainRun *self)
{
  const DmTrainOptions *o = &self->options;
  DmCard               *card = dm_card_new ();

  g_strfreev (card->class_names);
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
save_weights (const DmTrainRun *self, GError **error)
{
  g_autoptr (DmCard) card = make_card (self);

  return dm_trainer_save_weights (self->trainer, self->options.output, card,
                                  self->dtype, error);
}

/* A sheet of the weights as they were just saved, beside them. */
static gboolean
draw_sheet (const DmTrainRun *self, GError **error)
{
  static const double guidance[] = { 0.0, 1.0, 3.0 };
  size_t              n_classes = MIN (self->dataset->n_classes, SHEET_CLASSES);
  g_autofree int     *class_id = g_new (int, n_classes);
  g_autofree float   *pixels = NULL;
  g_autofree char    *path = g_strconcat (self->options.output, ".png", NULL);
  g_autoptr (DmModel) model = dm_model_load (self->options.output, error);
  DmSettings settings;
  DmGrid     grid = { class_id,    guidance,
                      n_classes,   G_N_ELEMENTS (guidance),
                      SHEET_COUNT, (guint64) self->options.seed };

  if (model == NULL)
    return FALSE;

  for (size_t i = 0; i < n_classes; i++)
    class_id[i] = (int) i;

  dm_settings_init (&settings, model);
  pixels = dm_grid_draw (&grid, model, &settings, self->pool, error);

  return pixels != NULL &&
         dm_grid_save (&grid, model, &settings, pixels, path, error);
}

/* A run does not end for want of a sheet. */
static void
save_sheet (const DmTrainRun *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->options.no_sheets && !draw_sheet (self, &error))
    g_printerr (_ ("no sheet: %s\n"), error->message);
}

/* --- the run -------------------------------------------------------------- */

/* From where a former sitting ended, from other weights, or from nothing. */
static gboolean
run_start (DmTrainRun *self, GError **error)
{
  const DmTrainOptions *o = &self->options;

  if (o->resume)
    return dm_trainer_load_state (self->trainer, self->state_path, error);

  return o->init == NULL ||
         dm_trainer_load_weights (self->trainer, o->init, error);
}

static gboolean
run_open_log (DmTrainRun *self, GError **error)
{
  const char *path = self->options.json_log;

  if (path == NULL)
    return TRUE;

  self->json_log = fopen (path, self->options.resume ? "a" : "w");
  if (self->json_log == NULL)
    g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                 _ ("%s: cannot be written: %s"), path, g_strerror (errno));

  return self->json_log != NULL;
}

static gboolean
check_output (const char *path, GError **error)
{
  if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE,
               _ ("%s: is a folder; say with -o which file to write"), path);

  return FALSE;
}

static gboolean
run_prepare (DmTrainRun *self, GError **error)
{
  const DmTrainOptions *o = &self->options;

  if (!check_output (o->output, error))
    return FALSE;

  self->dataset = dm_dataset_open (o->data, &self->data_options, error);
  if (self->dataset == NULL)
    return FALSE;

  dm_train_print_data (self);
  self->pool = dm_pool_new ((size_t) MAX (o->threads, 0));
  self->config.resolution = self->dataset->side;
  self->config.channels = self->dataset->channels;
  self->config.n_classes = self->dataset->n_classes;
  if (!dm_config_check (&self->config, error))
    return FALSE;

  self->trainer = dm_trainer_new (&self->config, self->dataset,
                                  &self->trainer_options, self->pool, error);
  if (self->trainer == NULL)
    return FALSE;

  self->state_path = g_strconcat (o->output, ".state", NULL);
  if (!run_start (self, error) || !run_open_log (self, error))
    return FALSE;

  self->first_images = dm_trainer_get_images (self->trainer);
  self->first_seconds = dm_trainer_get_seconds (self->trainer);

  dm_train_print_plan (
      self,
      dm_unet_get_params (dm_trainer_get_unet (self->trainer))->n_elements);

  /* better now than after an hour */
  return dm_trainer_save_state (self->trainer, self->state_path, error);
}

static gboolean
is_checkpoint_due (const DmTrainRun *self, const DmTrainReport *report)
{
  guint64 every = (guint64) self->options.checkpoint_every;
  size_t  batch = self->trainer_options.batch;

  if (every > 0)
    return report->images / every != (report->images - batch) / every;

  return report->seconds - self->state_time >= STATE_SECONDS;
}

static gboolean
checkpoint (DmTrainRun *self, const DmTrainReport *report, GError **error)
{
  double held_out = dm_trainer_held_out (self->trainer, HELD_OUT);

  self->state_time = report->seconds;
  if (!dm_trainer_save_state (self->trainer, self->state_path, error) ||
      !save_weights (self, error))
    return FALSE;

  dm_train_log_progress (self, report, held_out);
  save_sheet (self);

  return TRUE;
}

static gboolean
run_report (DmTrainRun *self, const DmTrainReport *report, GError **error)
{
  double share = 1.0 / MIN (report->train_step, 50);

  self->loss += share * (report->loss - self->loss);

  if (report->seconds - self->line_time >=
      (isatty (STDOUT_FILENO) ? 1.0 : LINE_SECONDS))
    {
      self->line_time = report->seconds;
      dm_train_print_progress (self, report);
    }

  return !is_checkpoint_due (self, report) || checkpoint (self, report, error);
}

static gboolean
run_finish (DmTrainRun *self, GError **error)
{
  if (!dm_trainer_save_state (self->trainer, self->state_path, error))
    return FALSE;

  if (stop_wanted)
    {
      g_print (_ ("\nstopped; continue with --resume\n"));
      return TRUE;
    }

  if (self->dataset->n_held_out > 0)
    g_print (_ ("\nheld-out loss %.4f"),
             dm_trainer_held_out (self->trainer, HELD_OUT));
  if (!save_weights (self, error))
    return FALSE;

  g_print (_ ("\nwritten: %s\n"), self->options.output);
  save_sheet (self);

  return TRUE;
}

static gboolean
run_train (DmTrainRun *self, GError **error)
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
  DmTrainRun run = { 0 };
  g_autoptr (GError) error = NULL;
  int status = DM_STATUS_DONE;

  if (!dm_train_options_parse (&run.options, &argc, &argv, &error) ||
      !dm_train_options_get_data (&run.options, &run.data_options, &error) ||
      !dm_train_options_get_trainer (&run.options, &run.trainer_options,
                                     &error) ||
      !dm_train_options_get_config (&run.options, &run.config, &error) ||
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
    }

  run_clear (&run);
  if (status != DM_STATUS_USAGE)
    gegl_exit ();

  if (error != NULL)
    return dm_options_fail ("train", status, error);

  return status;
}
