/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "program/train-run.h"

void
dm_train_print_data (const DmTrainRun *self)
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

void
dm_train_print_plan (const DmTrainRun *self, size_t n_parameters)
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
get_time_left (const DmTrainRun *self, const DmTrainReport *report)
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
  double rate = (report->images - self->first_images) /
                (report->seconds - self->first_seconds);
  int left = (int) get_time_left (self, report);

  g_print (_ ("%s%3.0f %%  %" G_GUINT64_FORMAT
              " pictures  %.0f/s  loss %.4f  %d:%02d:%02d left%s"),
           isatty (STDOUT_FILENO) ? "\r" : "", 100.0 * report->progress,
           report->images, rate, self->loss, left / 3600, left / 60 % 60,
           left % 60, isatty (STDOUT_FILENO) ? "  " : "\n");
}

void
dm_train_log_progress (DmTrainRun          *self,
                       const DmTrainReport *report,
                       double               held_out)
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
