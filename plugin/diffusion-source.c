/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draw-op.h"

#include "diffusion-ops.h"

#include "image/image.h"

/* The abstract class of operations that draw from nothing. */
#define TYPE_NAME "GeglDiffusionSource"

static void
prepare (GeglOperation *operation)
{
  const DmDrawOp *self = (DmDrawOp *) operation;
  size_t          channels = self->config.channels;

  gegl_operation_set_format (
      operation, "output",
      dm_image_get_format (channels > 0 ? channels : 3, TRUE));
}

static GeglRectangle
get_bounding_box (GeglOperation *operation)
{
  DmDrawing drawing;

  dm_draw_op_get_drawing ((DmDrawOp *) operation, &drawing, NULL);

  return *GEGL_RECTANGLE (0, 0, drawing.width, drawing.height);
}

/* Each piece of the picture that GEGL asks for is scaled on its own; drawing,
 * which takes long, is done once for all of them, by the caches. A fault leaves
 * the piece transparent: whatever comes next in the graph can work with it.
 */
static gboolean
process (GeglOperation       *operation,
         GeglBuffer          *output,
         const GeglRectangle *roi,
         gint                 level)
{
  DmDrawOp *self = (DmDrawOp *) operation;
  g_autoptr (GError) error = NULL;
  g_autoptr (DmPixels) pixels = NULL;
  DmDrawing drawing;

  if (dm_draw_op_get_drawing (self, &drawing, &error))
    pixels =
        dm_drawing_draw (&drawing, NULL, dm_draw_op_on_step, operation, &error);

  if (pixels == NULL ||
      !dm_drawing_paint (&drawing, pixels, output, roi, &error))
    gegl_buffer_clear (output, roi);

  dm_draw_op_print_once (self, error != NULL ? error->message : NULL);

  return TRUE;
}

static void
class_init (gpointer klass, gpointer data)
{
  GeglOperationClass *operation_class = klass;

  dm_draw_op_class_init (klass);
  operation_class->prepare = prepare;
  operation_class->get_bounding_box = get_bounding_box;
  operation_class->cache_policy = GEGL_CACHE_POLICY_NEVER;
  GEGL_OPERATION_SOURCE_CLASS (klass)->process = process;
}

/**
 * dm_source_op_get_type:
 *
 * Returns: the abstract class, once dm_source_op_register() has run.
 */
GType
dm_source_op_get_type (void)
{
  return g_type_from_name (TYPE_NAME);
}

/**
 * dm_source_op_register:
 *
 * Registers the abstract class that all our sources derive from.
 */
void
dm_source_op_register (GTypeModule *module)
{
  const GTypeInfo info = {
    .class_size = sizeof (DmDrawOpClass),
    .class_init = class_init,
    .instance_size = sizeof (DmDrawOp),
  };

  g_type_module_register_type (module, GEGL_TYPE_OPERATION_SOURCE, TYPE_NAME,
                               &info, G_TYPE_FLAG_ABSTRACT);
}
