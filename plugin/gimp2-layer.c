/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gimp2-layer.h"

#include <glib/gi18n-lib.h>
#include <libgimp/gimp.h>

#include "repaint.h"

#include "image/image.h"
#include "paint/hole.h"
#include "tensor/error.h"

/* Rows of a selection that are read at a time. */
#define BAND 64

/* --- drawing -------------------------------------------------------------- */

/* A picture is opaque where it is at all. Beside it the layer stays as it is,
 * bit for bit: its pixels are copied, in their own format.
 */
static void
lay_over (GeglBuffer          *to,
          GeglBuffer          *layer,
          GeglBuffer          *picture,
          const GeglRectangle *place)
{
  const Babl   *format = gegl_buffer_get_format (layer);
  size_t        n_bytes = (size_t) babl_format_get_bytes_per_pixel (format);
  GeglRectangle part = { 0, 0, place->width, place->height };
  GeglBufferIterator *it = gegl_buffer_iterator_new (
      to, place, 0, format, GEGL_ACCESS_WRITE, GEGL_ABYSS_NONE, 4);

  gegl_buffer_iterator_add (it, layer, place, 0, format, GEGL_ACCESS_READ,
                            GEGL_ABYSS_NONE);
  gegl_buffer_iterator_add (it, picture, &part, 0, format, GEGL_ACCESS_READ,
                            GEGL_ABYSS_NONE);
  gegl_buffer_iterator_add (it, picture, &part, 0, babl_format ("YA float"),
                            GEGL_ACCESS_READ, GEGL_ABYSS_NONE);

  while (gegl_buffer_iterator_next (it))
    {
      char        *out = it->items[0].data;
      const char  *old = it->items[1].data, *new = it->items[2].data;
      const float *luma_alpha = it->items[3].data;

      for (size_t i = 0; i < (size_t) it->length; i++)
        memcpy (out + i * n_bytes,
                (luma_alpha[2 * i + 1] > 0.5f ? new : old) + i * n_bytes,
                n_bytes);
    }
}

/**
 * dm_gimp2_layer_get_place:
 * @drawable: number of the layer
 * @place: (out): the part of it that may be drawn on, from its own corner
 *
 * Errors: %DM_ERROR_OPTION if there is none
 */
gboolean
dm_gimp2_layer_get_place (gint32 drawable, GeglRectangle *place, GError **error)
{
  const char *reason = NULL;

  if (!gimp_item_is_valid (drawable) || !gimp_item_is_drawable (drawable))
    reason = _ ("there is no such layer");
  else if (gimp_item_is_group (drawable))
    reason = _ ("a group of layers cannot be drawn on; choose a layer");
  else if (!gimp_drawable_mask_intersect (drawable, &place->x, &place->y,
                                          &place->width, &place->height))
    reason = _ ("the selection does not touch the layer");

  if (reason != NULL)
    g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION, reason);

  return reason == NULL;
}

/* What the selection leaves alone stays; so does what has the same pixels. */
static void
merge (gint32 drawable, const GeglRectangle *place)
{
  gimp_drawable_merge_shadow (drawable, TRUE);
  gimp_drawable_update (drawable, place->x, place->y, place->width,
                        place->height);
}

/**
 * dm_gimp2_layer_put:
 * @picture: its corner at 0, 0
 * @place: of dm_gimp2_layer_get_place()
 *
 * Draws the picture onto the layer.
 */
void
dm_gimp2_layer_put (gint32               drawable,
                    GeglBuffer          *picture,
                    const GeglRectangle *place)
{
  g_autoptr (GeglBuffer) layer = gimp_drawable_get_buffer (drawable);
  GeglBuffer   *shadow = gimp_drawable_get_shadow_buffer (drawable);
  GeglRectangle part = *place;

  /* all that the selection holds, since all of it is merged */
  gegl_buffer_copy (layer, place, GEGL_ABYSS_NONE, shadow, place);
  part.width = MIN (place->width, gegl_buffer_get_width (picture));
  part.height = MIN (place->height, gegl_buffer_get_height (picture));
  lay_over (shadow, layer, picture, &part);

  g_object_unref (shadow); /* sends it to GIMP */
  merge (drawable, &part);
}

/* --- repainting ----------------------------------------------------------- */

/* White where anything is selected at all: how much, GIMP sees to when it
 * merges.
 *
 * Returns: (transfer full): over all of the layer, or NULL
 */
static GeglBuffer *
get_selection (gint32 drawable, const GeglRectangle *extent)
{
  gint32 channel = gimp_image_get_selection (gimp_item_get_image (drawable));
  g_autoptr (GeglBuffer) selection = gimp_drawable_get_buffer (channel);
  GeglBuffer        *mask = gegl_buffer_new (extent, babl_format ("Y' float"));
  g_autofree guint8 *row = g_malloc ((gsize) extent->width * BAND);
  g_autofree float  *level = g_new (float, (gsize) extent->width *BAND);
  int                x = 0, y = 0;

  gimp_drawable_offsets (drawable, &x, &y);
  for (int top = 0; top < extent->height; top += BAND)
    {
      GeglRectangle band = { 0, top, extent->width,
                             MIN (BAND, extent->height - top) };
      GeglRectangle from = { x, y + top, band.width, band.height };

      gegl_buffer_get (selection, &from, 1.0, babl_format ("Y u8"), row,
                       GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
      for (gsize i = 0; i < (gsize) band.width * (gsize) band.height; i++)
        level[i] = row[i] > 0;
      gegl_buffer_set (mask, &band, 0, babl_format ("Y' float"), level,
                       GEGL_AUTO_ROWSTRIDE);
    }

  return mask;
}

/* What is transparent is painted, without a mask; in an opaque layer what is
 * selected or, of less strength than all, the whole.
 */
static gboolean
find_mask (gint32           drawable,
           GeglBuffer      *layer,
           const DmDrawing *drawing,
           GeglBuffer     **mask,
           GError         **error)
{
  DmHole  hole = { .input = layer, .channels = 3 };
  GError *fault = NULL;

  *mask = NULL;
  if (dm_hole_find (&hole, false, &fault))
    return TRUE;
  if (fault != NULL)
    {
      g_propagate_error (error, fault);
      return FALSE;
    }

  if (!gimp_selection_is_empty (gimp_item_get_image (drawable)))
    *mask = get_selection (drawable, gegl_buffer_get_extent (layer));
  else if (!(drawing->strength < 1.0))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("nothing in the layer is transparent; erase what "
                              "is to be filled, select it, or give a strength "
                              "below 1"));
      return FALSE;
    }

  return TRUE;
}

/**
 * dm_gimp2_layer_repaint:
 * @place: of dm_gimp2_layer_get_place()
 * @on_step: see dm_drawing_draw()
 *
 * Fills what is transparent; in an opaque layer what is selected, or all of it
 * if the strength is below 1.
 *
 * Errors: %DM_ERROR_OPTION if there is nothing to fill, or those of
 *   dm_repaint_paint()
 */
gboolean
dm_gimp2_layer_repaint (gint32               drawable,
                        const DmDrawing     *drawing,
                        const GeglRectangle *place,
                        DmStepFunc           on_step,
                        GError             **error)
{
  g_autoptr (GeglBuffer) layer = gimp_drawable_get_buffer (drawable);
  g_autoptr (GeglBuffer) mask = NULL;
  GeglBuffer *shadow;
  gboolean    painted;

  if (!find_mask (drawable, layer, drawing, &mask, error))
    return FALSE;

  shadow = gimp_drawable_get_shadow_buffer (drawable);
  gegl_buffer_copy (layer, place, GEGL_ABYSS_NONE, shadow, place);
  painted = dm_repaint_paint (drawing, layer, mask, shadow, place, on_step,
                              NULL, error);
  g_object_unref (shadow); /* sends it to GIMP */
  if (painted)
    merge (drawable, place);

  return painted;
}
