/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"
#include "train/folder-pictures.h"
#include "train/readers.h"

/* One folder a class, named after it, holding any pictures that GEGL reads. */

/* Pictures are scaled down to a side that most of them have pixels for, from
 * these: multiples of 8, so that a network of four levels fits.
 */
static const size_t sides[] = { 64, 48, 32, 24, 16 };

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* Returns: (transfer full): sorted names in a folder, hidden ones left out, of
 * files that are (or are not) folders themselves.
 */
static GPtrArray *
list (const char *path, gboolean folders)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *whole = g_build_filename (path, name, NULL);

      if (name[0] != '.' && g_file_test (whole, G_FILE_TEST_IS_DIR) == folders)
        g_ptr_array_add (found, g_strdup (name));
    }

  g_ptr_array_sort (found, compare_names);

  return found;
}

static gboolean
probe (const char *path)
{
  g_autoptr (GPtrArray) classes = list (path, TRUE);

  return classes->len > 0;
}

/* What is read from the folders of a dataset. */
typedef struct
{
  DmFolderPictures pictures;
  GPtrArray       *classes; /* their names; a folder without pictures is none */
  GPtrArray       *skipped, *empty; /* of the dataset */
} Found;

static gboolean
read_file (Found      *self,
           const char *folder,
           const char *class,
           const char *file,
           GError    **error)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *name = g_build_filename (class, file, NULL);
  g_autoptr (GError) fault = NULL;

  if (dm_folder_pictures_add (&self->pictures, path, name,
                              (int) self->classes->len, &fault))
    return TRUE;

  if (g_error_matches (fault, DM_ERROR, DM_ERROR_MEMORY))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  g_ptr_array_add (self->skipped, g_strdup (fault->message));

  return TRUE;
}

/* The pictures of one class, if there are any. */
static gboolean
read_class (Found *self, const char *path, const char *name, GError **error)
{
  g_autofree char *folder = g_build_filename (path, name, NULL);
  g_autoptr (GPtrArray) files = list (folder, FALSE);
  g_autoptr (GPtrArray) folders = list (folder, TRUE);
  guint n = self->pictures.pictures->len;

  for (guint i = 0; i < files->len; i++)
    if (!read_file (self, folder, name, files->pdata[i], error))
      return FALSE;

  for (guint i = 0; i < folders->len; i++)
    g_ptr_array_add (self->skipped,
                     g_strdup_printf (_ ("%s/%s: a folder within a class is "
                                         "not read"),
                                      folder, (char *) folders->pdata[i]));

  g_ptr_array_add (self->pictures.pictures->len > n ? self->classes :
                                                      self->empty,
                   g_filename_display_name (name));

  return TRUE;
}

static const DmDecodedPicture *
get_picture (const DmFolderPictures *self, guint i)
{
  return &g_array_index (self->pictures, DmDecodedPicture, i);
}

/* The largest side within the limit that at least nine of ten pictures reach.
 */
static size_t
choose_side (const DmFolderPictures *self, size_t limit)
{
  for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      size_t n = 0;

      if (limit > 0 && sides[i] > limit)
        continue;

      for (guint j = 0; j < self->pictures->len; j++)
        {
          const DmDecodedPicture *p = get_picture (self, j);

          n += MIN (p->width, p->height) >= sides[i];
        }

      if (10 * n >= 9 * (size_t) self->pictures->len)
        return sides[i];
    }

  return sides[G_N_ELEMENTS (sides) - 1];
}

/* Gray if no picture has a coloured pixel. */
static size_t
choose_channels (const DmFolderPictures *self)
{
  for (guint i = 0; i < self->pictures->len; i++)
    {
      const DmDecodedPicture *p = get_picture (self, i);
      const guint8           *pixels = self->pixels + p->at;

      for (size_t j = 0; j < 3 * p->width * p->height; j += 3)
        if (pixels[j] != pixels[j + 1] || pixels[j] != pixels[j + 2])
          return 3;
    }

  return 1;
}

/* Whether the pixels are those of the dataset, as they are. */
static gboolean
is_fitting (const DmFolderPictures *self, const DmDataset *set)
{
  if (set->channels != 3)
    return FALSE;

  for (guint i = 0; i < self->pictures->len && !self->whole; i++)
    {
      const DmDecodedPicture *p = get_picture (self, i);

      if (p->width != set->side || p->height != set->side)
        return FALSE;
    }

  return TRUE;
}

/* The dataset takes the pixels over. */
static void
lend_all (DmCollection *self, DmFolderPictures *pictures)
{
  DmDataset *set = self->dataset;
  gboolean known = pictures->pixels == dm_decoded_get_pixels (pictures->known);

  for (guint i = 0; i < pictures->pictures->len; i++)
    dm_collection_lend (self, get_picture (pictures, i),
                        g_array_index (pictures->class_id, int, i));

  g_clear_pointer (&self->spool, dm_spool_free);
  set->pixels = (guint8 *) pictures->pixels;
  set->n_bytes = pictures->n_bytes;
  if (known)
    set->decoded = g_steal_pointer (&pictures->known);
  else
    set->spool = g_steal_pointer (&pictures->spool);
}

static gboolean
add_all (DmCollection *self, const DmFolderPictures *pictures, GError **error)
{
  for (guint i = 0; i < pictures->pictures->len; i++)
    {
      const DmDecodedPicture *p = get_picture (pictures, i);

      if (!dm_collection_add (
              self, pictures->pixels + p->at, p->width, p->height, 3,
              g_array_index (pictures->class_id, int, i), error))
        return FALSE;
    }

  return TRUE;
}

/* Hands over what was found, all at the same side. */
static gboolean
collect (DmCollection           *self,
         Found                  *found,
         const DmDatasetOptions *options,
         GError                **error)
{
  DmDataset        *set = self->dataset;
  DmFolderPictures *pictures = &found->pictures;
  guint             first = set->sources->len;

  set->n_classes = found->classes->len;
  g_ptr_array_add (found->classes, NULL);
  set->class_names = g_strdupv ((char **) found->classes->pdata);
  set->side = options->side > 0 ? options->side :
                                  choose_side (pictures, options->side_limit);
  set->channels =
      options->channels > 0 ? options->channels : choose_channels (pictures);
  set->n_known = pictures->n_known;
  set->cache_fault = g_strdup (pictures->fault);

  if (is_fitting (pictures, set))
    lend_all (self, pictures);
  else if (!add_all (self, pictures, error))
    return FALSE;

  for (guint i = 0; i < pictures->pictures->len; i++)
    {
      const DmDecodedPicture *p = get_picture (pictures, i);

      dm_collection_name (self, first + i, p->name, p->file_width,
                          p->file_height);
    }

  return TRUE;
}

static void
set_no_picture (const Found *self,
                const char  *path,
                guint        n_folders,
                GError     **error)
{
  if (self->skipped->len > 0)
    g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                 _ ("%s: no picture that can be read in its %u folders; the "
                    "first fault: %s"),
                 path, n_folders, (char *) self->skipped->pdata[0]);
  else
    g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                 _ ("%s: its %u folders hold no files"), path, n_folders);
}

static gboolean
read_classes (Found *self, const char *path, GPtrArray *folders, GError **error)
{
  for (guint i = 0; i < folders->len; i++)
    if (!read_class (self, path, folders->pdata[i], error))
      return FALSE;

  if (self->pictures.pictures->len > 0)
    return dm_folder_pictures_settle (&self->pictures, error);

  set_no_picture (self, path, folders->len, error);

  return FALSE;
}

static gboolean
read_all (DmCollection           *self,
          const char             *path,
          const DmDatasetOptions *options,
          GError                **error)
{
  g_autoptr (GPtrArray) folders = list (path, TRUE);
  g_autoptr (GPtrArray) classes = g_ptr_array_new_with_free_func (g_free);
  Found found = {
    .classes = classes,
    .skipped = self->dataset->skipped,
    .empty = self->dataset->empty,
  };
  gboolean done;

  dm_folder_pictures_init (&found.pictures, path, options);
  done = read_classes (&found, path, folders, error) &&
         collect (self, &found, options, error);
  dm_folder_pictures_clear (&found.pictures);

  return done;
}

const DmReader dm_reader_folder = { "class folders", probe, read_all };
