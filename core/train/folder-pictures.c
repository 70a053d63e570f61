/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/folder-pictures.h"

#include <sys/stat.h>

#include "image/image.h"
#include "tensor/error.h"

/* Pictures wait as squares of this side at most, unless larger ones are asked
 * for: twice the largest side they may get by themselves, yet little beside a
 * photograph.
 */
#define WAITING_SIDE 128

/* Pictures that crops are cut from are kept whole, but not larger than that
 * their shorter side is this.
 */
#define KEPT_SIDE 512

static const float white[3] = { 1.0f, 1.0f, 1.0f };

static size_t
get_limit (const DmFolderPictures *self)
{
  return self->whole ? KEPT_SIDE : MAX (self->side, WAITING_SIDE);
}

/* All that decides what is kept of a file. */
static char *
describe (const DmFolderPictures *self)
{
  return g_strdup_printf ("1 " DM_VERSION " %s %zu over %.9g,%.9g,%.9g",
                          self->whole ? "whole" : "middle", get_limit (self),
                          (double) self->background[0],
                          (double) self->background[1],
                          (double) self->background[2]);
}

/**
 * dm_folder_pictures_init:
 * @self: (out)
 * @path: of the folder
 * @options: lent for the life of @self
 */
void
dm_folder_pictures_init (DmFolderPictures       *self,
                         const char             *path,
                         const DmDatasetOptions *options)
{
  g_autofree char *how = NULL;

  *self = (DmFolderPictures){
    .pictures = g_array_new (FALSE, FALSE, sizeof (DmDecodedPicture)),
    .class_id = g_array_new (FALSE, FALSE, sizeof (int)),
    .is_known = g_array_new (FALSE, FALSE, sizeof (gboolean)),
    .side = options->side,
    .whole = options->augment.crop != DM_CROP_CENTER,
    .background = options->has_background ? options->background : white,
    .spool = dm_spool_new (options->cache, DM_SPOOL_MEMORY),
  };
  g_array_set_clear_func (self->pictures, dm_decoded_picture_clear);

  how = describe (self);
  if (options->cache != NULL)
    self->file = dm_decoded_name (options->cache, path, how);
  self->known = dm_decoded_open (self->file);
}

void
dm_folder_pictures_clear (DmFolderPictures *self)
{
  g_array_unref (self->pictures);
  g_array_unref (self->class_id);
  g_array_unref (self->is_known);
  dm_decoded_free (self->known);
  dm_spool_free (self->spool);
  g_free (self->file);
  g_free (self->fault);
}

/* --- one picture ---------------------------------------------------------- */

/* The size at which a picture is kept. */
static void
choose_size (const DmFolderPictures *self, DmDecodedPicture *picture)
{
  size_t width = picture->file_width, height = picture->file_height;
  size_t square = MIN (width, height), limit = get_limit (self);

  if (!self->whole)
    {
      picture->width = picture->height = MIN (square, limit);
      return;
    }

  picture->width = width;
  picture->height = height;
  if (square > limit)
    {
      picture->width = (width * limit + square / 2) / square;
      picture->height = (height * limit + square / 2) / square;
    }
}

static void
add (DmFolderPictures       *self,
     const DmDecodedPicture *picture,
     int                     class_id,
     gboolean                is_known)
{
  g_array_append_val (self->pictures, *picture);
  g_array_append_val (self->class_id, class_id);
  g_array_append_val (self->is_known, is_known);
  self->n_known += is_known;
}

static gboolean
put_aside (DmFolderPictures *self,
           DmDecodedPicture *picture,
           const float      *pixels,
           GError          **error)
{
  size_t             n;
  g_autofree float  *fitted = NULL;
  g_autofree guint8 *bytes = NULL;

  choose_size (self, picture);
  n = 3 * picture->width * picture->height;
  fitted = g_new (float, n);
  bytes = g_malloc (n);
  if (self->whole)
    dm_image_fit (fitted, picture->width, picture->height, pixels,
                  picture->file_width, picture->file_height, 3);
  else
    dm_image_fit_square (fitted, picture->width, pixels, picture->file_width,
                         picture->file_height, 3);

  for (size_t i = 0; i < n; i++)
    bytes[i] = (guint8) (127.5f * fitted[i] + 128.0f);

  picture->at = dm_spool_get_size (self->spool);

  return dm_spool_add (self->spool, bytes, n, error);
}

/**
 * dm_folder_pictures_add:
 * @path: of the file
 * @name: "class/file"
 *
 * Errors: %DM_ERROR_FILE if it cannot be decoded: then it is left out;
 * %DM_ERROR_MEMORY
 */
gboolean
dm_folder_pictures_add (DmFolderPictures *self,
                        const char       *path,
                        const char       *name,
                        int               class_id,
                        GError          **error)
{
  DmDecodedPicture        picture = { .name = NULL };
  const DmDecodedPicture *known = NULL;
  g_autofree float       *pixels = NULL;
  struct stat             status = { 0 };

  /* before it is read: who changes it meanwhile gives it a later time */
  if (stat (path, &status) == 0)
    {
      picture.n_bytes = (guint64) status.st_size;
      picture.changed =
          (gint64) status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
      known =
          dm_decoded_find (self->known, name, picture.n_bytes, picture.changed);
    }

  if (known != NULL)
    {
      picture = *known;
      picture.name = g_strdup (name);
      add (self, &picture, class_id, TRUE);
      return TRUE;
    }

  pixels = dm_image_load_over (path, 3, self->background, &picture.file_width,
                               &picture.file_height, error);
  if (pixels == NULL || !put_aside (self, &picture, pixels, error))
    return FALSE;

  picture.name = g_strdup (name);
  add (self, &picture, class_id, FALSE);

  return TRUE;
}

/* --- all of them ---------------------------------------------------------- */

/* Those that were kept to those that are new. */
static gboolean
gather (DmFolderPictures *self, GError **error)
{
  const guint8 *known = dm_decoded_get_pixels (self->known);

  for (guint i = 0; i < self->pictures->len; i++)
    {
      DmDecodedPicture *picture =
          &g_array_index (self->pictures, DmDecodedPicture, i);
      size_t from = picture->at;

      if (!g_array_index (self->is_known, gboolean, i))
        continue;
      picture->at = dm_spool_get_size (self->spool);
      if (!dm_spool_add (self->spool, known + from,
                         3 * picture->width * picture->height, error))
        return FALSE;
    }

  return dm_spool_finish (self->spool, error);
}

static void
keep (DmFolderPictures *self)
{
  g_autoptr (GError) error = NULL;

  if (self->file != NULL &&
      !dm_decoded_save (self->file, self->pictures, self->pixels, self->n_bytes,
                        &error))
    self->fault = g_strdup (error->message);
}

/**
 * dm_folder_pictures_settle:
 *
 * After the last was added: they are kept for later runs, if they are not those
 * that were kept already.
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_FILE
 */
gboolean
dm_folder_pictures_settle (DmFolderPictures *self, GError **error)
{
  guint n = self->pictures->len;

  if (n > 0 && self->n_known == n && dm_decoded_get_n (self->known) == n)
    {
      self->pixels = dm_decoded_get_pixels (self->known);
      self->n_bytes = dm_decoded_get_n_bytes (self->known);
      return TRUE;
    }

  if (!gather (self, error))
    return FALSE;

  self->pixels = dm_spool_get_data (self->spool);
  self->n_bytes = dm_spool_get_size (self->spool);
  if (n > 0)
    keep (self);

  return TRUE;
}
