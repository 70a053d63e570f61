/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/given.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "tensor/error.h"

#define MAX_REPEATS 100

/**
 * dm_given_check:
 * @self: (nullable)
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_given_check (const DmGiven *self, GError **error)
{
  if (self == NULL)
    return TRUE;

  if (!(self->strength > 0.0 && self->strength <= 1.0))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("strength is a number above 0, up to 1"));
      return FALSE;
    }

  if (self->n_repeats < 1 || self->n_repeats > MAX_REPEATS)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("each step can be taken 1 to 100 times"));
      return FALSE;
    }

  return TRUE;
}

/**
 * dm_given_set_up:
 * @self: (nullable)
 * @sampling: (inout): has its n_steps
 *
 * Where the steps begin and how often each is taken: of n_steps, the share
 * @strength is left, at least one.
 */
void
dm_given_set_up (const DmGiven *self, DmSampling *sampling)
{
  long n_left;

  if (self == NULL)
    return;

  n_left = MAX (1, lrint (self->strength * sampling->n_steps));
  sampling->first_step = sampling->n_steps - (unsigned) n_left;
  sampling->n_repeats = self->n_repeats;
}

/**
 * dm_given_place:
 * @self: (nullable)
 * @canvas: (out): memory of its own in @arena, which may yet be a layout only
 */
void
dm_given_place (const DmGiven *self,
                DmGivenCanvas *canvas,
                DmArena       *arena,
                size_t         h,
                size_t         w,
                size_t         channels)
{
  *canvas = (DmGivenCanvas){ 0 };
  if (self == NULL)
    return;

  canvas->x0 = dm_arena_floats (arena, h * w * channels);
  if (self->mask != NULL)
    canvas->mask = dm_arena_floats (arena, h * w);
  canvas->known = (DmKnown){ canvas->x0, canvas->mask, h * w, channels };
}

/**
 * dm_given_fill:
 * @self: (nullable): [height, width] of it
 * @canvas: (inout): [h, w], no smaller
 *
 * Beyond the given picture its edge goes on, but nothing of that is kept.
 */
void
dm_given_fill (const DmGiven *self,
               DmGivenCanvas *canvas,
               size_t         h,
               size_t         w,
               size_t         height,
               size_t         width)
{
  size_t channels = canvas->known.channels;

  if (self == NULL)
    return;

  for (size_t y = 0; y < h; y++)
    for (size_t x = 0; x < w; x++)
      {
        size_t to = y * w + x;
        size_t from = MIN (y, height - 1) * width + MIN (x, width - 1);

        for (size_t c = 0; c < channels; c++)
          canvas->x0[to * channels + c] = self->x0[from * channels + c];
        if (canvas->mask != NULL)
          canvas->mask[to] = y < height && x < width ? self->mask[from] : 0.0f;
      }
}
