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

/* A decoded picture, until all of them are known. */
typedef struct
{
  guint8 *pixels; /* [height, width, 3] */
  size_t  width, height;
  int     class_id;
} Picture;

static void
clear_picture (gpointer data)
{
  g_free (((Picture *) data)->pixels);
}

static guint8 *
to_bytes (const float *pixels, size_t n)
{
  guint8 *bytes = g_new (guint8, n);

  for (size_t i = 0; i < n; i++)
    bytes[i] = (guint8) (127.5f * pixels[i] + 128.0f);

  return bytes;
}

static void
add_file (GArray *pictures, DmDataset *set, const char *path, int class_id)
{
  g_autoptr (GError) error = NULL;
  Picture           picture = { .class_id = class_id };
  g_autofree float *pixels =
      dm_image_load (path, 3, &picture.width, &picture.height, &error);

  if (pixels == NULL)
    {
      g_ptr_array_add (set->skipped, g_strdup (error->message));
      return;
    }

  picture.pixels = to_bytes (pixels, 3 * picture.width * picture.height);
  g_array_append_val (pictures, picture);
}

static GArray *
read_pictures (DmDataset *set, const char *path, const GPtrArray *classes)
{
  GArray *pictures = g_array_new (FALSE, FALSE, sizeof (Picture));

  g_array_set_clear_func (pictures, clear_picture);

  for (guint i = 0; i < classes->len; i++)
    {
      g_autofree char *folder =
          g_build_filename (path, classes->pdata[i], NULL);
      g_autoptr (GPtrArray) files = list (folder, FALSE);

      for (guint j = 0; j < files->len; j++)
        {
          g_autofree char *file =
              g_build_filename (folder, files->pdata[j], NULL);

          add_file (pictures, set, file, (int) i);
        }
    }

  return pictures;
}

/* The largest side that at least nine of ten pictures reach. */
static size_t
choose_side (const GArray *pictures)
{
  for (size_t i = 0; i < G_N_ELEMENTS (sides); i++)
    {
      size_t n = 0;

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

static char **
name_classes (const GPtrArray *classes)
{
  char **names = g_new0 (char *, classes->len + 1);

  for (guint i = 0; i < classes->len; i++)
    names[i] = g_filename_display_name (classes->pdata[i]);

  return names;
}

static gboolean
read_all (DmCollection           *self,
          const char             *path,
          const DmDatasetOptions *options,
          GError                **error)
{
  DmDataset *set = self->dataset;
  g_autoptr (GPtrArray) classes = list (path, TRUE);
  g_autoptr (GArray) pictures = read_pictures (set, path, classes);

  if (pictures->len == 0)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("%s: no picture that can be read in its %u folders; the "
                      "first fault: %s"),
                   path, classes->len,
                   set->skipped->len > 0 ? (char *) set->skipped->pdata[0] :
                                           _ ("they are empty"));
      return FALSE;
    }

  set->n_classes = classes->len;
  set->class_names = name_classes (classes);
  set->side = options->side > 0 ? options->side : choose_side (pictures);
  set->channels =
      options->channels > 0 ? options->channels : choose_channels (pictures);

  for (guint i = 0; i < pictures->len; i++)
    {
      const Picture *p = &g_array_index (pictures, Picture, i);

      if (!dm_collection_add (self, p->pixels, p->width, p->height, 3,
                              p->class_id, error))
        return FALSE;
    }

  return TRUE;
}

const DmReader dm_reader_folder = { "class folders", probe, read_all };
