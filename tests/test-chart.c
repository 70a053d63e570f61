/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/chart.h"

#include <cairo.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "image/chart-axis.h"
#include "model-case.h"
#include "tensor/error.h"

static char *folder;

/* --- axes ----------------------------------------------------------------- */

/* All values are shown, at two to ten round numbers. */
static void
test_axis (void)
{
  static const double ranges[][2] = {
    { 0.0, 1.0 },     { 1.0, 9.0 },   { -3.0, 4.5 },   { 99.5, 100.5 },
    { 1e-6, 3e-6 },   { 0.0, 0.0 },   { 5.0, 5.0 },    { -2.0, -2.0 },
    { -1e5, 123456 }, { 8.71, 8.93 }, { 2.0, 2.0001 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      DmChartAxis axis;

      dm_chart_axis_init (&axis, ranges[i][0], ranges[i][1]);
      g_assert_cmpfloat (axis.low, <, ranges[i][0]);
      g_assert_cmpfloat (axis.high, >, ranges[i][1]);
      g_assert_cmpuint (axis.n, >=, 2);
      g_assert_cmpuint (axis.n, <=, 10);

      for (size_t k = 0; k < axis.n; k++)
        {
          double value = axis.ticks[k];
          double digits =
              axis.step / pow (10.0, floor (log10 (axis.step) + 1e-9));

          g_assert_cmpfloat (value, >=, axis.low);
          g_assert_cmpfloat (value, <=, axis.high);
          g_assert_true (fabs (digits - 1.0) < 1e-6 ||
                         fabs (digits - 2.0) < 1e-6 ||
                         fabs (digits - 5.0) < 1e-6);
          g_assert_cmpfloat_with_epsilon (value / axis.step,
                                          round (value / axis.step), 1e-6);
        }
    }
}

/* The same of an axis of ratios. Each number is one digit and zeros, or the
 * axis is so short that the numbers are as on any other.
 */
static void
test_log_axis (void)
{
  static const double ranges[][2] = {
    { 0.1, 1.0 },  { 1.0, 1.0 },  { 0.31, 0.39 },  { 2.0, 2.0001 },
    { 1e-9, 1e9 }, { 0.02, 5.0 }, { 1e-30, 1e30 }, { 0.5, 123456 },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      DmChartAxis axis;

      dm_chart_axis_init_log (&axis, ranges[i][0], ranges[i][1]);
      g_assert_cmpfloat (axis.low, <, ranges[i][0]);
      g_assert_cmpfloat (axis.high, >, ranges[i][1]);
      g_assert_cmpuint (axis.n, >=, 2);
      g_assert_cmpuint (axis.n, <=, DM_CHART_MAX_TICKS);

      for (size_t k = 0; k < axis.n; k++)
        {
          g_assert_cmpfloat (axis.ticks[k], >=, axis.low);
          g_assert_cmpfloat (axis.ticks[k], <=, axis.high);
          if (k > 0)
            g_assert_cmpfloat (axis.ticks[k], >, axis.ticks[k - 1]);
        }
    }
}

/* The ends of an axis, and its middle: the mean of them, the geometric one if
 * ratios count.
 */
static void
test_place (void)
{
  DmChartAxis axis, log;

  dm_chart_axis_init (&axis, 0.1, 10.0);
  dm_chart_axis_init_log (&log, 0.1, 10.0);
  g_assert_cmpfloat (dm_chart_axis_place (&axis, axis.low), ==, 0.0);
  g_assert_cmpfloat (dm_chart_axis_place (&log, log.high), ==, 1.0);
  g_assert_cmpfloat_with_epsilon (dm_chart_axis_place (&axis, 5.05), 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (dm_chart_axis_place (&log, 1.0), 0.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (log.ticks[1] / log.ticks[0], 2.0, 1e-9);
}

/* --- files ---------------------------------------------------------------- */

static const DmChartPoint points[] = {
  { 8.0, 3.0, "w = 0" },
  { 8.5, 2.0, "w = 0.5" },
  { 8.50001, 2.0, "w = 0.5001" },
  { NAN, 1.0, "nothing" },
  { 9.5, 6.0, NULL },
};
static const DmChartPoint marks[] = { { 9.0, 1.0, "held out & <real>" } };

static DmChart
new_chart (void)
{
  return (DmChart){
    .title = "Made",
    .note = "A note\nin two lines",
    .x_title = "IS",
    .y_title = "FID",
    .points = points,
    .n_points = G_N_ELEMENTS (points),
    .marks = marks,
    .n_marks = G_N_ELEMENTS (marks),
  };
}

static void
count_element (GMarkupParseContext *context,
               const char          *name,
               const char         **names,
               const char         **values,
               gpointer             data,
               GError             **error)
{
  (void) context;
  (void) names;
  (void) values;
  (void) error;
  if (strcmp (name, "svg") == 0)
    ++*(int *) data;
}

/* The file is XML, and says how large it is. */
static void
test_svg (void)
{
  static const GMarkupParser parser = { .start_element = count_element };
  g_autofree char *path = g_build_filename (folder, "chart.svg", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GMarkupParseContext) context = NULL;
  DmChart chart = new_chart ();
  int     n = 0;

  dm_chart_save (&chart, path, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  context = g_markup_parse_context_new (&parser, G_MARKUP_TREAT_CDATA_AS_TEXT,
                                        &n, NULL);
  g_markup_parse_context_parse (context, text, -1, &error);
  g_assert_no_error (error);
  g_markup_parse_context_end_parse (context, &error);
  g_assert_no_error (error);
  g_assert_cmpint (n, ==, 1);
}

static gboolean
is_near (guint32 a, guint32 b)
{
  for (int shift = 0; shift < 24; shift += 8)
    if (ABS ((int) (a >> shift & 0xff) - (int) (b >> shift & 0xff)) > 2)
      return FALSE;

  return TRUE;
}

/* How often a colour is in the first @width columns of a picture, but for the
 * dots' soft edges.
 */
static size_t
count_colour (cairo_surface_t *surface, guint32 colour, int width)
{
  const guchar *data = cairo_image_surface_get_data (surface);
  int           stride = cairo_image_surface_get_stride (surface);
  size_t        found = 0;

  for (int y = 0; y < cairo_image_surface_get_height (surface); y++)
    for (int x = 0; x < width; x++)
      {
        guint32 pixel;

        memcpy (&pixel, data + y * stride + 4 * x, sizeof pixel);
        found += is_near (pixel, colour);
      }

  return found;
}

/* A blue curve within the frame and red marks, on twice the SVG's pixels. */
static void
test_png (void)
{
  g_autofree char *path = g_build_filename (folder, "chart.png", NULL);
  g_autoptr (GError) error = NULL;
  DmChart          chart = new_chart ();
  cairo_surface_t *surface;

  dm_chart_save (&chart, path, &error);
  g_assert_no_error (error);
  surface = cairo_image_surface_create_from_png (path);
  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  g_assert_cmpint (cairo_image_surface_get_width (surface), ==, 1440);
  g_assert_cmpint (cairo_image_surface_get_height (surface), ==, 1080);
  g_assert_cmpuint (count_colour (surface, 0x1f61a6, 1440), >, 300);
  g_assert_cmpuint (count_colour (surface, 0x1f61a6, 150), ==, 0);
  g_assert_cmpuint (count_colour (surface, 0xbf401a, 1440), >, 100);
  cairo_surface_destroy (surface);
}

/* Pixels of the curve through @n points, with their labels or without. */
static size_t
count_curve (const DmChartPoint *labelled, size_t n, gboolean with_labels)
{
  g_autofree char         *path = g_build_filename (folder, "curve.png", NULL);
  g_autofree DmChartPoint *shown = g_memdup2 (labelled, n * sizeof *labelled);
  g_autoptr (GError) error = NULL;
  DmChart          chart = new_chart ();
  cairo_surface_t *surface;
  size_t           found;

  for (size_t i = 0; !with_labels && i < n; i++)
    shown[i].label = NULL;
  chart.points = shown;
  chart.n_points = n;
  chart.n_marks = 0;
  dm_chart_save (&chart, path, &error);
  g_assert_no_error (error);
  surface = cairo_image_surface_create_from_png (path);
  found = count_colour (surface, 0x1f61a6, 1440);
  cairo_surface_destroy (surface);

  return found;
}

/* Labels lie beside a curve, wherever it goes: nothing of it is hidden. */
static void
test_labels (void)
{
  static const DmChartPoint rising[] = {
    { 0, 0, "w = 0" }, { 1, 1, "w = 1" }, { 2, 2, "w = 2" }, { 3, 3, "w = 3" }
  };
  static const DmChartPoint bent[] = {
    { 0, 3, "w = 0" }, { 1, 0, "w = 1" }, { 2, 0.2, "w = 2" }, { 3, 3, "w = 3" }
  };

  g_assert_cmpuint (count_curve (rising, 4, TRUE), ==,
                    count_curve (rising, 4, FALSE));
  g_assert_cmpuint (count_curve (bent, 4, TRUE), ==,
                    count_curve (bent, 4, FALSE));
}

/* Returns: (transfer full): the picture as text */
static char *
save_lines (const double *x, const double *y, size_t n, gboolean log_y)
{
  g_autofree char *bytes = NULL;
  g_autofree char *path = g_build_filename (folder, "lines.png", NULL);
  g_autoptr (GError) error = NULL;
  DmChartLine line = { "loss & <more>", x, y, n, TRUE };
  DmChart     chart = new_chart ();
  gsize       n_bytes;

  chart.n_points = chart.n_marks = 0;
  chart.lines = &line;
  chart.n_lines = 1;
  chart.log_y = log_y;
  dm_chart_save (&chart, path, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));

  return g_base64_encode ((guchar *) bytes, n_bytes);
}

/* Curves of any length: points that are not numbers are as if not there, and
 * there are no ratios of values at or below 0.
 */
static void
test_lines (void)
{
  const double x[] = { 0, 1, 2, NAN, 4 }, y[] = { 1, NAN, 0.5, 2, 0.25 };
  const double some_x[] = { 0, 2, 4 }, some_y[] = { 1, 0.5, 0.25 };
  const double zero[] = { 1, 0, 2 };

  g_autofree char *gaps = save_lines (x, y, 5, TRUE);
  g_autofree char *whole = save_lines (some_x, some_y, 3, TRUE);
  g_autofree char *linear = save_lines (x, y, 5, FALSE);
  g_autofree char *zero_log = save_lines (some_x, zero, 3, TRUE);
  g_autofree char *zero_linear = save_lines (some_x, zero, 3, FALSE);

  g_assert_cmpstr (gaps, ==, whole);
  g_assert_cmpstr (gaps, !=, linear);
  g_assert_cmpstr (zero_log, ==, zero_linear);

  for (size_t n = 0; n < 5; n++)
    g_free (save_lines (x, y, n, TRUE));
}

/* Nothing to show is a chart still. */
static void
test_empty (void)
{
  g_autofree char *path = g_build_filename (folder, "empty.svg", NULL);
  g_autoptr (GError) error = NULL;
  DmChart chart = new_chart ();

  chart.n_points = chart.n_marks = 0;
  dm_chart_save (&chart, path, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_names (void)
{
  g_autofree char *path = g_build_filename (folder, "no", "chart.svg", NULL);
  g_autoptr (GError) error = NULL;
  DmChart chart = new_chart ();

  g_assert_true (dm_chart_is_file_name ("a.svg"));
  g_assert_true (dm_chart_is_file_name ("b.png"));
  g_assert_false (dm_chart_is_file_name ("c.jpg"));
  g_assert_false (dm_chart_save (&chart, path, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, path));
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("chart-XXXXXX", NULL);
  g_test_add_func ("/chart/axis", test_axis);
  g_test_add_func ("/chart/log-axis", test_log_axis);
  g_test_add_func ("/chart/place", test_place);
  g_test_add_func ("/chart/labels", test_labels);
  g_test_add_func ("/chart/lines", test_lines);
  g_test_add_func ("/chart/svg", test_svg);
  g_test_add_func ("/chart/png", test_png);
  g_test_add_func ("/chart/empty", test_empty);
  g_test_add_func ("/chart/names", test_names);

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);

  return status;
}
