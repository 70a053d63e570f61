/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A plug-in for scripts in GIMP 2.10, which cannot call GEGL's operations. GIMP
 * 3 can, and needs none. It draws by the same functions as the operations.
 */
#include <libgimp/gimp.h>

#include <glib/gi18n-lib.h>

#include "drawing.h"
#include "gimp2-layer.h"

#include "image/image.h"
#include "model/model.h"
#include "paint/place.h"
#include "tensor/error.h"
#include "tensor/language.h"

#define DRAW "plug-in-gegl-diffusion"
#define REPAINT "plug-in-gegl-diffusion-repaint"

/* What both procedures begin with. */
enum
{
  ARG_RUN_MODE,
  ARG_IMAGE,
  ARG_DRAWABLE,
  ARG_MODEL,
  ARG_CLASS,
  ARG_GUIDANCE,
  ARG_SEED,
  N_COMMON_ARGS,

  ARG_WIDTH = N_COMMON_ARGS,
  ARG_HEIGHT,
  N_DRAW_ARGS,

  ARG_STRENGTH = N_COMMON_ARGS,
  ARG_RESAMPLE,
  N_REPAINT_ARGS
};

/* Texts of the procedures are not translated: they are for those who program.
 */
#define COMMON_ARGS                                                            \
  [ARG_RUN_MODE] = { GIMP_PDB_INT32, "run-mode", "RUN-NONINTERACTIVE" },       \
  [ARG_IMAGE] = { GIMP_PDB_IMAGE, "image", "Image of the drawable" },          \
  [ARG_DRAWABLE] = { GIMP_PDB_DRAWABLE, "drawable", "Layer to draw on" },      \
  [ARG_MODEL] = { GIMP_PDB_STRING, "model",                                    \
                  "Name of an installed model, or a weights file" },           \
  [ARG_CLASS] = { GIMP_PDB_STRING, "class",                                    \
                  "Name or number of a class; \"\": any" },                    \
  [ARG_GUIDANCE] = { GIMP_PDB_FLOAT, "guidance",                               \
                     "0 plainly, more is stronger; -1: as the model "          \
                     "recommends" },                                           \
  [ARG_SEED] = { GIMP_PDB_INT32, "seed", "Another picture for each number" }

static void
query (void)
{
  static const GimpParamDef draw_args[N_DRAW_ARGS] = {
    COMMON_ARGS,
    [ARG_WIDTH] = { GIMP_PDB_INT32, "width",
                    "Width of the picture; 0: that of the selection or layer" },
    [ARG_HEIGHT] = { GIMP_PDB_INT32, "height", "Height, likewise" },
  };
  static const GimpParamDef repaint_args[N_REPAINT_ARGS] = {
    COMMON_ARGS,
    [ARG_STRENGTH] = { GIMP_PDB_FLOAT, "strength",
                       "How much is drawn anew: 1 all, less goes on from the "
                       "picture that is there" },
    [ARG_RESAMPLE] = { GIMP_PDB_INT32, "resample",
                       "How often each step is taken; 0: as often as the "
                       "operation does" },
  };

  gimp_install_procedure (
      DRAW, "Draw a picture of a class with a diffusion model",
      "Draws into the selection, or the layer without one; a picture of "
      "another size lies at its upper left corner. What the picture does not "
      "cover stays. The same values give the same pixels as the operation "
      "diffusion:generate.",
      "gegl-diffusion developers", "gegl-diffusion developers", "2026", NULL,
      "*", GIMP_PLUGIN, N_DRAW_ARGS, 0, draw_args, NULL);
  gimp_install_procedure (
      REPAINT, "Fill what is transparent with a diffusion model",
      "Fills what is transparent in the layer so that it matches its "
      "surroundings; in an opaque layer what is selected or, with a strength "
      "below 1, all of it. What lies outside of the selection stays. The same "
      "values give the same pixels as the operation diffusion:repaint.",
      "gegl-diffusion developers", "gegl-diffusion developers", "2026", NULL,
      "*", GIMP_PLUGIN, N_REPAINT_ARGS, 0, repaint_args, NULL);
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

static gboolean
draw (const GimpParam     *args,
      DmDrawing           *drawing,
      const GeglRectangle *place,
      GError             **error)
{
  g_autoptr (GeglBuffer) picture = NULL;

  drawing->width = args[ARG_WIDTH].data.d_int32;
  drawing->height = args[ARG_HEIGHT].data.d_int32;
  if (drawing->width <= 0)
    drawing->width = place->width;
  if (drawing->height <= 0)
    drawing->height = place->height;

  picture = draw_picture (drawing, error);
  if (picture != NULL)
    dm_gimp2_layer_put (args[ARG_DRAWABLE].data.d_drawable, picture, place);

  return picture != NULL;
}

static gboolean
repaint (const GimpParam     *args,
         DmDrawing           *drawing,
         const GeglRectangle *place,
         GError             **error)
{
  drawing->strength = CLAMP (args[ARG_STRENGTH].data.d_float, 0.01, 1.0);
  drawing->n_repeats = args[ARG_RESAMPLE].data.d_int32;
  if (drawing->n_repeats <= 0)
    drawing->n_repeats = DM_GIVEN_REPEATS;
  drawing->context = DM_PLACE_CONTEXT;

  return dm_gimp2_layer_repaint (args[ARG_DRAWABLE].data.d_drawable, drawing,
                                 place, on_step, error);
}

static gboolean
work (gboolean is_repaint, const GimpParam *args, GError **error)
{
  const char      *model = args[ARG_MODEL].data.d_string;
  g_autofree char *path = NULL;
  GeglRectangle    place;
  DmDrawing        drawing = {
           .class_text = args[ARG_CLASS].data.d_string,
           .guidance = args[ARG_GUIDANCE].data.d_float,
           .seed = (guint) args[ARG_SEED].data.d_int32,
           .guidance_start = -1.0,
           .guidance_end = -1.0,
           .variation = -1.0,
  };

  if (!dm_gimp2_layer_get_place (args[ARG_DRAWABLE].data.d_drawable, &place,
                                 error))
    return FALSE;

  path = dm_model_find (model != NULL ? model : "", error);
  if (path == NULL)
    return FALSE;

  drawing.path = path;

  return is_repaint ? repaint (args, &drawing, &place, error) :
                      draw (args, &drawing, &place, error);
}

/* --- GIMP ----------------------------------------------------------------- */

static void
run (const gchar     *name,
     gint             n_args,
     const GimpParam *args,
     gint            *n_results,
     GimpParam      **results)
{
  static GimpParam result[2];
  gboolean         is_repaint = strcmp (name, REPAINT) == 0;
  g_autoptr (GError) error = NULL;

  dm_language_bind ();
  gegl_init (NULL, NULL);

  *results = result;
  result[0].type = GIMP_PDB_STATUS;
  result[0].data.d_status = GIMP_PDB_SUCCESS;
  *n_results = 1;

  if (n_args != (is_repaint ? N_REPAINT_ARGS : N_DRAW_ARGS))
    {
      g_set_error_literal (&error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("this procedure is for scripts, with all its "
                              "arguments; people find the operations under "
                              "Tools > GEGL Operation"));
    }
  else
    {
      gimp_progress_init (_ ("Drawing a picture"));
      work (is_repaint, args, &error);
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
