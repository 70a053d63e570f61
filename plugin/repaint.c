/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "repaint.h"

#include <math.h>
#include <string.h>

#include "model-cache.h"

#include "image/image.h"

/* Rows that are painted at a time. */
#define BAND 64

/* A share of a pixel that is known: from here on it is all known, and rounding
 * took the rest.
 */
#define ALL_KNOWN 0.998f

/* A pixel less opaque than this has no colour. */
#define NO_COLOUR 1e-3f

/* --- what the model sees -------------------------------------------------- */

/* Of @size pixels around the @n from @first on, shifted into [start, start +
 * length) or, if larger, centred there.
 */
static void
place_side (int *to, int size, int first, int n, int start, int length)
{
  int at = first + n / 2 - size / 2;

  if (size >= length)
    *to = start + (length - size) / 2;
  else
    *to = CLAMP (at, start, start + length - size);

  *to = MAX (first + n - size, MIN (*to, first)); /* all of the hole */
}

static int
round_up (int n, size_t multiple)
{
  int m = (int) multiple;

  return (n + m - 1) / m * m;
}

/**
 * dm_repaint_place:
 * @context: margin around the hole as a share of its larger side, or, for
 * textures, of half the size that they were trained at
 *
 * Returns: what is shown to the model: for textures pixel by pixel, at least
 * their native size where the picture is that large; else a square that is
 * scaled to the native size, never larger than the picture's larger side.
 */
GeglRectangle
dm_repaint_place (const DmHole *hole, const DmConfig *config, double context)
{
  int           native = (int) config->resolution;
  int           side = MAX (hole->box.width, hole->box.height);
  int           most = MAX (hole->extent.width, hole->extent.height);
  bool          canvas = dm_config_is_texture (config);
  int           margin = (int) lrint (context * (canvas ? native / 2 : side));
  GeglRectangle place;

  if (canvas)
    {
      size_t stride = dm_config_get_stride (config);

      place.width =
          round_up (MAX (native, hole->box.width + 2 * margin), stride);
      place.height =
          round_up (MAX (native, hole->box.height + 2 * margin), stride);
      place.width = MIN (place.width,
                         round_up (MAX (native, hole->extent.width), stride));
      place.height = MIN (place.height,
                          round_up (MAX (native, hole->extent.height), stride));
    }
  else
    {
      side = MIN (MAX (side + 2 * margin, native), most);
      place.width = place.height = side;
    }

  place_side (&place.x, place.width, hole->box.x, hole->box.width,
              hole->extent.x, hole->extent.width);
  place_side (&place.y, place.height, hole->box.y, hole->box.height,
              hole->extent.y, hole->extent.height);

  return place;
}

/* --- what it is given ----------------------------------------------------- */

/* The picture as the model draws it: x0 and mask of DmGiven. */
typedef struct
{
  int    width, height;
  float *x0, *mask;
} Given;

static void
given_clear (Given *self)
{
  g_free (self->x0);
  g_free (self->mask);
}

/* Scaled along: colours times alpha, alpha, share kept; [n, channels + 2] */
static float *
premultiply (const DmHolePixels *pixels, size_t n, size_t channels)
{
  float *out = g_try_new (float, n *(channels + 2));

  for (size_t i = 0; out != NULL && i < n; i++)
    {
      const float *in = pixels->pixels + i * (channels + 1);
      float       *to = out + i * (channels + 2);

      for (size_t c = 0; c < channels; c++)
        to[c] = in[c] * in[channels];
      to[channels] = in[channels];
      to[channels + 1] = pixels->kept[i];
    }

  return out;
}

/* Mean colour of what is there, weighted by its alpha; gray without any. */
static void
get_mean (float *mean, const float *planes, size_t n, size_t channels)
{
  double sum[4] = { 0 }, total = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      for (size_t c = 0; c < channels; c++)
        sum[c] += planes[i * (channels + 2) + c];
      total += planes[i * (channels + 2) + channels];
    }

  for (size_t c = 0; c < channels; c++)
    mean[c] = total > 0.0 ? (float) (sum[c] / total) : 0.5f;
}

/* planes[n, channels + 2] taken apart; the colour of transparent pixels, which
 * means nothing, is the mean of the others.
 */
static void
fill_given (Given *self, const float *planes, size_t channels)
{
  size_t n = (size_t) self->width * self->height;
  float  mean[4];

  get_mean (mean, planes, n, channels);

  for (size_t i = 0; i < n; i++)
    {
      const float *plane = planes + i * (channels + 2);
      float        alpha = plane[channels], kept = plane[channels + 1];

      for (size_t c = 0; c < channels; c++)
        {
          float colour =
              alpha > NO_COLOUR ? MIN (plane[c] / alpha, 1.0f) : mean[c];

          self->x0[i * channels + c] = 2.0f * colour - 1.0f;
        }
      self->mask[i] = kept > ALL_KNOWN ? 1.0f : kept;
    }
}

static bool
scale_given (Given               *self,
             const DmHolePixels  *pixels,
             const GeglRectangle *place,
             size_t               channels)
{
  GeglRectangle     all = { 0, 0, self->width, self->height };
  size_t            n = (size_t) self->width * self->height;
  g_autofree float *planes =
      premultiply (pixels, (size_t) place->width * place->height, channels);
  g_autofree float *scaled = g_try_new (float, n *(channels + 2));

  self->x0 = g_try_new (float, n *channels);
  self->mask = g_try_new (float, n);
  if (planes == NULL || scaled == NULL || self->x0 == NULL ||
      self->mask == NULL)
    return false;

  dm_fit_resample (scaled, &all, &all, planes, place->width, place->height,
                   (int) channels + 2);
  fill_given (self, scaled, channels);

  return true;
}

/* Errors: %DM_ERROR_MEMORY */
static bool
read_given (Given               *self,
            const DmHole        *hole,
            const GeglRectangle *place,
            GError             **error)
{
  DmHolePixels pixels = { 0 };
  bool         done = dm_hole_pixels_init (
              &pixels, (size_t) place->width * place->height, hole->channels, error);

  if (done)
    {
      dm_hole_read (hole, &pixels, place);
      done = scale_given (self, &pixels, place, hole->channels);
      if (!done)
        dm_drawing_set_memory_error (error);
    }
  dm_hole_pixels_clear (&pixels);

  return done;
}

/* --- painting ------------------------------------------------------------- */

/* rgba[n, channels + 1] of the result: the drawn colours[n, channels] beside
 * what is kept, each by its share; alpha is the sum of both.
 */
static void
mix (DmHolePixels *pixels, const float *colours, size_t n, size_t channels)
{
  for (size_t i = 0; i < n; i++)
    {
      float *out = pixels->pixels + i * (channels + 1);
      float  painted = pixels->painted[i], kept = pixels->kept[i];
      float  alpha = painted + kept;

      if (!(painted > DM_HOLE_NOTHING))
        continue;
      for (size_t c = 0; c < channels; c++)
        out[c] = (painted * colours[i * channels + c] + kept * out[c]) / alpha;
      out[channels] = MIN (alpha, 1.0f);
    }
}

/* Pixels that are not painted are put back byte by byte. */
static void
put_band (GeglBuffer          *output,
          const GeglRectangle *band,
          const DmHolePixels  *pixels,
          guint8              *bytes,
          guint8              *painted,
          size_t               channels)
{
  const Babl *format = gegl_buffer_get_format (output);
  size_t      n = (size_t) band->width * band->height;
  size_t      size = (size_t) babl_format_get_bytes_per_pixel (format);

  gegl_buffer_get (output, band, 1.0, format, bytes, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);
  babl_process (babl_fish (dm_image_get_format (channels, TRUE), format),
                pixels->pixels, painted, (long) n);
  for (size_t i = 0; i < n; i++)
    if (pixels->painted[i] > DM_HOLE_NOTHING)
      memcpy (bytes + i * size, painted + i * size, size);

  gegl_buffer_set (output, band, 0, format, bytes, GEGL_AUTO_ROWSTRIDE);
}

static bool
paint_bands (const DmHole        *hole,
             const DmPixels      *drawn,
             const GeglRectangle *place,
             GeglBuffer          *output,
             const GeglRectangle *part,
             GError             **error)
{
  size_t             channels = hole->channels;
  size_t             n = (size_t) part->width * MIN (part->height, BAND);
  const Babl        *format = gegl_buffer_get_format (output);
  size_t             size = (size_t) babl_format_get_bytes_per_pixel (format);
  DmHolePixels       pixels = { 0 };
  g_autofree float  *colours = g_try_new (float, n *channels);
  g_autofree guint8 *bytes = g_try_malloc (2 * n * size);
  bool               done = dm_hole_pixels_init (&pixels, n, channels, error);

  if (done && (colours == NULL || bytes == NULL))
    {
      done = false;
      dm_drawing_set_memory_error (error);
    }

  for (int y = 0; done && y < part->height; y += BAND)
    {
      GeglRectangle band = { part->x, part->y + y, part->width,
                             MIN (BAND, part->height - y) };
      size_t        n_band = (size_t) band.width * band.height;

      dm_hole_read (hole, &pixels, &band);
      dm_fit_resample (colours, &band, place, drawn->value, (int) drawn->width,
                       (int) drawn->height, (int) channels);
      mix (&pixels, colours, n_band, channels);
      put_band (output, &band, &pixels, bytes, bytes + n * size, channels);
    }
  dm_hole_pixels_clear (&pixels);

  return done;
}

/* The picture that the model draws of @place. */
static DmPixels *
draw (const DmDrawing     *drawing,
      const DmHole        *hole,
      const DmConfig      *config,
      const GeglRectangle *place,
      DmStepFunc           on_step,
      void                *data,
      GError             **error)
{
  bool      canvas = dm_config_is_texture (config);
  DmDrawing request = *drawing;
  Given     given = { 0 };
  DmPixels *pixels = NULL;

  given.width = request.width =
      canvas ? place->width : (int) config->resolution;
  given.height = request.height =
      canvas ? place->height : (int) config->resolution;
  request.fit = canvas ? DM_FIT_CANVAS : DM_FIT_CONTAIN;

  if (read_given (&given, hole, place, error))
    {
      DmGiven picture = { given.x0, hole->whole ? NULL : given.mask,
                          drawing->strength, (unsigned) drawing->n_repeats };

      pixels = dm_drawing_draw (&request, &picture, on_step, data, error);
    }
  given_clear (&given);

  return pixels;
}

/**
 * dm_repaint_paint:
 * @mask: (nullable): where to paint, instead of what is transparent
 * @output: (inout): a copy of the input within @roi; pixels that are not
 * painted keep their bits
 * @on_step: see dm_drawing_draw()
 *
 * Errors: those of dm_drawing_draw(); then nothing is painted
 */
gboolean
dm_repaint_paint (const DmDrawing     *drawing,
                  GeglBuffer          *input,
                  GeglBuffer          *mask,
                  GeglBuffer          *output,
                  const GeglRectangle *roi,
                  DmStepFunc           on_step,
                  void                *data,
                  GError             **error)
{
  guint64 serial;
  g_autoptr (DmModel) model =
      dm_model_cache_get (drawing->path, &serial, error);
  g_autoptr (DmPixels) pixels = NULL;
  GError         *fault = NULL;
  const DmConfig *config;
  DmHole          hole = { .input = input, .mask = mask };
  GeglRectangle   place, part;

  if (model == NULL)
    return FALSE;

  config = dm_model_get_config (model);
  hole.channels = config->channels;
  if (!dm_hole_find (&hole, drawing->strength < 1.0, &fault))
    {
      if (fault != NULL)
        g_propagate_error (error, fault);
      return fault == NULL;
    }

  place = dm_repaint_place (&hole, config, drawing->context);
  pixels = draw (drawing, &hole, config, &place, on_step, data, error);
  if (pixels == NULL)
    return FALSE;

  return !gegl_rectangle_intersect (&part, roi, &hole.box) ||
         paint_bands (&hole, pixels, &place, output, &part, error);
}
