/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/chart-private.h"
#include "image/text.h"

static void
draw_number (
    cairo_t *cairo, double value, double x, double y, double along, double down)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (text, sizeof text, "%.6g", value);
  dm_text_draw (cairo, text, x, y, along, down);
}

/* The least and the largest of the values there are. */
typedef struct
{
  double low, high;
} Range;

static void
widen (Range *x, Range *y, double at_x, double at_y)
{
  if (!isfinite (at_x) || !isfinite (at_y))
    return;

  x->low = MIN (x->low, at_x);
  x->high = MAX (x->high, at_x);
  y->low = MIN (y->low, at_y);
  y->high = MAX (y->high, at_y);
}

static void
set_axes (DmChartDrawing *self)
{
  const DmChart *chart = self->chart;
  Range          x = { INFINITY, -INFINITY }, y = { INFINITY, -INFINITY };

  for (size_t i = 0; i < chart->n_points; i++)
    widen (&x, &y, chart->points[i].x, chart->points[i].y);
  for (size_t i = 0; i < chart->n_marks; i++)
    widen (&x, &y, chart->marks[i].x, chart->marks[i].y);
  for (size_t k = 0; k < chart->n_lines; k++)
    for (size_t i = 0; i < chart->lines[k].n; i++)
      widen (&x, &y, chart->lines[k].x[i], chart->lines[k].y[i]);

  if (!(x.low <= x.high))
    x = y = (Range){ 0.0, 1.0 };

  dm_chart_axis_init (&self->x, x.low, x.high);
  if (chart->log_y && y.low > 0.0)
    dm_chart_axis_init_log (&self->y, y.low, y.high);
  else
    dm_chart_axis_init (&self->y, y.low, y.high);
}

static void
draw_line (cairo_t *cairo, double x0, double y0, double x1, double y1)
{
  cairo_move_to (cairo, x0, y0);
  cairo_line_to (cairo, x1, y1);
  cairo_stroke (cairo);
}

static void
draw_grid (DmChartDrawing *self)
{
  cairo_t *cairo = self->cairo;
  double   bottom = DM_CHART_HEIGHT - DM_CHART_BOTTOM;

  cairo_set_line_width (cairo, 1.0);
  cairo_set_source_rgb (cairo, 0.85, 0.85, 0.85);
  for (size_t i = 0; i < self->x.n; i++)
    {
      double x = dm_chart_get_x (self, self->x.ticks[i]);

      draw_line (cairo, x, DM_CHART_TOP, x, bottom);
    }
  for (size_t i = 0; i < self->y.n; i++)
    {
      double y = dm_chart_get_y (self, self->y.ticks[i]);

      draw_line (cairo, DM_CHART_LEFT, y, DM_CHART_WIDTH - DM_CHART_RIGHT, y);
    }

  cairo_set_source_rgb (cairo, 0.0, 0.0, 0.0);
  cairo_rectangle (cairo, DM_CHART_LEFT, DM_CHART_TOP,
                   DM_CHART_WIDTH - DM_CHART_LEFT - DM_CHART_RIGHT,
                   bottom - DM_CHART_TOP);
  cairo_stroke (cairo);
  for (size_t i = 0; i < self->x.n; i++)
    draw_number (cairo, self->x.ticks[i],
                 dm_chart_get_x (self, self->x.ticks[i]), bottom + 4.0, 0.5,
                 0.0);
  for (size_t i = 0; i < self->y.n; i++)
    draw_number (cairo, self->y.ticks[i], DM_CHART_LEFT - 6.0,
                 dm_chart_get_y (self, self->y.ticks[i]), 1.0, 0.5);
}

static void
draw_titles (DmChartDrawing *self)
{
  const DmChart *chart = self->chart;
  cairo_t       *cairo = self->cairo;
  double middle = 0.5 * (DM_CHART_LEFT + DM_CHART_WIDTH - DM_CHART_RIGHT);

  dm_text_draw (cairo, chart->title, middle, DM_CHART_TOP / 2.0, 0.5, 0.5);
  dm_text_draw (cairo, chart->x_title, middle,
                DM_CHART_HEIGHT - DM_CHART_BOTTOM + 22.0, 0.5, 0.0);
  dm_text_draw (cairo, chart->note, DM_CHART_WIDTH / 2.0, DM_CHART_HEIGHT - 8.0,
                0.5, 1.0);

  cairo_save (cairo);
  cairo_translate (cairo, 14.0,
                   0.5 * (DM_CHART_TOP + DM_CHART_HEIGHT - DM_CHART_BOTTOM));
  cairo_rotate (cairo, -G_PI / 2.0);
  dm_text_draw (cairo, chart->y_title, 0.0, 0.0, 0.5, 0.5);
  cairo_restore (cairo);
}

/**
 * dm_chart_draw_axes:
 *
 * Chooses the axes, and draws them with their titles.
 */
void
dm_chart_draw_axes (DmChartDrawing *self)
{
  set_axes (self);
  draw_grid (self);
  draw_titles (self);
}
