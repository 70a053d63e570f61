/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

#define DM_CHART_MAX_TICKS 16

/* A range of values, and the round numbers in it that are written down. */
typedef struct
{
  double   low, high; /* of what is shown                         */
  gboolean log;       /* equal ratios, not differences, are alike */
  double   step;      /* between the round numbers, unless @log   */
  size_t   n;         /* of them                                  */
  double   ticks[DM_CHART_MAX_TICKS]; /* those numbers            */
} DmChartAxis;

void   dm_chart_axis_init (DmChartAxis *self, double low, double high);
void   dm_chart_axis_init_log (DmChartAxis *self, double low, double high);
double dm_chart_axis_place (const DmChartAxis *self, double value);
