/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "paint/place.h"

#include <math.h>

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
 * dm_place_choose:
 * @context: margin around the hole as a share of its larger side, or, for
 * textures, of half the size that they were trained at
 *
 * Returns: what is shown to the model: for textures pixel by pixel, at least
 * their native size where the picture is that large; else a square that is
 * scaled to the native size, never larger than the picture's larger side.
 */
GeglRectangle
dm_place_choose (const DmHole *hole, const DmConfig *config, double context)
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
