/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

/* What is not finite is left out. */
typedef struct
{
  double      x, y;
  const char *label; /* (nullable) */
} DmChartPoint;

/* One curve of several, each in a colour of its own. */
typedef struct
{
  const char   *name;
  const double *x, *y; /* [n], what is not finite is left out */
  size_t        n;
  gboolean      dotted; /* each point has a dot */
} DmChartLine;

/* A curve through labelled points, and marks of its own beside it; or several
 * curves with a key.
 */
typedef struct
{
  const char         *title, *note; /* above and below */
  const char         *x_title, *y_title;
  const DmChartPoint *points; /* [n_points], in the order of the curve */
  size_t              n_points;
  const DmChartPoint *marks; /* [n_marks] */
  size_t              n_marks;
  const DmChartLine  *lines; /* [n_lines] */
  size_t              n_lines;
  gboolean            log_y; /* if all values are above 0 */
} DmChart;

gboolean dm_chart_is_file_name (const char *path);
gboolean dm_chart_save (const DmChart *self, const char *path, GError **error);
