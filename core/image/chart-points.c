/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/chart-private.h"

#include <math.h>

#include "image/text.h"

#define DOT 3.5

typedef struct
{
  double x, y, width, height;
} Box;

/* Dots and labels that are there. */
typedef struct
{
  DmChartDrawing *drawing;
  GArray         *taken; /* of Box */
} Labels;

static gboolean
is_free (const Labels *self, const Box *box)
{
  if (box->x < DM_CHART_LEFT ||
      box->x + box->width > DM_CHART_WIDTH - DM_CHART_RIGHT ||
      box->y < DM_CHART_TOP ||
      box->y + box->height > DM_CHART_HEIGHT - DM_CHART_BOTTOM)
    return FALSE;

  for (guint i = 0; i < self->taken->len; i++)
    {
      const Box *other = &g_array_index (self->taken, Box, i);

      if (box->x < other->x + other->width && other->x < box->x + box->width &&
          box->y < other->y + other->height && other->y < box->y + box->height)
        return FALSE;
    }

  return TRUE;
}

/* Whether the line from @a to @b is within the box, looked at in steps of a
 * pixel or two.
 */
static gboolean
is_crossed_by (const Labels       *self,
               const Box          *box,
               const DmChartPoint *a,
               const DmChartPoint *b)
{
  double x = dm_chart_get_x (self->drawing, a->x);
  double y = dm_chart_get_y (self->drawing, a->y);
  double to_x = dm_chart_get_x (self->drawing, b->x) - x;
  double to_y = dm_chart_get_y (self->drawing, b->y) - y;
  int    n = (int) MAX (fabs (to_x), fabs (to_y)) + 1;

  for (int i = 0; i <= n; i++)
    {
      double at_x = x + to_x * i / n, at_y = y + to_y * i / n;

      if (at_x >= box->x && at_x <= box->x + box->width && at_y >= box->y &&
          at_y <= box->y + box->height)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_crossed (const Labels *self, const Box *box)
{
  const DmChart      *chart = self->drawing->chart;
  const DmChartPoint *former = NULL;

  for (size_t i = 0; i < chart->n_points; i++)
    {
      const DmChartPoint *point = &chart->points[i];

      if (!dm_chart_is_shown (point))
        continue;

      if (former != NULL && is_crossed_by (self, box, former, point))
        return TRUE;

      former = point;
    }

  return FALSE;
}

/* Beside its dot where nothing else is, not even the curve; if there is no such
 * place, across the curve; if everything is full, nowhere.
 */
static void
draw_label (Labels *self, const DmChartPoint *point)
{
  static const double places[][2] = { { 0.0, 1.0 }, { 1.0, 1.0 }, { 0.0, 0.0 },
                                      { 1.0, 0.0 }, { 0.0, 0.5 }, { 1.0, 0.5 },
                                      { 0.5, 1.0 }, { 0.5, 0.0 } };
  double              x = dm_chart_get_x (self->drawing, point->x),
         y = dm_chart_get_y (self->drawing, point->y);
  double width, height;

  if (point->label == NULL)
    return;

  dm_text_measure (point->label, &width, &height);
  for (size_t i = 0; i < 2 * G_N_ELEMENTS (places); i++)
    {
      const double *place = places[i % G_N_ELEMENTS (places)];
      gboolean      may_cross = i >= G_N_ELEMENTS (places);
      double        ax = place[0], ay = place[1];
      double        at_x = x + (1.0 - 2.0 * ax) * (DOT + 3.0);
      double        at_y = y + (1.0 - 2.0 * ay) * (DOT + 1.0);
      Box box = { at_x - ax * width, at_y - ay * height, width, height };

      if (is_free (self, &box) && (may_cross || !is_crossed (self, &box)))
        {
          g_array_append_val (self->taken, box);
          dm_text_draw (self->drawing->cairo, point->label, at_x, at_y, ax, ay);
          return;
        }
    }
}

static void
draw_curve (DmChartDrawing *self)
{
  const DmChart *chart = self->chart;
  cairo_t       *cairo = self->cairo;

  cairo_set_source_rgb (cairo, 0.12, 0.38, 0.65);
  cairo_set_line_width (cairo, 1.5);
  cairo_new_path (cairo); /* not from where the last text was */
  for (size_t i = 0; i < chart->n_points; i++)
    if (dm_chart_is_shown (&chart->points[i]))
      cairo_line_to (cairo, dm_chart_get_x (self, chart->points[i].x),
                     dm_chart_get_y (self, chart->points[i].y));
  cairo_stroke (cairo);
}

static void
draw_dots (Labels *self, const DmChartPoint *points, size_t n, gboolean square)
{
  cairo_t *cairo = self->drawing->cairo;

  for (size_t i = 0; i < n; i++)
    if (dm_chart_is_shown (&points[i]))
      {
        double x = dm_chart_get_x (self->drawing, points[i].x),
               y = dm_chart_get_y (self->drawing, points[i].y);
        Box box = { x - DOT, y - DOT, 2.0 * DOT, 2.0 * DOT };

        g_array_append_val (self->taken, box);
        if (square)
          cairo_rectangle (cairo, box.x, box.y, box.width, box.height);
        else
          cairo_arc (cairo, x, y, DOT, 0.0, 2.0 * G_PI);
        cairo_fill (cairo);
      }
}

static void
draw_labels (Labels *self, const DmChartPoint *points, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (dm_chart_is_shown (&points[i]))
      draw_label (self, &points[i]);
}

/**
 * dm_chart_draw_points:
 *
 * The curve, its points, the marks, and labels for as many as have room.
 */
void
dm_chart_draw_points (DmChartDrawing *self)
{
  const DmChart *chart = self->chart;
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (Box));
  Labels labels = { self, taken };

  draw_curve (self);
  draw_dots (&labels, chart->points, chart->n_points, FALSE);
  cairo_set_source_rgb (self->cairo, 0.75, 0.25, 0.1);
  draw_dots (&labels, chart->marks, chart->n_marks, TRUE);

  draw_labels (&labels, chart->marks, chart->n_marks);
  cairo_set_source_rgb (self->cairo, 0.0, 0.0, 0.0);
  draw_labels (&labels, chart->points, chart->n_points);
}
