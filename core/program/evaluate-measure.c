/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

#include "program/evaluate-run.h"
#include "program/evaluate-table.h"

/* Seconds between lines where there is no terminal. */
#define LINE_SECONDS 30.0

/* --- what the user sees ---------------------------------------------------
 */

static gboolean
is_line_due (DmEvaluateRun *self)
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
  DmEvaluateRun *self = data;
  double         done = self->n_done - self->n_kept + (double) step / n_steps;
  double         share = done / (self->guidance->len - self->n_kept);
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

/* --- the table --- */

/* A row is kept as soon as it is there. */
static gboolean
add_row (DmEvaluateRun *self, const DmReportRow *row, GError **error)
{
  dm_report_add_row (&self->report, row);
  dm_evaluate_print_row (row);

  return dm_report_save_table (&self->report, self->options.output, error);
}

static double
get_guidance (const DmEvaluateRun *self, guint i)
{
  return g_array_index (self->guidance, double, i);
}

/**
 * dm_evaluate_keep_strengths:
 *
 * Strengths that an earlier run has measured come first.
 */
void
dm_evaluate_keep_strengths (DmEvaluateRun *self)
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
measure_held_out (DmEvaluateRun *self, GError **error)
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
measure_drawn (DmEvaluateRun *self, GError **error)
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

/**
 * dm_evaluate_measure:
 *
 * The whole table, of which some may be there.
 *
 * Errors: those of measuring; %DM_ERROR_FILE
 */
gboolean
dm_evaluate_measure (DmEvaluateRun *self, GError **error)
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
