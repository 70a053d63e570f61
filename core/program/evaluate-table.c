/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/evaluate-table.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "program/columns.h"

/* --- header --------------------------------------------------------------- */

#define N_COLUMNS 9

static void
get_names (const char *names[N_COLUMNS])
{
  const char *translated[N_COLUMNS] = {
    _ ("pictures"), _ ("n"),         "FID",
    "IS",           _ ("precision"), _ ("recall"),
    _ ("accuracy"), _ ("distance"),  _ ("copies"),
  };

  memcpy (names, translated, sizeof translated);
}

/* Of all columns: what the figures take, or the longest word of the language */
static int
get_column (void)
{
  const char *names[N_COLUMNS];
  int         width = MAX (11, dm_columns_get_width (_ ("held out")));

  get_names (names);
  for (size_t i = 0; i < N_COLUMNS; i++)
    width = MAX (width, dm_columns_get_width (names[i]) + 1);

  return width;
}

/**
 * dm_evaluate_print_header:
 */
void
dm_evaluate_print_header (void)
{
  const char *names[N_COLUMNS];
  int         column = get_column ();
  g_autoptr (GString) line = g_string_new (NULL);

  get_names (names);
  for (size_t i = 0; i < N_COLUMNS; i++)
    dm_columns_add_right (line, names[i], column);
  g_print ("%s\n", line->str);
}

/* --- rows ----------------------------------------------------------------- */

/* "12.3", or a dash for what is not known */
static void
add_figure (GString *line, int column, const char *pattern, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  dm_columns_add_right (
      line,
      isnan (value) ? "–" :
                      g_ascii_formatd (number, sizeof number, pattern, value),
      column);
}

static void
add_name (GString *line, int column, const DmReportRow *row)
{
  char             number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *name =
      row->drawn ? g_strconcat ("w = ",
                                g_ascii_formatd (number, sizeof number, "%g",
                                                 row->guidance),
                                NULL) :
                   g_strdup (_ ("held out"));

  dm_columns_add_right (line, name, column);
}

/**
 * dm_evaluate_print_row:
 *
 * Over a line of progress on a terminal.
 */
void
dm_evaluate_print_row (const DmReportRow *row)
{
  const DmFigures *f = &row->figures;
  int              column = get_column ();
  g_autoptr (GString) line = g_string_new (NULL);

  add_name (line, column, row);
  add_figure (line, column, "%.0f", (double) f->n);
  add_figure (line, column, "%.4g", f->frechet);
  add_figure (line, column, "%.4g", f->inception);
  add_figure (line, column, "%.3f", f->precision);
  add_figure (line, column, "%.3f", f->recall);
  add_figure (line, column, "%.3f", f->accuracy);
  add_figure (line, column, "%.4g", f->distance);
  add_figure (line, column, "%.4f", f->copies);

  if (isatty (STDOUT_FILENO))
    g_print ("\r\033[K");
  g_print ("%s\n", line->str);
}
