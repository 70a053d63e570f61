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

/* A curve through labelled points, and marks of its own beside it. */
typedef struct
{
  const char         *title, *note; /* above and below */
  const char         *x_title, *y_title;
  const DmChartPoint *points; /* [n_points], in the order of the curve */
  size_t              n_points;
  const DmChartPoint *marks; /* [n_marks] */
  size_t              n_marks;
} DmChart;

gboolean dm_chart_is_file_name (const char *path);
gboolean dm_chart_save (const DmChart *self, const char *path, GError **error);
