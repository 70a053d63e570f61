/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "image/image.h"
#include "tensor/error.h"
#include "train/readers.h"

/* One folder a class, named after it, holding any pictures that GEGL reads. */

/* Pictures are scaled down to a side that most of them have pixels for, from
 * these: multiples of 8, so that a network of four levels fits.
 */
static const size_t sides[] = { 64, 48, 32, 24, 16 };

static const float white[3] = { 1.0f, 1.0f, 1.0f };

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

/* Until all pictures are known they wait as squares of this side at most: twice
 * the largest side they may get, yet little beside a photograph.
 */
#define WAITING_SIDE 128

/* Pictures that crops are cut from are kept whole, but not larger than that
 * their shorter side is this.
 */
#define KEPT_SIDE 512

/* A decoded picture, until all of them are known. */
typedef struct
{
  guint8 *pixels; /* [height, width, 3] */
  size_t  width, height;
  int     class_id;
  char   *name; /* "class/file" */
  size_t  file_width, file_height;
} Picture;

/* What is read from the folders of a dataset. */
typedef struct
{
  GArray      *pictures; /* of Picture */
  GPtrArray   *classes;  /* their names; a folder without pictures is none */
  GPtrArray   *skipped, *empty; /* of the dataset */
  size_t       side;            /* that was asked for, or 0 */
  gboolean     whole;           /* crops are wanted, not the middle */
  const float *background;
} Found;

static void
clear_picture (gpointer data)
{
  g_free (((Picture *) data)->pixels);
  g_free (((Picture *) data)->name);
}

static void
found_clear (Found *self)
{
  g_array_unref (self->pictures);
  g_ptr_array_unref (self->classes);
}

/* The size at which a picture waits. */
static void
choose_size (const Found *self, Picture *picture, size_t width, size_t height)
{
  size_t square = MIN (width, height);

  if (!self->whole)
    {
      picture->width = picture->height =
          self->side > 0 ? self->side : MIN (square, WAITING_SIDE);
      return;
    }

  picture->width = width;
  picture->height = height;
  if (square > KEPT_SIDE)
    {
      picture->width = (width * KEPT_SIDE + square / 2) / square;
      picture->height = (height * KEPT_SIDE + square / 2) / square;
    }
}

static void
add_picture (
    Found *self, char *name, const float *pixels, size_t width, size_t height)
{
  Picture picture = {
    .class_id = (int) self->classes->len,
    .name = name,
    .file_width = width,
    .file_height = height,
  };
  g_autofree float *fitted = NULL;
  size_t            n;

  choose_size (self, &picture, width, height);
  n = 3 * picture.width * picture.height;
  fitted = g_new (float, n);
  if (self->whole)
    dm_image_fit (fitted, picture.width, picture.height, pixels, width, height,
                  3);
  else
    dm_image_fit_square (fitted, picture.width, pixels, width, height, 3);

  picture.pixels = g_new (guint8, n);
  for (size_t i = 0; i < n; i++)
    picture.pixels[i] = (guint8) (127.5f * fitted[i] + 128.0f);

  g_array_append_val (self->pictures, picture);
}

/* The pictures of one class, if there are any. */
static void
read_class (Found *self, const char *path, const char *name)
{
  g_autofree char *folder = g_build_filename (path, name, NULL);
  g_autoptr (GPtrArray) files = list (folder, FALSE);
  g_autoptr (GPtrArray) folders = list (folder, TRUE);
  guint n = self->pictures->len;

  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *file = g_build_filename (folder, files->pdata[i], NULL);
      g_autoptr (GError) error = NULL;
      size_t            width, height;
      g_autofree float *pixels = dm_image_load_over (file, 3, self->background,
                                                     &width, &height, &error);

      if (pixels != NULL)
        add_picture (self, g_build_filename (name, files->pdata[i], NULL),
                     pixels, width, height);
      else
        g_ptr_array_add (self->skipped, g_strdup (error->message));
    }

  for (guint i = 0; i < folders->len; i++)
    g_ptr_array_add (self->skipped,
                     g_strdup_printf (_ ("%s/%s: a folder within a class is "
                                         "not read"),
                                      folder, (char *) folders->pdata[i]));

  if (self->pictures->len > n)
    g_ptr_array_add (self->classes, g_filename_display_name (name));
  else
    g_ptr_array_add (self->empty, g_filename_display_name (name));
}

/* The largest side within the limit that at least nine of ten pictures reach.
 */
static size_t
choose_side (const GArray *pictures, size_t limit)
{
  for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      size_t n = 0;

      if (limit > 0 && sides[i] > limit)
        continue;

      for (guint j = 0; j < pictures->len; j++)
        {
          const Picture *p = &g_array_index (pictures, Picture, j);

          n += MIN (p->width, p->height) >= sides[i];
        }

      if (10 * n >= 9 * (size_t) pictures->len)
        return sides[i];
    }

  return sides[G_N_ELEMENTS (sides) - 1];
}

/* Gray if no picture has a coloured pixel. */
static size_t
choose_channels (const GArray *pictures)
{
  for (guint i = 0; i < pictures->len; i++)
    {
      const Picture *p = &g_array_index (pictures, Picture, i);

      for (size_t j = 0; j < 3 * p->width * p->height; j += 3)
        if (p->pixels[j] != p->pixels[j + 1] ||
            p->pixels[j] != p->pixels[j + 2])
          return 3;
    }

  return 1;
}

/* Hands over what was found, all at the same side. */
static gboolean
collect (DmCollection           *self,
         Found                  *found,
         const DmDatasetOptions *options,
         GError                **error)
{
  DmDataset *set = self->dataset;

  set->n_classes = found->classes->len;
  g_ptr_array_add (found->classes, NULL);
  set->class_names = g_strdupv ((char **) found->classes->pdata);
  set->side = options->side > 0 ?
                  options->side :
                  choose_side (found->pictures, options->side_limit);
  set->channels = options->channels > 0 ? options->channels :
                                          choose_channels (found->pictures);

  for (guint i = 0; i < found->pictures->len; i++)
    {
      const Picture *p = &g_array_index (found->pictures, Picture, i);

      if (!dm_collection_add (self, p->pixels, p->width, p->height, 3,
                              p->class_id, error))
        return FALSE;
      dm_collection_name_last (self, p->name, p->file_width, p->file_height);
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
read_all (DmCollection           *self,
          const char             *path,
          const DmDatasetOptions *options,
          GError                **error)
{
  g_autoptr (GPtrArray) folders = list (path, TRUE);
  Found found = {
    .pictures = g_array_new (FALSE, FALSE, sizeof (Picture)),
    .classes = g_ptr_array_new_with_free_func (g_free),
    .skipped = self->dataset->skipped,
    .empty = self->dataset->empty,
    .side = options->side,
    .whole = options->augment.crop != DM_CROP_CENTER,
    .background = options->has_background ? options->background : white,
  };
  gboolean done = FALSE;

  g_array_set_clear_func (found.pictures, clear_picture);
  for (guint i = 0; i < folders->len; i++)
    read_class (&found, path, folders->pdata[i]);

  if (found.pictures->len > 0)
    done = collect (self, &found, options, error);
  else
    set_no_picture (&found, path, folders->len, error);
  found_clear (&found);

  return done;
}

const DmReader dm_reader_folder = { "class folders", probe, read_all };
