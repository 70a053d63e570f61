/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cairo.h>
#include <math.h>

#include "image/chart.h"
#include "image/chart-axis.h"

/* Pixels; a PNG has more, see chart.c. */
#define DM_CHART_WIDTH 720
#define DM_CHART_HEIGHT 540
#define DM_CHART_LEFT 80.0
#define DM_CHART_RIGHT 24.0
#define DM_CHART_TOP 48.0
#define DM_CHART_BOTTOM 88.0

/* A chart while it is being drawn. */
typedef struct
{
  const DmChart *chart;
  cairo_t       *cairo;
  DmChartAxis    x, y;
} DmChartDrawing;

void dm_chart_draw_axes (DmChartDrawing *self);
void dm_chart_draw_lines (DmChartDrawing *self);
void dm_chart_draw_points (DmChartDrawing *self);

static inline gboolean
dm_chart_is_shown (const DmChartPoint *point)
{
  return isfinite (point->x) && isfinite (point->y);
}

/* Pixels of values. */
static inline double
dm_chart_get_x (const DmChartDrawing *self, double value)
{
  return DM_CHART_LEFT + dm_chart_axis_place (&self->x, value) *
                             (DM_CHART_WIDTH - DM_CHART_LEFT - DM_CHART_RIGHT);
}

static inline double
dm_chart_get_y (const DmChartDrawing *self, double value)
{
  return DM_CHART_HEIGHT - DM_CHART_BOTTOM -
         dm_chart_axis_place (&self->y, value) *
             (DM_CHART_HEIGHT - DM_CHART_TOP - DM_CHART_BOTTOM);
}
