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

/* Room for one more picture of @n bytes. */
static gboolean
grow (DmCollection *self, size_t n, GError **error)
{
  DmDataset *set = self->dataset;
  size_t     wanted = MAX (2 * self->capacity, 64 * n);
  guint8    *pixels;

  if (set->n_bytes + n <= self->capacity)
    return TRUE;

  pixels = g_try_realloc (set->pixels, wanted);
  if (pixels == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("%s: not enough memory for more than %u pictures; use a "
                      "smaller size or fewer pictures"),
                   set->name, self->class_id->len);
      return FALSE;
    }

  set->pixels = pixels;
  self->capacity = wanted;

  return TRUE;
}

/* Makes a picture fit: @out is [place->height, place->width, channels of the
 * dataset], which is the size of the picture or square.
 */
static void
fit_picture (const DmDataset *set,
             const DmPlace   *place,
             const guint8    *pixels,
             size_t           width,
             size_t           height,
             size_t           channels)
{
  size_t   n = place->width * place->height, n_in = width * height * channels;
  gboolean whole = place->width == width && place->height == height;
  guint8  *out = set->pixels + place->at;
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
  DmDataset *set = self->dataset;
  gboolean   keep = set->augment.crop != DM_CROP_CENTER;
  DmPlace    place = { set->n_bytes, keep ? width : set->side,
                    keep ? height : set->side, set->sources->len };
  DmSource   source = { NULL, width, height };
  size_t     n = place.width * place.height * set->channels;

  if (!grow (self, n, error))
    return FALSE;

  if (width == place.width && height == place.height &&
      channels == set->channels)
    memcpy (set->pixels + place.at, pixels, n);
  else
    fit_picture (set, &place, pixels, width, height, channels);

  set->n_bytes += n;
  g_array_append_val (set->sources, source);
  g_array_append_val (self->places, place);
  g_array_append_val (self->class_id, class_id);

  return TRUE;
}

/**
 * dm_collection_name_last:
 * @name: "class/file", as the file system has it
 * @width, @height: pixels of the file
 *
 * Says where the picture that was added last comes from.
 */
void
dm_collection_name_last (DmCollection *self,
                         const char   *name,
                         size_t        width,
                         size_t        height)
{
  GArray *sources = self->dataset->sources;

  g_array_index (sources, DmSource, sources->len - 1) =
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
