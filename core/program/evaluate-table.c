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

/* What the figures take, or the word of the language */
static void
get_widths (int widths[N_COLUMNS])
{
  const char *names[N_COLUMNS];

  get_names (names);
  for (size_t i = 0; i < N_COLUMNS; i++)
    widths[i] = MAX (10, dm_columns_get_width (names[i]) + 1);
  widths[0] = MAX (widths[0], dm_columns_get_width (_ ("held out")) + 1);
}

/**
 * dm_evaluate_print_header:
 */
void
dm_evaluate_print_header (void)
{
  const char *names[N_COLUMNS];
  int         widths[N_COLUMNS];
  g_autoptr (GString) line = g_string_new (NULL);

  get_names (names);
  get_widths (widths);
  for (size_t i = 0; i < N_COLUMNS; i++)
    dm_columns_add_right (line, names[i], widths[i]);
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
  const struct
  {
    const char *pattern;
    double      value;
  } cells[N_COLUMNS - 1] = {
    { "%.0f", (double) f->n }, { "%.4g", f->frechet }, { "%.4g", f->inception },
    { "%.3f", f->precision },  { "%.3f", f->recall },  { "%.3f", f->accuracy },
    { "%.4g", f->distance },   { "%.4f", f->copies },
  };
  int widths[N_COLUMNS];
  g_autoptr (GString) line = g_string_new (NULL);

  get_widths (widths);
  add_name (line, widths[0], row);
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    add_figure (line, widths[i + 1], cells[i].pattern, cells[i].value);

  if (isatty (STDOUT_FILENO))
    g_print ("\r\033[K");
  g_print ("%s\n", line->str);
}
