/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>
#include <unistd.h>

#include "program/data-text.h"
#include "program/train-run.h"

void
dm_train_print_data (DmTrainRun *self)
{
  g_autoptr (DmDataReport) report = dm_data_report_new (self->dataset);

  self->data_text = dm_data_text_new (report);
  g_print ("%s", self->data_text);
}

/* "3200 pictures, 50.0 passes over 64" */
static void
print_length (const DmTrainRun *self)
{
  const DmTrainerOptions *o = &self->trainer_options;
  size_t                  n = self->dataset->n_images;
  guint64                 n_images = self->choice.n_images;

  if (o->duration > 0.0 && o->n_images > 0)
    g_print (_ ("length: %.0f minutes or %" PRIu64 " pictures\n"),
             o->duration / 60.0, o->n_images);
  else if (o->n_images > 0)
    g_print (_ ("length: %" PRIu64 " pictures, %.1f passes over %zu\n"),
             o->n_images, (double) o->n_images / n, n);
  else if (n_images > 0)
    g_print (_ ("length: %.0f minutes, at %.0f a second about %" PRIu64
                " pictures, %.1f passes over %zu\n"),
             o->duration / 60.0, self->choice.speed, n_images,
             (double) n_images / n, n);
  else
    g_print (_ ("length: %.0f minutes\n"), o->duration / 60.0);
}

void
dm_train_print_plan (DmTrainRun *self, size_t n_parameters)
{
  const DmTrainerOptions *o = &self->trainer_options;

  g_autofree char *memory = g_format_size (dm_train_forecast (self));
  size_t           part = dm_trainer_get_part (self->trainer);

  self->choice_text = dm_train_describe_choice (self);
  g_print ("%s", self->choice_text);
  g_print (_ ("network: %.2f million parameters; batch %zu; about %s of "
              "memory\n"),
           n_parameters / 1e6, o->batch, memory);
  if (part < o->batch)
    {
      g_autofree char *limit = g_format_size (self->memory.limit);

      g_print (_ ("each batch is learned in %zu parts of %zu, to stay within "
                  "%s\n"),
               o->batch / part, part, limit);
    }
  print_length (self);
}

void
dm_train_print_end (const DmTrainRun *self, double held_out)
{
  double best = dm_trainer_get_best (self->trainer);

  if (isfinite (held_out))
    g_print (_ ("\nheld-out loss %.4f"), held_out);
  if (self->accuracy > 0.0)
    g_print (_ ("; %.2f %% of %zu held-out pictures right"),
             100.0 * self->accuracy, self->dataset->n_held_out);
  if (best < held_out)
    g_print (_ ("; it was lowest at %.4f, with the weights in %s"), best,
             self->best_path);
  g_print (_ ("\nwritten: %s\n"), self->options.output);
}

/**
 * dm_train_get_speed:
 *
 * Returns: pictures per second of this sitting
 */
double
dm_train_get_speed (const DmTrainRun *self, const DmTrainReport *report)
{
  return (double) (report->images - self->first_images) /
         (report->seconds - self->first_seconds);
}

/**
 * dm_train_get_time_left:
 *
 * Returns: seconds, as far as can be said
 */
double
dm_train_get_time_left (const DmTrainRun *self, const DmTrainReport *report)
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

void
dm_train_print_progress (const DmTrainRun *self, const DmTrainReport *report)
{
  double           speed = dm_train_get_speed (self, report);
  int              left = (int) dm_train_get_time_left (self, report);
  g_autofree char *skipped =
      report->n_skipped > 0 ?
          g_strdup_printf (g_dngettext (GETTEXT_PACKAGE,
                                        ", %" PRIu64 " step skipped",
                                        ", %" PRIu64 " steps skipped",
                                        (gulong) report->n_skipped),
                           report->n_skipped) :
          g_strdup ("");

  g_print (_ ("%s%3.0f %%  %" PRIu64
              " pictures  %.0f/s  loss %.4f%s  %d:%02d:%02d left%s"),
           isatty (STDOUT_FILENO) ? "\r" : "", 100.0 * report->progress,
           report->images, speed, self->loss, skipped, left / 3600,
           left / 60 % 60, left % 60, isatty (STDOUT_FILENO) ? "  " : "\n");
}
