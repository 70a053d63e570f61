/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/train-log.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>
#include <math.h>

#include "tensor/error.h"

/* Points between two checkpoints: not closer than this, in microseconds and as
 * a share of the run.
 */
#define POINT_TIME (2 * G_USEC_PER_SEC)
#define POINT_SHARE 0.005

/* --- the file ------------------------------------------------------------- */

static double
get_number (JsonObject *json, const char *name)
{
  JsonNode *node = json_object_get_member (json, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NAN;

  return json_node_get_double (node);
}

static gboolean
parse_line (const char *line, DmLogPoint *point)
{
  g_autoptr (JsonNode) root = json_from_string (line, NULL);
  JsonObject *json;
  double      images;

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;

  json = json_node_get_object (root);
  images = get_number (json, "images");
  if (!(images > 0.0 && images < 1e18))
    return FALSE;

  *point = (DmLogPoint){
    .images = (guint64) images,
    .seconds = get_number (json, "seconds"),
    .loss = get_number (json, "loss"),
    .held_out = get_number (json, "held_out"),
  };

  return TRUE;
}

/* Points later than @images are of pictures that will be seen again. */
static void
forget_after (GArray *points, guint64 images)
{
  while (points->len > 0 &&
         g_array_index (points, DmLogPoint, points->len - 1).images > images)
    g_array_set_size (points, points->len - 1);
}

/* What a former sitting has written, as far as it can be read. */
static void
read_points (DmTrainLog *self, const char *path, guint64 images)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;

  lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++)
    {
      DmLogPoint point;

      if (!parse_line (lines[i], &point))
        continue;
      forget_after (self->points, point.images - 1);
      g_array_append_val (self->points, point);
    }
  forget_after (self->points, images);
}

/* A killed run may have left half a line. */
static void
end_line (FILE *file, const char *path)
{
  g_autofree char *text = NULL;
  gsize            n = 0;

  if (g_file_get_contents (path, &text, &n, NULL) && n > 0 &&
      text[n - 1] != '\n')
    fputc ('\n', file);
}

/**
 * dm_train_log_open:
 * @self: zeroed
 * @images: seen in former sittings, whose points are kept; 0 for a new run
 *
 * Errors: %DM_ERROR_FILE
 */
gboolean
dm_train_log_open (DmTrainLog *self,
                   const char *path,
                   guint64     images,
                   GError    **error)
{
  self->points = g_array_new (FALSE, FALSE, sizeof (DmLogPoint));
  if (images > 0)
    read_points (self, path, images);

  self->file = fopen (path, images > 0 ? "a" : "w");
  if (self->file == NULL)
    g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                 _ ("%s: cannot be written: %s"), path, g_strerror (errno));
  else if (images > 0)
    end_line (self->file, path);

  return self->file != NULL;
}

/**
 * dm_train_log_clear:
 */
void
dm_train_log_clear (DmTrainLog *self)
{
  g_clear_pointer (&self->file, fclose);
  g_clear_pointer (&self->points, g_array_unref);
}

/* --- points --------------------------------------------------------------- */

/**
 * dm_train_log_is_due:
 *
 * Returns: whether a point should be added though there is no checkpoint
 */
gboolean
dm_train_log_is_due (const DmTrainLog *self, const DmTrainReport *report)
{
  return report->progress >= self->progress + POINT_SHARE &&
         g_get_monotonic_time () >= self->time + POINT_TIME;
}

static void
write_point (FILE *file, const DmTrainReport *report, const DmLogPoint *point)
{
  char number[5][G_ASCII_DTOSTR_BUF_SIZE];

  fprintf (
      file,
      "{\"images\": %" G_GUINT64_FORMAT ", \"seconds\": %s, \"loss\": %s, "
      "\"norm\": %s, \"rate\": %s, \"held_out\": %s, "
      "\"skipped\": %" G_GUINT64_FORMAT "}\n",
      report->images,
      g_ascii_formatd (number[0], sizeof number[0], "%.1f", report->seconds),
      g_ascii_formatd (number[1], sizeof number[1], "%.6g", point->loss),
      g_ascii_formatd (number[2], sizeof number[2], "%.6g",
                       MIN (report->norm, G_MAXFLOAT)),
      g_ascii_formatd (number[3], sizeof number[3], "%.6g", report->rate),
      isfinite (point->held_out) ? g_ascii_formatd (number[4], sizeof number[4],
                                                    "%.6g", point->held_out) :
                                   "null",
      report->n_skipped);
  fflush (file);
}

/* Whether the last point says the same already. */
static gboolean
is_known (const GArray *points, guint64 images, double held_out)
{
  const DmLogPoint *last;

  if (points->len == 0)
    return FALSE;

  last = &g_array_index (points, DmLogPoint, points->len - 1);

  return last->images == images && last->held_out == held_out;
}

/**
 * dm_train_log_add:
 * @loss: running mean
 * @held_out: of pictures held out, or NaN
 */
void
dm_train_log_add (DmTrainLog          *self,
                  const DmTrainReport *report,
                  double               loss,
                  double               held_out)
{
  DmLogPoint point = { report->images, report->seconds, loss, held_out };

  /* the last checkpoint was the end of the run */
  if (is_known (self->points, report->images, held_out))
    return;

  self->progress = report->progress;
  self->time = g_get_monotonic_time ();
  g_array_append_val (self->points, point);
  write_point (self->file, report, &point);
}
