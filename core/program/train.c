/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <math.h>
#include <signal.h>
#include <unistd.h>

#include "program/program.h"
#include "program/train-run.h"
#include "tensor/error.h"
#include "tensor/memory.h"

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

gboolean
dm_train_is_stopped (void)
{
  return stop_wanted != 0;
}

/* A terminal or a pipe that is closed stops a run like Ctrl-C, its state being
 * kept; but what the caller has made it deaf to, as nohup does, it stays so.
 */
static void
catch_signal (int number)
{
  struct sigaction action = { .sa_handler = want_stop }, former;

  if (sigaction (number, NULL, &former) == 0 && former.sa_handler != SIG_IGN)
    sigaction (number, &action, NULL);
}

static void
run_clear (DmTrainRun *self)
{
  dm_trainer_free (self->trainer);
  dm_pool_free (self->pool);
  dm_dataset_free (self->dataset);
  g_free (self->data_text);
  g_free (self->choice_text);
  dm_train_clear_names (self);
  dm_train_log_clear (&self->log);
  dm_train_unlock (self);
  g_free (self->command);
  dm_train_options_clear_data (&self->data_options);
  dm_train_options_clear (&self->options);
}

/* --- the run -------------------------------------------------------------- */

/* From where a former sitting ended, from other weights, or from nothing. */
static gboolean
run_start (DmTrainRun *self, GError **error)
{
  const DmTrainOptions *o = &self->options;

  if (o->resume)
    return dm_train_load_state (self, error);

  return o->init == NULL ||
         dm_trainer_load_weights (self->trainer, o->init, error);
}

static gboolean
run_open_data (DmTrainRun *self, GError **error)
{
  self->memory.start = dm_memory_get_resident ();
  self->memory.allowed = self->trainer_options.memory;
  self->dataset =
      dm_dataset_open (self->options.data, &self->data_options, error);
  if (self->dataset == NULL)
    return FALSE;

  dm_train_print_data (self);

  return dm_train_choose (self, error);
}

static gboolean
run_prepare (DmTrainRun *self, GError **error)
{
  const DmTrainOptions *o = &self->options;

  dm_train_name_files (self);
  self->pool = dm_pool_new ((size_t) MAX (o->threads, 0));
  if (!dm_dataset_check (o->data, error) ||
      !dm_train_check_files (self, error) ||
      !dm_train_limit_side (self, error) || !run_open_data (self, error))
    return FALSE;

  dm_train_set_memory (self);
  self->trainer = dm_trainer_new (&self->config, self->dataset,
                                  &self->trainer_options, self->pool, error);
  if (self->trainer == NULL || !run_start (self, error))
    return FALSE;

  self->average_length = o->ema;
  self->first_images = dm_trainer_get_images (self->trainer);
  self->first_seconds = dm_trainer_get_seconds (self->trainer);

  dm_train_print_plan (self, dm_trainer_get_params (self->trainer)->n_elements);

  /* until now a signal that ends the run loses nothing but the time */
  catch_signal (SIGINT);
  catch_signal (SIGTERM);
  catch_signal (SIGHUP);
  if (!dm_train_check_card (self, error) || !dm_train_begin_files (self, error))
    return FALSE;

  dm_train_start_averages (self);
  self->sheet_drawn = self->options.resume;
  dm_train_save_page (self, DM_PAGE_RUNNING, NULL);

  return TRUE;
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
  if (!dm_train_save_weights (self, held_out, error) ||
      !dm_train_save_state (self, error))
    return FALSE;

  dm_train_log_add (&self->log, report, self->loss, held_out);
  dm_train_save_sheet (self);
  dm_train_save_page (self, DM_PAGE_RUNNING, NULL);

  return TRUE;
}

static gboolean
run_report (DmTrainRun *self, const DmTrainReport *report, GError **error)
{
  if (!report->skipped)
    {
      self->n_losses = MIN (self->n_losses + 1, 50);
      self->loss += (report->loss - self->loss) / self->n_losses;
    }

  if (report->seconds - self->line_time >=
      (isatty (STDOUT_FILENO) ? 1.0 : LINE_SECONDS))
    {
      self->line_time = report->seconds;
      dm_train_print_progress (self, report);
    }

  dm_train_keep_average (self, report);

  if (is_checkpoint_due (self, report))
    return checkpoint (self, report, error);

  if (dm_train_log_is_due (&self->log, report))
    {
      dm_train_log_add (&self->log, report, self->loss, NAN);
      dm_train_save_page (self, DM_PAGE_RUNNING, NULL);
    }

  return TRUE;
}

static gboolean
run_finish (DmTrainRun *self, GError **error)
{
  gboolean chosen;
  double   held_out;

  if (stop_wanted)
    {
      if (!dm_train_save_state (self, error))
        return FALSE;
      dm_train_save_page (self, DM_PAGE_STOPPED, NULL);
      g_print (_ ("\nstopped; continue with --resume\n"));
      return TRUE;
    }

  if (dm_train_is_written (self))
    {
      g_print (
          _ ("\nthis run is done already: %s stays as it is; to go on, say "
             "a longer --duration or more --images\n"),
          self->options.output);
      dm_train_save_page (self, DM_PAGE_DONE, NULL);
      return TRUE;
    }

  if (!dm_train_save_state (self, error))
    return FALSE;

  chosen = dm_train_choose_average (self, HELD_OUT);
  held_out = dm_trainer_held_out (self->trainer, HELD_OUT);
  if (!dm_train_save_weights (self, held_out, error))
    return FALSE;

  if (chosen)
    dm_train_forget_averages (self);
  if (self->report.images > 0)
    dm_train_log_add (&self->log, &self->report, self->loss, held_out);
  dm_train_print_end (self, held_out);
  if (dm_train_evaluate (self) && !dm_train_save_weights (self, NAN, error))
    return FALSE;
  dm_train_save_sheet (self);
  dm_train_save_page (self, DM_PAGE_DONE, NULL);

  return TRUE;
}

/* What has diverged has left weights and average as they were before. */
static void
run_keep (DmTrainRun *self, const GError *cause)
{
  g_autoptr (GError) error = NULL;

  if (!g_error_matches (cause, DM_ERROR, DM_ERROR_DIVERGED))
    return;

  if (dm_train_save_weights (
          self, dm_trainer_held_out (self->trainer, HELD_OUT), &error) &&
      dm_train_save_state (self, &error))
    g_print (_ ("\nwritten: %s, with the weights of the last good step\n"),
             self->options.output);
  else
    g_printerr ("%s\n", error->message);
}

static gboolean
run_train (DmTrainRun *self, GError **error)
{
  while (!stop_wanted && !dm_trainer_is_done (self->trainer))
    {
      g_autoptr (GError) fault = NULL;

      if (!dm_trainer_step (self->trainer, &self->report, &fault))
        {
          run_keep (self, fault);
          g_propagate_error (error, g_steal_pointer (&fault));
          return FALSE;
        }
      if (!run_report (self, &self->report, error))
        return FALSE;
    }

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

  run.command = dm_train_join_command (argv);
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
      catch_signal (SIGPIPE);
      if (!run_prepare (&run, &error))
        status = DM_STATUS_FAILED;
      else if (!run_train (&run, &error))
        {
          dm_train_save_page (&run, DM_PAGE_FAILED, error->message);
          status = DM_STATUS_FAILED;
        }
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
