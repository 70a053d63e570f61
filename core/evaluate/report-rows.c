/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/report.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "tensor/error.h"

/* Of a row, between tabulators: which pictures, their guidance, figures, how
 * they are drawn.
 */
#define N_CELLS 14
#define SAMPLER_CELL 12

/* Strengths as a table writes them, with six digits, are the same. */
#define SAME_GUIDANCE 1e-5

/* --- one row --------------------------------------------------------------
 */

static gboolean
parse_number (const char *cell, double *value)
{
  char *end;

  *value = g_ascii_strtod (cell, &end);

  return end != cell && *end == '\0';
}

/* Returns: whether pictures can be drawn so. */
static gboolean
parse_drawn (DmReportRow *row, const char *sampler, double n_steps)
{
  if (!isfinite (row->guidance) || !(n_steps >= 1.0 && n_steps <= 1e6))
    return FALSE;

  row->settings.n_steps = (unsigned) n_steps;

  return dm_sampler_from_name (&row->settings.sampler, sampler);
}

/* Returns: whether the line is one that dm_report_format_table() writes. */
static gboolean
parse_row (const char *line, DmReportRow *row)
{
  g_auto (GStrv) cells = g_strsplit (line, "\t", -1);
  DmFigures    *f = &row->figures;
  double        n = 0.0, n_steps = 0.0;
  double *const values[N_CELLS] = {
    NULL,
    &row->guidance,
    &n,
    &f->frechet,
    &f->inception,
    &f->precision,
    &f->recall,
    &f->accuracy,
    &f->distance,
    &f->copies,
    &row->settings.guidance_start,
    &row->settings.guidance_end,
    NULL,
    &n_steps,
  };

  if (g_strv_length (cells) != N_CELLS)
    return FALSE;

  row->drawn = strcmp (cells[0], "drawn") == 0;
  if (!row->drawn && strcmp (cells[0], "held-out") != 0)
    return FALSE;

  for (size_t i = 1; i < N_CELLS; i++)
    if (values[i] != NULL && !parse_number (cells[i], values[i]))
      return FALSE;
  if (!(n >= 1.0 && n <= 1e9) ||
      (row->drawn && !parse_drawn (row, cells[SAMPLER_CELL], n_steps)))
    return FALSE;
  f->n = (size_t) n;

  return TRUE;
}

static gboolean
parse_rows (const char *text, GArray *rows)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (size_t i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      DmReportRow row = { 0 };

      if (!parse_row (lines[i], &row))
        return FALSE;
      g_array_append_val (rows, row);
    }

  return TRUE;
}

/* --- all rows -------------------------------------------------------------
 */

/**
 * dm_report_find_row:
 * @guidance: of pictures drawn; NaN for those held out
 *
 * Returns: (transfer none) (nullable): what has been found
 */
const DmReportRow *
dm_report_find_row (const DmReport *self, double guidance)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (self->rows, DmReportRow, i);

      if (isnan (guidance) ?
              !row->drawn :
              row->drawn && fabs (row->guidance - guidance) < SAME_GUIDANCE)
        return row;
    }

  return NULL;
}

/* Pictures held out first, then by guidance. */
static int
compare (gconstpointer a, gconstpointer b)
{
  const DmReportRow *x = a, *y = b;

  if (!x->drawn || !y->drawn)
    return x->drawn - y->drawn;

  return (x->guidance > y->guidance) - (x->guidance < y->guidance);
}

/**
 * dm_report_add_row:
 *
 * Puts it where it belongs.
 */
void
dm_report_add_row (DmReport *self, const DmReportRow *row)
{
  g_array_append_val (self->rows, *row);
  g_array_sort (self->rows, compare);
}

/* Rows of as many pictures as are drawn now. */
static gboolean
are_of_so_many (const GArray *rows, size_t n_samples)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (rows, DmReportRow, i);

      if (row->drawn && row->figures.n != n_samples)
        return FALSE;
    }

  return TRUE;
}

/**
 * dm_report_take_rows:
 * @self: (inout) without rows; gets those of the table
 * @path: of a table that may have been written before, or not
 *
 * Errors: %DM_ERROR_FILE, %DM_ERROR_DATA if the table is not of the same
 * evaluation
 */
gboolean
dm_report_take_rows (DmReport *self, const char *path, GError **error)
{
  g_autofree char *empty = dm_report_format_table (self), *text = NULL;
  g_autoptr (GError) fault = NULL;

  if (!g_file_get_contents (path, &text, NULL, &fault))
    {
      if (g_error_matches (fault, G_FILE_ERROR, G_FILE_ERROR_NOENT))
        return TRUE;

      g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("%s: cannot be read: %s"),
                   path, fault->message);
      return FALSE;
    }

  if (g_str_has_prefix (text, empty) && g_str_has_suffix (text, "\n") &&
      parse_rows (text + strlen (empty), self->rows) &&
      are_of_so_many (self->rows, self->options->n_samples))
    return TRUE;

  g_array_set_size (self->rows, 0);
  g_set_error (error, DM_ERROR, DM_ERROR_DATA,
               _ ("%s: not a table of the same evaluation: write another one, "
                  "or leave out --resume to lose this one"),
               path);

  return FALSE;
}
