/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "paint/surroundings.h"

#include "paint/fit.h"

/* A share of a pixel that is known: from here on it is all known, and rounding
 * took the rest.
 */
#define ALL_KNOWN 0.998f

/* A pixel less opaque than this has no colour. */
#define NO_COLOUR 1e-3f

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
fill (DmSurroundings *self, const float *planes, size_t channels)
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
scale (DmSurroundings      *self,
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
  fill (self, scaled, channels);

  return true;
}

/* Whether there is memory for all that reading takes at the same time. A system
 * that promises more than it has would end the host.
 */
static bool
is_affordable (const GeglRectangle *place, size_t channels, bool canvas)
{
  /* pixels with alpha, painted, kept; planes; for textures their copy, x0 and
     mask, which else are small */
  double floats = (channels + 3) + (channels + 2) +
                  (canvas ? (channels + 2) + (channels + 1) : 0);

  return floats * sizeof (float) * place->width * place->height <=
         dm_generate_get_memory_limit ();
}

/**
 * dm_surroundings_read:
 * @self: (out)
 * @place: of dm_place_choose()
 * @config: of the model
 *
 * Errors: %DM_ERROR_MEMORY; @self needs no clearing then
 */
bool
dm_surroundings_read (DmSurroundings      *self,
                      const DmHole        *hole,
                      const GeglRectangle *place,
                      const DmConfig      *config,
                      GError             **error)
{
  bool         canvas = dm_config_is_texture (config);
  DmHolePixels pixels = { 0 };
  bool         done = is_affordable (place, hole->channels, canvas);

  *self = (DmSurroundings){
    .width = canvas ? place->width : (int) config->resolution,
    .height = canvas ? place->height : (int) config->resolution,
    .whole = hole->whole,
  };

  if (!done)
    dm_hole_set_memory_error (error);
  else
    done = dm_hole_pixels_init (&pixels, (size_t) place->width * place->height,
                                hole->channels, error);
  if (done)
    {
      dm_hole_read (hole, &pixels, place);
      done = scale (self, &pixels, place, hole->channels);
      if (!done)
        dm_hole_set_memory_error (error);
    }
  dm_hole_pixels_clear (&pixels);
  if (!done)
    dm_surroundings_clear (self);

  return done;
}

/**
 * dm_surroundings_get_given:
 *
 * Returns: (transfer none): what dm_generate() is told, at @width x @height
 */
DmGiven
dm_surroundings_get_given (const DmSurroundings *self,
                           double                strength,
                           unsigned              n_repeats)
{
  return (DmGiven){ self->x0, self->whole ? NULL : self->mask, strength,
                    n_repeats };
}

void
dm_surroundings_clear (DmSurroundings *self)
{
  g_clear_pointer (&self->x0, g_free);
  g_clear_pointer (&self->mask, g_free);
}
