/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>
#include <string.h>

#include "model-case.h"
#include "program/train-log.h"
#include "tensor/error.h"

typedef struct
{
  char      *folder, *path;
  DmTrainLog log;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->folder = g_dir_make_tmp ("dm-log-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "log.jsonl", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_train_log_clear (&self->log);
  dm_test_remove (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

static void
open_log (Fixture *self, guint64 images)
{
  g_autoptr (GError) error = NULL;

  dm_train_log_clear (&self->log);
  self->log = (DmTrainLog){ 0 };
  g_assert_true (dm_train_log_open (&self->log, self->path, images, &error));
  g_assert_no_error (error);
}

static void
add (Fixture *self, guint64 images, double held_out)
{
  DmTrainReport report = {
    .images = images,
    .seconds = (double) images / 100.0,
    .norm = INFINITY,
    .progress = (double) images / 3200.0,
  };

  dm_train_log_add (&self->log, &report, 1.0 / (double) images, held_out);
}

static const DmLogPoint *
get_point (const Fixture *self, guint i)
{
  g_assert_cmpuint (i, <, self->log.points->len);

  return &g_array_index (self->log.points, DmLogPoint, i);
}

static void
assert_images (const Fixture *self, const guint64 *images, guint n)
{
  g_assert_cmpuint (self->log.points->len, ==, n);
  for (guint i = 0; i < n; i++)
    g_assert_cmpuint (get_point (self, i)->images, ==, images[i]);
}

static void
append_text (const Fixture *self, const char *text)
{
  g_autofree char *former = NULL, *whole = NULL;

  g_file_get_contents (self->path, &former, NULL, NULL);
  whole = g_strconcat (former, text, NULL);
  g_assert_true (g_file_set_contents (self->path, whole, -1, NULL));
}

/* What one sitting writes the next one reads. */
static void
test_read (Fixture *self, gconstpointer data)
{
  (void) data;
  open_log (self, 0);
  add (self, 400, NAN);
  add (self, 800, 0.5);
  open_log (self, 800);

  assert_images (self, (guint64[]){ 400, 800 }, 2);
  g_assert_cmpfloat_with_epsilon (get_point (self, 0)->loss, 1.0 / 400.0, 1e-8);
  g_assert_cmpfloat_with_epsilon (get_point (self, 1)->seconds, 8.0, 1e-6);
  g_assert_true (isnan (get_point (self, 0)->held_out));
  g_assert_cmpfloat_with_epsilon (get_point (self, 1)->held_out, 0.5, 1e-6);
}

/* A run that was killed sees pictures again after its last state: what its log
 * says of them does not count twice, neither now nor in a later sitting. Half a
 * line, and lines of others, are passed over and spoil no line after them.
 */
static void
test_killed (Fixture *self, gconstpointer data)
{
  (void) data;
  open_log (self, 0);
  add (self, 400, NAN);
  add (self, 800, NAN);
  add (self, 1200, NAN);
  append_text (self, "not JSON\n[1]\n{\"images\": \"many\"}\n{\"images\": -1}\n"
                     "{\"seconds\": 2}\n{\"images\": 16");

  open_log (self, 800);
  assert_images (self, (guint64[]){ 400, 800 }, 2);
  add (self, 1100, NAN);
  add (self, 1600, NAN);

  open_log (self, 1600);
  assert_images (self, (guint64[]){ 400, 800, 1100, 1600 }, 4);
}

/* A new run keeps nothing of a former one. */
static void
test_new (Fixture *self, gconstpointer data)
{
  (void) data;
  open_log (self, 0);
  add (self, 400, NAN);
  open_log (self, 0);
  add (self, 100, NAN);
  open_log (self, 400);
  assert_images (self, (guint64[]){ 100 }, 1);
}

/* The end of a run that was a checkpoint already is one point. */
static void
test_end (Fixture *self, gconstpointer data)
{
  (void) data;
  open_log (self, 0);
  add (self, 400, 0.5);
  add (self, 400, 0.5);
  assert_images (self, (guint64[]){ 400 }, 1);

  add (self, 800, NAN);
  add (self, 800, 0.25);
  open_log (self, 800);
  assert_images (self, (guint64[]){ 400, 800 }, 2);
  g_assert_cmpfloat_with_epsilon (get_point (self, 1)->held_out, 0.25, 1e-6);
}

static void
test_unwritable (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_false (
      dm_train_log_open (&self->log, "/proc/nonexistent/log", 0, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "/proc/nonexistent/log"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/train-log/read", Fixture, NULL, set_up, test_read, tear_down);
  g_test_add ("/train-log/killed", Fixture, NULL, set_up, test_killed,
              tear_down);
  g_test_add ("/train-log/new", Fixture, NULL, set_up, test_new, tear_down);
  g_test_add ("/train-log/end", Fixture, NULL, set_up, test_end, tear_down);
  g_test_add ("/train-log/unwritable", Fixture, NULL, set_up, test_unwritable,
              tear_down);

  return g_test_run ();
}
