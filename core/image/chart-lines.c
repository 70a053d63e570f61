/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/chart-private.h"
#include "image/text.h"

#define DOT 2.5

/* Of the key: a dash, and the room beside it and beside its name. */
#define DASH 18.0
#define GAP 6.0

/* Colours that differ for all kinds of sight.
 *
 * Source: Okabe & Ito 2008, "Color universal design".
 */
static const double colours[][3] = {
  { 0.00, 0.45, 0.70 },
  { 0.84, 0.37, 0.00 },
  { 0.00, 0.62, 0.45 },
  { 0.80, 0.47, 0.65 },
};

static void
draw_line (DmChartDrawing *self, const DmChartLine *line)
{
  cairo_t *cairo = self->cairo;

  cairo_new_path (cairo);
  for (size_t i = 0; i < line->n; i++)
    if (isfinite (line->x[i]) && isfinite (line->y[i]))
      cairo_line_to (cairo, dm_chart_get_x (self, line->x[i]),
                     dm_chart_get_y (self, line->y[i]));
  cairo_stroke (cairo);

  for (size_t i = 0; line->dotted && i < line->n; i++)
    if (isfinite (line->x[i]) && isfinite (line->y[i]))
      {
        cairo_arc (cairo, dm_chart_get_x (self, line->x[i]),
                   dm_chart_get_y (self, line->y[i]), DOT, 0.0, 2.0 * G_PI);
        cairo_fill (cairo);
      }
}

/* From @x on, above the chart. Returns: where the next name may be. */
static double
draw_key (DmChartDrawing *self, const DmChartLine *line, double x)
{
  double y = DM_CHART_TOP - 12.0, width, height;

  cairo_move_to (self->cairo, x, y);
  cairo_line_to (self->cairo, x + DASH, y);
  cairo_stroke (self->cairo);
  dm_text_draw (self->cairo, line->name, x + DASH + GAP, y, 0.0, 0.5);
  dm_text_measure (line->name, &width, &height);

  return x + DASH + width + 4.0 * GAP;
}

/**
 * dm_chart_draw_lines:
 *
 * The curves that have a name, and their key.
 */
void
dm_chart_draw_lines (DmChartDrawing *self)
{
  double x = DM_CHART_LEFT;

  cairo_set_line_width (self->cairo, 1.5);
  cairo_set_line_join (self->cairo, CAIRO_LINE_JOIN_ROUND);
  for (size_t i = 0; i < self->chart->n_lines; i++)
    {
      const double *c = colours[i % G_N_ELEMENTS (colours)];

      cairo_set_source_rgb (self->cairo, c[0], c[1], c[2]);
      draw_line (self, &self->chart->lines[i]);
      x = draw_key (self, &self->chart->lines[i], x);
    }
}
