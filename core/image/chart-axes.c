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

static void
widen (double range[2], double value)
{
  range[0] = MIN (range[0], value);
  range[1] = MAX (range[1], value);
}

static void
set_axes (DmChartDrawing *self)
{
  const DmChart *chart = self->chart;
  double         x[2] = { INFINITY, -INFINITY }, y[2] = { INFINITY, -INFINITY };

  for (size_t i = 0; i < chart->n_points + chart->n_marks; i++)
    {
      const DmChartPoint *point = i < chart->n_points ?
                                      &chart->points[i] :
                                      &chart->marks[i - chart->n_points];

      if (dm_chart_is_shown (point))
        {
          widen (x, point->x);
          widen (y, point->y);
        }
    }

  dm_chart_axis_init (&self->x, isfinite (x[0]) ? x[0] : 0.0,
                      isfinite (x[1]) ? x[1] : 1.0);
  dm_chart_axis_init (&self->y, isfinite (y[0]) ? y[0] : 0.0,
                      isfinite (y[1]) ? y[1] : 1.0);
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
      double x = dm_chart_get_x (self, dm_chart_axis_get (&self->x, i));

      draw_line (cairo, x, DM_CHART_TOP, x, bottom);
    }
  for (size_t i = 0; i < self->y.n; i++)
    {
      double y = dm_chart_get_y (self, dm_chart_axis_get (&self->y, i));

      draw_line (cairo, DM_CHART_LEFT, y, DM_CHART_WIDTH - DM_CHART_RIGHT, y);
    }

  cairo_set_source_rgb (cairo, 0.0, 0.0, 0.0);
  cairo_rectangle (cairo, DM_CHART_LEFT, DM_CHART_TOP,
                   DM_CHART_WIDTH - DM_CHART_LEFT - DM_CHART_RIGHT,
                   bottom - DM_CHART_TOP);
  cairo_stroke (cairo);
  for (size_t i = 0; i < self->x.n; i++)
    draw_number (cairo, dm_chart_axis_get (&self->x, i),
                 dm_chart_get_x (self, dm_chart_axis_get (&self->x, i)),
                 bottom + 4.0, 0.5, 0.0);
  for (size_t i = 0; i < self->y.n; i++)
    draw_number (cairo, dm_chart_axis_get (&self->y, i), DM_CHART_LEFT - 6.0,
                 dm_chart_get_y (self, dm_chart_axis_get (&self->y, i)), 1.0,
                 0.5);
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
