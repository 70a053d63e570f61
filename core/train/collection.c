/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "image/image.h"
#include "tensor/error.h"
#include "train/readers.h"

/* Gray from colour (Rec. 601 luma, as in Y'CbCr) or three times gray. */
static void
convert_channels (float       *out,
                  size_t       channels_out,
                  const float *in,
                  size_t       channels_in,
                  size_t       n)
{
  for (size_t i = 0; i < n; i++)
    {
      const float *x = in + i * channels_in;
      float        gray = channels_in == 1 ?
                              x[0] :
                              0.299f * x[0] + 0.587f * x[1] + 0.114f * x[2];

      for (size_t c = 0; c < channels_out; c++)
        out[i * channels_out + c] =
            channels_in == 3 && channels_out == 3 ? x[c] : gray;
    }
}

/* Makes a picture fit: @out is [place->height, place->width, channels of the
 * dataset], which is the size of the picture or square.
 */
static void
fit_picture (guint8          *out,
             const DmDataset *set,
             const DmPlace   *place,
             const guint8    *pixels,
             size_t           width,
             size_t           height,
             size_t           channels)
{
  size_t   n = place->width * place->height, n_in = width * height * channels;
  gboolean whole = place->width == width && place->height == height;
  g_autofree float *in = g_new (float, n_in);
  g_autofree float *fitted = g_new (float, n *channels);
  g_autofree float *converted = g_new (float, n * set->channels);

  for (size_t i = 0; i < n_in; i++)
    in[i] = pixels[i];

  if (!whole)
    dm_image_fit_square (fitted, set->side, in, width, height, channels);
  convert_channels (converted, set->channels, whole ? in : fitted, channels, n);

  for (size_t i = 0; i < n * set->channels; i++)
    out[i] = (guint8) (converted[i] + 0.5f);
}

static void
note (DmCollection  *self,
      const DmPlace *place,
      size_t         width,
      size_t         height,
      int            class_id)
{
  DmSource source = { NULL, width, height };

  g_array_append_val (self->dataset->sources, source);
  g_array_append_val (self->places, *place);
  g_array_append_val (self->class_id, class_id);
}

/**
 * dm_collection_add:
 * @pixels: [height, width, channels], perceptual
 *
 * Adds a picture, made to fit the collection's channels and, unless crops are
 * wanted, its side.
 */
gboolean
dm_collection_add (DmCollection *self,
                   const guint8 *pixels,
                   size_t        width,
                   size_t        height,
                   size_t        channels,
                   int           class_id,
                   GError      **error)
{
  DmDataset         *set = self->dataset;
  gboolean           keep = set->augment.crop != DM_CROP_CENTER;
  DmPlace            place = { set->n_bytes, keep ? width : set->side,
                    keep ? height : set->side, set->sources->len };
  size_t             n = place.width * place.height * set->channels;
  g_autofree guint8 *fitted = NULL;

  if (width != place.width || height != place.height ||
      channels != set->channels)
    {
      fitted = g_malloc (n);
      fit_picture (fitted, set, &place, pixels, width, height, channels);
    }

  if (!dm_spool_add (self->spool, fitted != NULL ? fitted : pixels, n, error))
    {
      g_prefix_error (error, "%s: ", set->name);
      return FALSE;
    }

  set->n_bytes += n;
  note (self, &place, width, height, class_id);

  return TRUE;
}

/**
 * dm_collection_lend:
 * @picture: as it shall be, among pixels that the dataset has already
 */
void
dm_collection_lend (DmCollection           *self,
                    const DmDecodedPicture *picture,
                    int                     class_id)
{
  DmPlace place = { picture->at, picture->width, picture->height,
                    self->dataset->sources->len };

  note (self, &place, picture->width, picture->height, class_id);
}

/**
 * dm_collection_name:
 * @i: which of the sources
 * @name: "class/file", as the file system has it
 * @width, @height: pixels of the file
 *
 * Says where a picture comes from.
 */
void
dm_collection_name (
    DmCollection *self, guint i, const char *name, size_t width, size_t height)
{
  g_array_index (self->dataset->sources, DmSource, i) =
      (DmSource){ g_strdup (name), width, height };
}

/**
 * dm_read_lines:
 *
 * Returns: (transfer full) (nullable): the lines of a text file that are not
 * empty, or NULL if there is no such file, or no line, or it is not UTF-8.
 */
char **
dm_read_lines (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      !g_utf8_validate (text, -1, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (size_t i = 0; lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      g_ptr_array_add (kept, g_strdup (lines[i]));

  if (kept->len == 0)
    return NULL;

  g_ptr_array_add (kept, NULL);

  return (char **) g_ptr_array_steal (kept, NULL);
}
