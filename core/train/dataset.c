/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/dataset.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"
#include "train/readers.h"

/* The most specific first: a folder of class folders is what remains. */
static const DmReader *const readers[] = {
  &dm_reader_idx,
  &dm_reader_cifar,
  &dm_reader_folder,
};

/* Names given beside the data or by option stand for those of the reader. */
static gboolean
name_classes (DmDataset *self, const DmDatasetOptions *options, GError **error)
{
  if (options->class_names != NULL)
    {
      g_strfreev (self->class_names);
      self->class_names = g_strdupv (options->class_names);
    }

  if (g_strv_length (self->class_names) == self->n_classes)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%s: the data have %zu classes, but %u names are given"),
               self->name, self->n_classes, g_strv_length (self->class_names));
  return FALSE;
}

static gboolean
check_classes (const DmDataset *self, GError **error)
{
  size_t n_used = 0;

  for (size_t i = 0; i < self->n_classes; i++)
    n_used += self->images_per_class[i] > 0;

  if (n_used >= 2)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_DATA,
               n_used == 0 ? _ ("%s: no picture to train on") :
                             _ ("%s: pictures of one class only; at least "
                                "two are needed"),
               self->name);
  return FALSE;
}

static int
find_class (const DmDataset *self, const char *name)
{
  for (size_t i = 0; i < self->n_classes; i++)
    if (g_ascii_strcasecmp (self->class_names[i], name) == 0)
      return (int) i;

  return -1;
}

/* Notes which classes take quarter turns. */
static gboolean
choose_turned (DmDataset *self, char **names, GError **error)
{
  self->turned = g_new0 (gboolean, self->n_classes);

  for (size_t i = 0; names != NULL && names[i] != NULL; i++)
    {
      int class_id = find_class (self, names[i]);

      if (class_id >= 0)
        {
          self->turned[class_id] = TRUE;
        }
      else if (strcmp (names[i], "all") == 0)
        {
          for (size_t c = 0; c < self->n_classes; c++)
            self->turned[c] = TRUE;
        }
      else
        {
          g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                       _ ("%s: there is no class “%s” to turn"), self->name,
                       names[i]);
          return FALSE;
        }
    }

  return TRUE;
}

/* Turns what the reader has collected into the dataset. */
static gboolean
finish (DmCollection           *found,
        const DmGroups         *groups,
        const DmDatasetOptions *options,
        GError                **error)
{
  DmDataset *self = found->dataset;
  size_t     n = found->class_id->len;

  if (found->spool != NULL)
    {
      if (!dm_spool_finish (found->spool, error))
        return FALSE;
      self->pixels = dm_spool_get_data (found->spool);
      self->spool = g_steal_pointer (&found->spool);
    }

  self->n_held_out = found->n_held_out;
  self->n_images = n - found->n_held_out;
  self->class_id = (int *) g_array_steal (found->class_id, NULL);
  self->places = (DmPlace *) (void *) g_array_steal (found->places, NULL);

  if (self->n_held_out == 0 && groups != NULL)
    dm_dataset_hold_out_groups (self, groups);
  else if (self->n_held_out == 0)
    dm_dataset_hold_out (self);

  if (!name_classes (self, options, error))
    return FALSE;

  dm_dataset_sort_by_class (self);
  dm_dataset_choose_jitter (self);

  return check_classes (self, error) &&
         choose_turned (self, options->turned, error);
}

static const DmReader *
find_reader (const char *path)
{
  for (size_t i = 0; i < G_N_ELEMENTS (readers); i++)
    if (readers[i]->probe (path))
      return readers[i];

  return NULL;
}

/**
 * dm_dataset_check:
 *
 * What can be said of data before they are read.
 *
 * Errors: DM_ERROR_DATA if it is no folder
 */
gboolean
dm_dataset_check (const char *path, GError **error)
{
  const char *fault = NULL;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    fault = _ ("%s: no such folder; give a folder that holds one folder of "
               "pictures per class");
  else if (!g_file_test (path, G_FILE_TEST_IS_DIR))
    fault = _ ("%s: not a folder; give a folder that holds one folder of "
               "pictures per class");

  if (fault != NULL)
    g_set_error (error, DM_ERROR, DM_ERROR_DATA, fault, path);

  return fault == NULL;
}

static gboolean
check_no_groups (const char             *path,
                 const DmDatasetOptions *options,
                 GError                **error)
{
  if (options->alike != NULL)
    g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                 _ ("%s: pictures that are alike are told apart in folders "
                    "of pictures only, one per class"),
                 path);

  return options->alike == NULL;
}

static void
clear_source (gpointer data)
{
  g_free (((DmSource *) data)->name);
}

/**
 * dm_dataset_open:
 * @path: a folder: class folders of pictures, idx files, or CIFAR-10's batches
 *
 * Reads and decodes all of it.
 *
 * Errors: DM_ERROR_DATA if it is missing, empty, damaged or of one class;
 * DM_ERROR_OPTION if the names given do not match.
 *
 * Returns: (transfer full)
 */
DmDataset *
dm_dataset_open (const char             *path,
                 const DmDatasetOptions *options,
                 GError                **error)
{
  g_autoptr (DmDataset) self = g_new0 (DmDataset, 1);
  g_autoptr (GArray) class_id = g_array_new (FALSE, FALSE, sizeof (int));
  g_autofree char *whole = g_canonicalize_filename (path, NULL);
  g_autoptr (GArray) places = g_array_new (FALSE, FALSE, sizeof (DmPlace));
  g_autoptr (DmGroups) groups = NULL;
  DmDataset   *result = NULL;
  DmCollection found = {
    .dataset = self,
    .class_id = class_id,
    .places = places,
  };
  const DmReader *reader;

  self->skipped = g_ptr_array_new_with_free_func (g_free);
  self->empty = g_ptr_array_new_with_free_func (g_free);
  self->sources = g_array_new (FALSE, FALSE, sizeof (DmSource));
  g_array_set_clear_func (self->sources, clear_source);
  self->name = g_path_get_basename (whole);
  self->augment = options->augment;

  if (!dm_dataset_check (path, error))
    return NULL;

  reader = find_reader (path);
  if (reader == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("%s: holds neither folders of pictures, one per class, "
                      "nor idx files, nor CIFAR-10's data_batch files"),
                   path);
      return NULL;
    }

  if (reader == &dm_reader_folder ?
          !dm_dataset_read_groups (&groups, path, options, error) :
          !check_no_groups (path, options, error))
    return NULL;

  self->format = g_strdup (reader->format);
  found.spool = dm_spool_new (options->cache, DM_SPOOL_MEMORY);
  if (reader->read (&found, path, options, error) &&
      finish (&found, groups, options, error))
    result = g_steal_pointer (&self);
  dm_spool_free (found.spool);

  return result;
}

void
dm_dataset_free (DmDataset *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->format);
  g_strfreev (self->class_names);
  if (self->spool == NULL && self->decoded == NULL)
    g_free (self->pixels);
  dm_spool_free (self->spool);
  dm_decoded_free (self->decoded);
  g_free (self->cache_fault);
  g_free (self->places);
  g_free (self->class_id);
  g_free (self->images_per_class);
  g_free (self->by_class);
  g_free (self->alike);
  g_free (self->turned);
  g_free (self->jitter);
  g_clear_pointer (&self->skipped, g_ptr_array_unref);
  g_clear_pointer (&self->empty, g_ptr_array_unref);
  g_clear_pointer (&self->sources, g_array_unref);
  g_free (self);
}

/**
 * dm_dataset_is_mapped:
 *
 * Returns: whether the pixels are those of a file, whose memory the system
 * takes back when there is need of it.
 */
gboolean
dm_dataset_is_mapped (const DmDataset *self)
{
  return self->decoded != NULL ||
         (self->spool != NULL && dm_spool_is_file (self->spool));
}

/* Sizes of pictures that keep their own. */
static void
add_places (const DmDataset *self, GChecksum *sum)
{
  for (size_t i = 0; i < self->n_images + self->n_held_out; i++)
    {
      guint32 size[2] = { (guint32) self->places[i].width,
                          (guint32) self->places[i].height };

      g_checksum_update (sum, (const guchar *) size, sizeof size);
    }
}

/**
 * dm_dataset_digest:
 *
 * Returns: (transfer full): text that changes when any picture, label or name
 * does, so that a resumed run can tell that its data are the same.
 */
char *
dm_dataset_digest (const DmDataset *self)
{
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  size_t n = self->n_images + self->n_held_out;

  for (size_t i = 0; i < n; i++)
    {
      const DmPlace *place = &self->places[i];

      g_checksum_update (sum, self->pixels + place->at,
                         place->width * place->height * self->channels);
    }
  g_checksum_update (sum, (const guchar *) self->class_id,
                     n * sizeof *self->class_id);
  for (size_t i = 0; i < self->n_classes; i++)
    g_checksum_update (sum, (const guchar *) self->class_names[i],
                       strlen (self->class_names[i]) + 1);
  if (self->augment.crop != DM_CROP_CENTER)
    add_places (self, sum);

  return g_strdup (g_checksum_get_string (sum));
}
