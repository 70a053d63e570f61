/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "diffusion-ops.h"
#include "repaint.h"
#include "draw-op.h"

/* The abstract classes of operations that paint into their input. */
#define FILTER_NAME "GeglDiffusionFilter"
#define COMPOSER_NAME "GeglDiffusionComposer"

/* Colours of a palette would be mixed with none but those of the palette. */
static const Babl *
get_format (GeglOperation *operation)
{
  const Babl *format = gegl_operation_get_source_format (operation, "input");
  const Babl *space = format != NULL ? babl_format_get_space (format) : NULL;

  if (format == NULL)
    return babl_format ("R'G'B'A float");
  if (babl_format_is_palette (format))
    return babl_format_with_space ("R'G'B'A u8", space);

  return format;
}

/* What is not painted keeps its format. */
static void
prepare (GeglOperation *operation)
{
  const Babl *format = get_format (operation);

  gegl_operation_set_format (operation, "input", format);
  gegl_operation_set_format (operation, "output", format);
}

static void
prepare_mask (GeglOperation *operation)
{
  prepare (operation);
  gegl_operation_set_format (operation, "aux", babl_format ("Y' float"));
}

/* A piece of the result needs all of the input, and what changes anywhere in it
 * changes all.
 */
static GeglRectangle
get_whole (GeglOperation *operation)
{
  const GeglRectangle *box =
      gegl_operation_source_get_bounding_box (operation, "input");

  return box != NULL ? *box : (GeglRectangle){ 0 };
}

static GeglRectangle
get_cached_region (GeglOperation *operation, const GeglRectangle *roi)
{
  GeglRectangle whole = get_whole (operation);

  return gegl_rectangle_is_infinite_plane (&whole) ? *roi : whole;
}

static GeglRectangle
get_required_for_output (GeglOperation       *operation,
                         const char          *pad,
                         const GeglRectangle *roi)
{
  return get_cached_region (operation, roi);
}

static GeglRectangle
get_invalidated_by_change (GeglOperation       *operation,
                           const char          *pad,
                           const GeglRectangle *roi)
{
  return get_cached_region (operation, roi);
}

/* GIMP connects an empty mask where there is none. */
static GeglBuffer *
get_mask (GeglBuffer *aux)
{
  if (aux == NULL || gegl_rectangle_is_empty (gegl_buffer_get_extent (aux)))
    return NULL;

  return aux;
}

/* Whatever goes wrong, the input comes back. */
static gboolean
process_mask (GeglOperation       *operation,
              GeglBuffer          *input,
              GeglBuffer          *aux,
              GeglBuffer          *output,
              const GeglRectangle *roi,
              gint                 level)
{
  DmDrawOp     *self = (DmDrawOp *) operation;
  GeglRectangle whole = get_whole (operation);
  g_autoptr (GError) error = NULL;
  DmDrawing drawing;

  if (input == NULL)
    {
      gegl_buffer_clear (output, roi);
      return TRUE;
    }

  gegl_buffer_copy (input, roi, GEGL_ABYSS_NONE, output, roi);
  if (!gegl_rectangle_is_infinite_plane (&whole) &&
      dm_draw_op_get_drawing (self, &drawing, &error))
    dm_repaint_paint (&drawing, input, get_mask (aux), output, roi,
                      dm_draw_op_on_step, operation, &error);

  dm_draw_op_print_once (self, error != NULL ? error->message : NULL);

  return TRUE;
}

static gboolean
process (GeglOperation       *operation,
         GeglBuffer          *input,
         GeglBuffer          *output,
         const GeglRectangle *roi,
         gint                 level)
{
  return process_mask (operation, input, NULL, output, roi, level);
}

static void
class_init (gpointer klass)
{
  GeglOperationClass *operation_class = klass;

  dm_draw_op_class_init (klass);
  operation_class->prepare = prepare;
  operation_class->get_cached_region = get_cached_region;
  operation_class->get_required_for_output = get_required_for_output;
  operation_class->get_invalidated_by_change = get_invalidated_by_change;
}

static void
class_init_filter (gpointer klass, gpointer data)
{
  class_init (klass);
  GEGL_OPERATION_FILTER_CLASS (klass)->process = process;
}

static void
class_init_composer (gpointer klass, gpointer data)
{
  class_init (klass);
  GEGL_OPERATION_CLASS (klass)->prepare = prepare_mask;
  GEGL_OPERATION_COMPOSER_CLASS (klass)->process = process_mask;
}

/**
 * dm_op_kind_get_parent:
 *
 * Returns: the abstract class, once all are registered.
 */
GType
dm_op_kind_get_parent (DmOpKind kind)
{
  if (kind == DM_OP_SOURCE)
    return dm_source_op_get_type ();

  return g_type_from_name (kind == DM_OP_REPAINT ? FILTER_NAME : COMPOSER_NAME);
}

/**
 * dm_repaint_op_register:
 *
 * Registers the abstract classes of operations that paint into their input.
 */
void
dm_repaint_op_register (GTypeModule *module)
{
  GTypeInfo info = {
    .class_size = sizeof (DmDrawOpClass),
    .class_init = class_init_filter,
    .instance_size = sizeof (DmDrawOp),
  };

  g_type_module_register_type (module, GEGL_TYPE_OPERATION_FILTER, FILTER_NAME,
                               &info, G_TYPE_FLAG_ABSTRACT);
  info.class_init = class_init_composer;
  g_type_module_register_type (module, GEGL_TYPE_OPERATION_COMPOSER,
                               COMPOSER_NAME, &info, G_TYPE_FLAG_ABSTRACT);
}
