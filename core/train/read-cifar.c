/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"
#include "train/readers.h"

/* CIFAR-10's binary version: records of one byte of class, then a plane each
 * of red, green and blue.
 *
 * Source: Krizhevsky 2009, "The CIFAR-10 dataset", binary version.
 */
#define SIDE 32
#define PLANE (SIDE * SIDE)
#define RECORD (1 + 3 * PLANE)
#define N_CLASSES 10

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Returns: (transfer full): sorted paths of the files called PREFIX*.bin. */
static GPtrArray *
find_batches (const char *path, const char *prefix)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    if (g_str_has_prefix (name, prefix) && g_str_has_suffix (name, ".bin"))
      g_ptr_array_add (found, g_build_filename (path, name, NULL));

  g_ptr_array_sort (found, compare_names);

  return found;
}

static gboolean
probe (const char *path)
{
  g_autoptr (GPtrArray) batches = find_batches (path, "data_batch");

  return batches->len > 0;
}

/* Planes to pixels. */
static gboolean
add_record (DmCollection *self, const guint8 *record, GError **error)
{
  guint8 pixels[3 * PLANE];

  for (size_t i = 0; i < PLANE; i++)
    for (size_t c = 0; c < 3; c++)
      pixels[3 * i + c] = record[1 + c * PLANE + i];

  return dm_collection_add (self, pixels, SIDE, SIDE, 3, record[0], error);
}

static gboolean
read_batch (DmCollection *self, const char *path, GError **error)
{
  g_autofree char *data = NULL;
  g_autoptr (GError) cause = NULL;
  gsize       size = 0;
  const char *fault = NULL;

  if (!g_file_get_contents (path, &data, &size, &cause))
    fault = cause->message;
  else if (size == 0 || size % RECORD != 0)
    fault = _ ("not a whole number of CIFAR-10 records; cut short?");

  for (gsize i = 0; fault == NULL && i < size; i += RECORD)
    if ((guint8) data[i] >= N_CLASSES)
      fault = _ ("a record has a class beyond 9; this is not CIFAR-10");

  if (fault != NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA, "%s: %s", path, fault);
      return FALSE;
    }

  for (gsize i = 0; i < size; i += RECORD)
    if (!add_record (self, (const guint8 *) data + i, error))
      return FALSE;

  return TRUE;
}

static gboolean
read_batches (DmCollection *self,
              const char   *path,
              const char   *prefix,
              GError      **error)
{
  g_autoptr (GPtrArray) batches = find_batches (path, prefix);

  for (guint i = 0; i < batches->len; i++)
    if (!read_batch (self, batches->pdata[i], error))
      return FALSE;

  return TRUE;
}

static char **
find_names (const char *path)
{
  static const char *const names[N_CLASSES + 1] = {
    "airplane", "automobile", "bird",  "cat",  "deer",
    "dog",      "frog",       "horse", "ship", "truck",
  };
  g_autofree char *file = g_build_filename (path, "batches.meta.txt", NULL);
  char           **found = dm_read_lines (file);

  return found != NULL ? found : g_strdupv ((char **) names);
}

static gboolean
read_all (DmCollection           *self,
          const char             *path,
          const DmDatasetOptions *options,
          GError                **error)
{
  DmDataset *set = self->dataset;
  size_t     n_train;

  set->side = options->side > 0 ? options->side : SIDE;
  set->channels = options->channels > 0 ? options->channels : 3;
  set->n_classes = N_CLASSES;
  set->class_names = find_names (path);

  if (!read_batches (self, path, "data_batch", error))
    return FALSE;

  n_train = self->class_id->len;
  if (!read_batches (self, path, "test_batch", error))
    return FALSE;

  self->n_held_out = self->class_id->len - n_train;

  return TRUE;
}

const DmReader dm_reader_cifar = { "CIFAR-10", probe, read_all };
