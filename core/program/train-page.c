/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <math.h>

#include "program/describe.h"
#include "program/html.h"
#include "program/train-run.h"
#include "tensor/error.h"

/* Seconds after which a browser reads the page again, while a run goes on. */
#define REFRESH 20

static const char head[] =
    "<!DOCTYPE html>\n"
    "<html>\n<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n";

static const char style[] =
    "<style>\n"
    "body { font: 15px/1.5 sans-serif; margin: 2em auto; max-width: 62em;"
    " padding: 0 1em; color: #222; background: #fff; }\n"
    "p { margin: 0.3em 0; }"
    " h1 { font-size: 1.5em; } h2 { font-size: 1.1em; margin-top: 2em; }\n"
    "progress { width: 100%; height: 1.2em; }\n"
    "pre { background: #f4f4f4; padding: 0.8em; overflow-x: auto;"
    " white-space: pre-wrap; overflow-wrap: anywhere; }\n"
    "img { max-width: 100%; }\n"
    ".fault { color: #a00; }\n"
    "</style>\n";

/* A picture in the page's folder; @images makes browsers read it anew. */
static void
add_picture (GString    *html,
             const char *path,
             const char *meaning,
             guint64     images)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *address = g_uri_escape_string (name, NULL, FALSE);

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return;

  dm_html_add_element (html, "h2", meaning);
  g_string_append_printf (
      html, "<p><img src=\"%s?%" G_GUINT64_FORMAT "\" alt=\"", address, images);
  dm_html_add_text (html, meaning);
  g_string_append (html, "\"></p>\n");
}

/* --- parts ---------------------------------------------------------------- */

static const char *
get_state_text (DmPageState state)
{
  switch (state)
    {
    case DM_PAGE_RUNNING:
      return _ ("training goes on; this page shows it anew by itself");
    case DM_PAGE_STOPPED:
      return _ ("stopped; continue with --resume");
    case DM_PAGE_DONE:
      return _ ("done");
    default:
      return _ ("ended by a fault");
    }
}

static double
get_last_held_out (const DmTrainLog *log)
{
  for (guint i = log->points->len; i-- > 0;)
    {
      const DmLogPoint *point = &g_array_index (log->points, DmLogPoint, i);

      if (isfinite (point->held_out))
        return point->held_out;
    }

  return NAN;
}

static void
add_time (GString *html, const DmTrainRun *self, DmPageState state)
{
  int spent = (int) dm_trainer_get_seconds (self->trainer);
  int left = (int) MIN (dm_train_get_time_left (self, &self->report), 1e9);

  dm_html_add_format (html, "p", _ ("%d:%02d:%02d of work"), spent / 3600,
                      spent / 60 % 60, spent % 60);
  if (self->report.images > 0)
    dm_html_add_format (html, "p", _ ("%.0f pictures a second"),
                        dm_train_get_speed (self, &self->report));
  if (state == DM_PAGE_RUNNING && self->report.images > 0)
    dm_html_add_format (html, "p", _ ("about %d:%02d:%02d left"), left / 3600,
                        left / 60 % 60, left % 60);
}

static void
add_progress (GString *html, const DmTrainRun *self, DmPageState state)
{
  guint64  images = dm_trainer_get_images (self->trainer);
  double   share = dm_trainer_get_progress (self->trainer);
  double   held_out = get_last_held_out (&self->log);
  gboolean any = self->log.points->len > 0;
  char     number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append_printf (
      html, "<p><progress value=\"%s\" max=\"1\"></progress></p>\n",
      g_ascii_formatd (number, sizeof number, "%.4f", share));
  dm_html_add_format (
      html, "p", _ ("%.0f %%: %" PRIu64 " pictures seen, %.1f passes over %zu"),
      100.0 * share, images, (double) images / self->dataset->n_images,
      self->dataset->n_images);
  add_time (html, self, state);
  if (any)
    dm_html_add_format (
        html, "p", _ ("loss %.4f"),
        g_array_index (self->log.points, DmLogPoint, self->log.points->len - 1)
            .loss);
  if (isfinite (held_out))
    dm_html_add_format (html, "p",
                        _ ("loss on pictures held out %.4f, lowest %.4f"),
                        held_out, dm_trainer_get_best (self->trainer));
  if (self->accuracy > 0.0)
    dm_html_add_format (html, "p",
                        _ ("%.2f %% of %zu pictures held out are told right"),
                        100.0 * self->accuracy, self->dataset->n_held_out);
  if (self->report.n_skipped > 0)
    dm_html_add_format (html, "p", _ ("%" PRIu64 " steps skipped"),
                        self->report.n_skipped);
}

/* The model, as `gegl-diffusion inspect` shows it. */
static void
add_card (GString *html, const DmTrainRun *self)
{
  const char *path = self->options.output;
  g_autoptr (DmWeights) weights = dm_weights_open_header (path, NULL);
  g_autofree char *text = NULL;

  if (weights == NULL)
    return;

  text = dm_describe_text (weights, path, FALSE);
  dm_html_add_element (html, "h2", _ ("The model"));
  dm_html_add_element (html, "pre", text);
}

/* All options as they are, chosen or given. */
static void
add_recipe (GString *html, const DmTrainRun *self)
{
  g_autofree char *name = g_path_get_basename (self->recipe_path);
  g_autofree char *shown = g_filename_display_name (name);
  g_autofree char *text = NULL;

  if (!g_file_get_contents (self->recipe_path, &text, NULL, NULL))
    return;

  dm_html_add_format (html, "p", _ ("its options, also in %s, for --recipe:"),
                      shown);
  dm_html_add_element (html, "pre", text);
}

static char *
get_title (const DmTrainRun *self)
{
  g_autofree char *name = g_path_get_basename (self->options.output);

  return self->options.title != NULL ? g_strdup (self->options.title) :
                                       g_filename_display_name (name);
}

static void
add_head (GString *html, const DmTrainRun *self, DmPageState state)
{
  g_autofree char *title = get_title (self);

  g_string_append (html, head);
  if (state == DM_PAGE_RUNNING)
    g_string_append_printf (
        html, "<meta http-equiv=\"refresh\" content=\"%d\">\n", REFRESH);
  dm_html_add_element (html, "title", title);
  g_string_append (html, style);
  g_string_append (html, "</head>\n<body>\n");
  dm_html_add_element (html, "h1", title);
}

static void
add_foot (GString *html)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *time = g_date_time_format (now, "%F %T");

  dm_html_add_format (html, "p", _ ("written at %s by gegl-diffusion %s"), time,
                      DM_VERSION);
  g_string_append (html, "</body>\n</html>\n");
}

static char *
make_page (const DmTrainRun *self, DmPageState state, const char *fault)
{
  GString *html = g_string_new (NULL);
  guint64  images = dm_trainer_get_images (self->trainer);

  add_head (html, self, state);
  dm_html_add_element (html, "p", get_state_text (state));
  if (fault != NULL)
    {
      g_string_append (html, "<p class=\"fault\">");
      dm_html_add_text (html, fault);
      g_string_append (html, "</p>\n");
    }
  add_progress (html, self, state);
  if (self->log.points->len > 0)
    add_picture (html, self->plot_path, _ ("Loss"), images);
  if (self->sheet_drawn)
    add_picture (html, self->sheet_path, _ ("Drawn by the model"), images);
  dm_html_add_element (html, "h2", _ ("The pictures"));
  dm_html_add_element (html, "pre", self->data_text);
  dm_html_add_element (html, "h2", _ ("The run"));
  dm_html_add_element (html, "pre", self->command);
  if (self->choice_text != NULL && *self->choice_text != '\0')
    dm_html_add_element (html, "pre", self->choice_text);
  add_recipe (html, self);
  add_card (html, self);
  add_foot (html);

  return g_string_free (html, FALSE);
}

/* --- the file ------------------------------------------------------------- */

static gboolean
save_page (const DmTrainRun *self,
           DmPageState       state,
           const char       *fault,
           GError          **error)
{
  g_autofree char *html = make_page (self, state, fault);
  g_autoptr (GError) cause = NULL;

  if (g_file_set_contents (self->page_path, html, -1, &cause))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE,
               _ ("%s: the page cannot be written: %s"), self->page_path,
               cause->message);

  return FALSE;
}

/**
 * dm_train_save_page:
 * @fault: (nullable): what has ended the run
 *
 * The plot and the page, unless the user wants none. A run does not end for
 * want of a page.
 */
void
dm_train_save_page (const DmTrainRun *self,
                    DmPageState       state,
                    const char       *fault)
{
  g_autoptr (GError) error = NULL;

  if (self->options.no_page)
    return;

  if (!dm_train_log_plot (&self->log, self->plot_path, &error) ||
      !save_page (self, state, fault, &error))
    g_printerr (_ ("no page: %s\n"), error->message);
}
