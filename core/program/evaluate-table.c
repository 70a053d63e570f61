/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/evaluate-table.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <unistd.h>

/* "12.3", or a dash for what is not known */
static char *
format (const char *pattern, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (isnan (value))
    return g_strdup ("–");

  return g_strdup (g_ascii_formatd (number, sizeof number, pattern, value));
}

static void
print_cell (const char *text, int width)
{
  int blanks = width - (int) g_utf8_strlen (text, -1);

  g_print ("%*s%s", MAX (blanks, 0), "", text);
}

#define COLUMN 11

/**
 * dm_evaluate_print_header:
 */
void
dm_evaluate_print_header (void)
{
  const char *names[] = {
    _ ("pictures"), _ ("n"),         "FID",
    "IS",           _ ("precision"), _ ("recall"),
    _ ("accuracy"), _ ("distance"),  _ ("copies"),
  };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    print_cell (names[i], COLUMN);
  g_print ("\n");
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
  } cells[] = {
    { "%.0f", (double) f->n }, { "%.4g", f->frechet }, { "%.4g", f->inception },
    { "%.3f", f->precision },  { "%.3f", f->recall },  { "%.3f", f->accuracy },
    { "%.4g", f->distance },   { "%.4f", f->copies },
  };
  g_autofree char *guidance = format ("%g", row->guidance);
  g_autofree char *name = row->drawn ? g_strconcat ("w = ", guidance, NULL) :
                                       g_strdup (_ ("held out"));

  if (isatty (STDOUT_FILENO))
    g_print ("\r\033[K");
  print_cell (name, COLUMN);
  for (size_t i = 0; i < G_N_ELEMENTS (cells); i++)
    {
      g_autofree char *text = format (cells[i].pattern, cells[i].value);

      print_cell (text, COLUMN);
    }
  g_print ("\n");
}
