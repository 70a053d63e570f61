/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plug-in for scripts in GIMP 2.10, which cannot call GEGL's operations. GIMP
 * 3 can, and needs none. It draws by the same functions as the operations.
 */
#include <libgimp/gimp.h>

#include <glib/gi18n-lib.h>

#include "drawing.h"

#include "image/image.h"
#include "model/model.h"
#include "tensor/error.h"
#include "tensor/language.h"

#define PROCEDURE "plug-in-gegl-diffusion"

enum
{
  ARG_RUN_MODE,
  ARG_IMAGE,
  ARG_DRAWABLE,
  ARG_MODEL,
  ARG_CLASS,
  ARG_GUIDANCE,
  ARG_SEED,
  ARG_WIDTH,
  ARG_HEIGHT,
  N_ARGS
};

/* Texts of the procedure are not translated: they are for those who program. */
static void
query (void)
{
  static const GimpParamDef args[N_ARGS] = {
    [ARG_RUN_MODE] = { GIMP_PDB_INT32, "run-mode", "RUN-NONINTERACTIVE" },
    [ARG_IMAGE] = { GIMP_PDB_IMAGE, "image", "Image of the drawable" },
    [ARG_DRAWABLE] = { GIMP_PDB_DRAWABLE, "drawable", "Layer to draw on" },
    [ARG_MODEL] = { GIMP_PDB_STRING, "model",
                    "Name of an installed model, or a weights file" },
    [ARG_CLASS] = { GIMP_PDB_STRING, "class",
                    "Name or number of a class; \"\": any" },
    [ARG_GUIDANCE] = { GIMP_PDB_FLOAT, "guidance",
                       "0 plainly, more is stronger; -1: as the model "
                       "recommends" },
    [ARG_SEED] = { GIMP_PDB_INT32, "seed", "Another picture for each number" },
    [ARG_WIDTH] = { GIMP_PDB_INT32, "width",
                    "Width of the picture; 0: that of the selection or layer" },
    [ARG_HEIGHT] = { GIMP_PDB_INT32, "height", "Height, likewise" },
  };

  gimp_install_procedure (
      PROCEDURE, "Draw a picture of a class with a diffusion model",
      "Draws into the selection, or the layer without one; a picture of "
      "another size lies at its upper left corner. What the picture does not "
      "cover stays. The same values give the same pixels as the operation "
      "diffusion:generate.",
      "gegl-diffusion developers", "gegl-diffusion developers", "2026", NULL,
      "*", GIMP_PLUGIN, N_ARGS, 0, args, NULL);
}

/* --- drawing -------------------------------------------------------------- */

static bool
on_step (unsigned step, unsigned n_steps, void *data G_GNUC_UNUSED)
{
  gimp_progress_update ((double) step / n_steps);

  return true;
}

/* Returns: (transfer full): the picture, its corner at 0, 0 */
static GeglBuffer *
draw_picture (const DmDrawing *drawing, GError **error)
{
  const GeglRectangle extent = { 0, 0, drawing->width, drawing->height };
  g_autoptr (DmPixels) pixels = NULL;
  g_autoptr (GeglBuffer) picture = NULL;

  pixels = dm_drawing_draw (drawing, NULL, on_step, NULL, error);
  if (pixels == NULL)
    return NULL;

  picture =
      gegl_buffer_new (&extent, dm_image_get_format (pixels->channels, TRUE));
  if (!dm_drawing_paint (drawing, pixels, picture, &extent, error))
    return NULL;

  return g_steal_pointer (&picture);
}

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

/* The part of the layer that may be drawn on. */
static gboolean
get_place (gint32 drawable, GeglRectangle *place, GError **error)
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

static void
put_picture (gint32 drawable, GeglBuffer *picture, GeglRectangle *place)
{
  g_autoptr (GeglBuffer) layer = gimp_drawable_get_buffer (drawable);
  GeglBuffer *shadow = gimp_drawable_get_shadow_buffer (drawable);

  /* all that the selection holds, since all of it is merged */
  gegl_buffer_copy (layer, place, GEGL_ABYSS_NONE, shadow, place);
  place->width = MIN (place->width, gegl_buffer_get_width (picture));
  place->height = MIN (place->height, gegl_buffer_get_height (picture));
  lay_over (shadow, layer, picture, place);

  g_object_unref (shadow); /* sends it to GIMP */
  gimp_drawable_merge_shadow (drawable, TRUE);
  gimp_drawable_update (drawable, place->x, place->y, place->width,
                        place->height);
}

static gboolean
draw (const GimpParam *args, GError **error)
{
  gint32           drawable = args[ARG_DRAWABLE].data.d_drawable;
  const char      *model = args[ARG_MODEL].data.d_string;
  g_autofree char *path = NULL;
  g_autoptr (GeglBuffer) picture = NULL;
  GeglRectangle place;
  DmDrawing     drawing = {
        .class_text = args[ARG_CLASS].data.d_string,
        .guidance = args[ARG_GUIDANCE].data.d_float,
        .seed = (guint) args[ARG_SEED].data.d_int32,
        .guidance_start = -1.0,
        .guidance_end = -1.0,
  };

  if (!get_place (drawable, &place, error))
    return FALSE;

  path = dm_model_find (model != NULL ? model : "", error);
  if (path == NULL)
    return FALSE;

  drawing.path = path;
  drawing.width = args[ARG_WIDTH].data.d_int32;
  drawing.height = args[ARG_HEIGHT].data.d_int32;
  if (drawing.width <= 0)
    drawing.width = place.width;
  if (drawing.height <= 0)
    drawing.height = place.height;

  picture = draw_picture (&drawing, error);
  if (picture == NULL)
    return FALSE;

  put_picture (drawable, picture, &place);

  return TRUE;
}

/* --- GIMP ----------------------------------------------------------------- */

static void
run (const gchar *name G_GNUC_UNUSED,
     gint              n_args,
     const GimpParam  *args,
     gint             *n_results,
     GimpParam       **results)
{
  static GimpParam result[2];
  g_autoptr (GError) error = NULL;

  dm_language_bind ();
  gegl_init (NULL, NULL);

  *results = result;
  result[0].type = GIMP_PDB_STATUS;
  result[0].data.d_status = GIMP_PDB_SUCCESS;
  *n_results = 1;

  if (n_args != N_ARGS)
    {
      g_set_error_literal (&error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("this procedure is for scripts, with all its "
                              "arguments; people find the operations under "
                              "Tools > GEGL Operation"));
    }
  else
    {
      gimp_progress_init (_ ("Drawing a picture"));
      draw (args, &error);
    }

  if (error != NULL)
    {
      result[0].data.d_status = GIMP_PDB_EXECUTION_ERROR;
      result[1].type = GIMP_PDB_STRING;
      result[1].data.d_string = g_strdup (error->message);
      *n_results = 2;
    }
}

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
