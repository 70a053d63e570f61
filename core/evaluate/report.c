/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/report.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

#include "image/chart.h"
#include "tensor/error.h"

/* --- words ----------------------------------------------------------------
 */

/* For people in their language, for a table in none: it is read again, perhaps
 * by somebody else.
 */
G_GNUC_FORMAT (2)
static const char *
say (bool translated, const char *text)
{
  return translated ? g_dgettext (GETTEXT_PACKAGE, text) : text;
}

static void
add_drawing (GString *text, const DmReport *self, bool translated)
{
  const DmSettings *s = self->settings;
  guint64           seed = self->options->seed;
  char start[G_ASCII_DTOSTR_BUF_SIZE], end[G_ASCII_DTOSTR_BUF_SIZE];

  if (s != NULL)
    g_string_append_printf (
        text,
        say (translated,
             N_ ("model: %s; %s, %u steps, guided from t = %s to %s, seed "
                 "%" PRIu64 "\n")),
        self->model, dm_sampler_get_name (s->sampler), s->n_steps,
        g_ascii_formatd (start, sizeof start, "%g", s->guidance_start),
        g_ascii_formatd (end, sizeof end, "%g", s->guidance_end), seed);
  else
    g_string_append_printf (
        text, say (translated, N_ ("model: %s; seed %" PRIu64 "\n")),
        self->model, seed);
}

static void
add_network (GString *text, const DmReport *self, bool translated)
{
  const DmFeatureNet *net = self->options->net;
  double              accuracy = dm_feature_net_get_card (net)->accuracy;
  char                number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (
      text, say (translated, N_ ("features: %s, %zu of each picture")),
      self->features, dm_feature_net_get_dim (net));
  if (accuracy > 0.0)
    g_string_append_printf (
        text,
        say (translated, N_ ("; it knows %s %% of the pictures that were held "
                             "out when it was trained")),
        g_ascii_formatd (number, sizeof number, "%.2f", 100.0 * accuracy));
  g_string_append_printf (text, "\n  SHA-256 %s\n",
                          dm_feature_net_get_digest (net));
}

/* Lines that say what was compared with what, and what the figures mean. */
static char *
describe (const DmReport *self, bool translated)
{
  const DmDataset *dataset = self->options->dataset;
  GString         *text = g_string_new (NULL);

  add_drawing (text, self, translated);
  g_string_append_printf (
      text,
      say (
          translated,
          N_ ("data: %s, %zu pictures to train on, %zu held out; what is drawn "
              "has their classes in the same proportions\n")),
      self->data, dataset->n_images, dataset->n_held_out);
  add_network (text, self, translated);
  g_string_append (
      text,
      say (translated,
           N_ ("FID: distance to the training pictures; IS: score of the "
               "classes that the feature network sees. These and all other "
               "figures compare only with figures by the same feature network, "
               "for as many pictures.\n"
               "distance: to the nearest training picture in features, the "
               "median; copies: share of pictures that are three times nearer "
               "to one training picture than to any other\n")));
  if (dataset->alike != NULL)
    g_string_append (
        text,
        say (translated,
             N_ ("training pictures that are nearly the same count as one; in "
                 "the row of pictures held out, distance and copies are those "
                 "of training pictures, as if each such group were held out "
                 "in turn\n")));

  return g_string_free (text, FALSE);
}

/**
 * dm_report_describe:
 *
 * Returns: (transfer full): lines that say what was compared with what, and
 *   what the figures mean
 */
char *
dm_report_describe (const DmReport *self)
{
  return describe (self, true);
}

/* --- table ----------------------------------------------------------------
 */

static void
add_number (GString *text, double value, const char *format)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (
      text, "\t%s",
      isnan (value) ? "NaN" :
                      g_ascii_formatd (number, sizeof number, format, value));
}

static void
add_row (GString *text, const DmReportRow *row)
{
  const DmFigures *f = &row->figures;

  g_string_append (text, row->drawn ? "drawn" : "held-out");
  add_number (text, row->drawn ? row->guidance : NAN, "%g");
  g_string_append_printf (text, "\t%zu", f->n);
  add_number (text, f->frechet, "%.5g");
  add_number (text, f->inception, "%.5g");
  add_number (text, f->precision, "%.4f");
  add_number (text, f->recall, "%.4f");
  add_number (text, f->accuracy, "%.4f");
  add_number (text, f->distance, "%.5g");
  add_number (text, f->copies, "%.4f");
  add_number (text, row->drawn ? row->settings.guidance_start : NAN, "%g");
  add_number (text, row->drawn ? row->settings.guidance_end : NAN, "%g");
  g_string_append_printf (
      text, "\t%s\t%u\n",
      row->drawn ? dm_sampler_get_name (row->settings.sampler) : "none",
      row->settings.n_steps);
}

/**
 * dm_report_format_table:
 *
 * Returns: (transfer full): values between tabulators, with a header, after
 *   what dm_report_describe() says as comments, untranslated
 */
char *
dm_report_format_table (const DmReport *self)
{
  g_autofree char *described = describe (self, false);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (described), "\n", -1);
  GString *text = g_string_new (NULL);

  for (size_t i = 0; lines[i] != NULL; i++)
    g_string_append_printf (text, "# %s\n", lines[i]);

  g_string_append (text, "pictures\tguidance\tn\tFID\tIS\tprecision\trecall\t"
                         "accuracy\tdistance\tcopies\tfrom\tuntil\t"
                         "sampler\tsteps\n");
  for (guint i = 0; i < self->rows->len; i++)
    add_row (text, &g_array_index (self->rows, DmReportRow, i));

  return g_string_free (text, FALSE);
}

/**
 * dm_report_save_table:
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 */
gboolean
dm_report_save_table (const DmReport *self, const char *path, GError **error)
{
  g_autofree char *table = dm_report_format_table (self);
  g_autoptr (GError) fault = NULL;

  if (g_file_set_contents (path, table, -1, &fault))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("%s: cannot be written: %s"),
               path, fault->message);

  return FALSE;
}

/* --- plot -----------------------------------------------------------------
 */

static char *
label_row (const DmReportRow *row)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (!row->drawn)
    return g_strdup (_ ("held out"));

  return g_strconcat (
      "w = ", g_ascii_formatd (number, sizeof number, "%g", row->guidance),
      NULL);
}

static DmChartPoint
get_point (const DmReportRow *row, GPtrArray *labels)
{
  g_ptr_array_add (labels, label_row (row));

  return (DmChartPoint){
    row->figures.inception,
    row->figures.frechet,
    labels->pdata[labels->len - 1],
  };
}

/**
 * dm_report_save_plot:
 * @path: ends in .svg or .png
 *
 * The trade-off: FID against IS, by guidance strength.
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 *
 * Source: Ho & Salimans 2022, figure 4.
 */
gboolean
dm_report_save_plot (const DmReport *self, const char *path, GError **error)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new_with_free_func (g_free);
  g_autofree DmChartPoint *curve = g_new0 (DmChartPoint, self->rows->len);
  g_autofree DmChartPoint *marks = g_new0 (DmChartPoint, self->rows->len);
  g_autofree char         *features = g_path_get_basename (self->features);
  g_autofree char         *note = g_strdup_printf (
              _ ("%zu pictures each. Figures by the features of %s:\n"
                         "they compare only with others by the same feature network."),
              self->options->n_samples, features);
  DmChart chart = {
    .title = dm_model_get_card (self->options->model)->title,
    .note = note,
    .x_title = _ ("IS: sure and varied classes"),
    .y_title = _ ("FID: distance to the training pictures"),
    .points = curve,
    .marks = marks,
  };

  for (guint i = 0; i < self->rows->len; i++)
    {
      const DmReportRow *row = &g_array_index (self->rows, DmReportRow, i);

      if (row->drawn)
        curve[chart.n_points++] = get_point (row, labels);
      else
        marks[chart.n_marks++] = get_point (row, labels);
    }

  return dm_chart_save (&chart, path, error);
}
