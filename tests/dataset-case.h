/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "keep-modules.h"
#include "model-case.h"
#include "tensor/error.h"
#include "train/dataset.h"

/* A folder of data, for the tests that read some. */
typedef struct
{
  char *folder;
} Fixture;

static inline void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->folder = g_dir_make_tmp ("dm-data-XXXXXX", NULL);
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_test_remove (self->folder);
  g_free (self->folder);
}

static inline void
write_file (const Fixture *self, const char *name, const void *data, gsize n)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  /* without the flushes of g_file_set_contents(), which take their time;
   * GLib 2.74 then leaves the end of a longer file
   */
  g_unlink (path);
  g_assert_true (g_file_set_contents_full (
      path, data, (gssize) n, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

static inline DmDataset *
open_with (const Fixture *self, const DmDatasetOptions *options)
{
  g_autoptr (GError) error = NULL;
  DmDataset *dataset = dm_dataset_open (self->folder, options, &error);

  g_assert_no_error (error);

  return dataset;
}

static inline DmDataset *
open_folder (const Fixture *self)
{
  return open_with (self, &(DmDatasetOptions){ 0 });
}

/* @part: what the sentence must hold beside the folder */
static inline void
assert_refused (const Fixture *self, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (
      dm_dataset_open (self->folder, &(DmDatasetOptions){ 0 }, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_DATA);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” does not speak of “%s”", error->message, part);
}
