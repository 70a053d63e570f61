/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "draw-op.h"

#include <string.h>

/* Size of the picture while there is no model to tell. */
#define FALLBACK_SIZE 64

G_STATIC_ASSERT (sizeof (GeglOperationSource) == sizeof (GeglOperation));
G_STATIC_ASSERT (sizeof (GeglOperationFilter) == sizeof (GeglOperation));
G_STATIC_ASSERT (sizeof (GeglOperationComposer) == sizeof (GeglOperation));

static const DmDrawOpClass *
get_class (gpointer self)
{
  return (DmDrawOpClass *) G_OBJECT_GET_CLASS (self);
}

/**
 * dm_draw_op_get_drawing:
 * @drawing: (out): the whole request; its strings stay until a property changes
 *
 * Errors: those of dm_model_find()
 */
gboolean
dm_draw_op_get_drawing (DmDrawOp *self, DmDrawing *drawing, GError **error)
{
  int native = self->config.resolution > 0 ? (int) self->config.resolution :
                                             FALLBACK_SIZE;

  *drawing = self->drawing;
  if (drawing->width == 0)
    drawing->width = native;
  if (drawing->height == 0)
    drawing->height = native;

  return get_class (self)->get_model (self, drawing, error);
}

/* Looks for faults as soon as a property changes, and says so in one. This must
 * not happen in prepare() or process(): the graph is locked then, and setting a
 * property would wait for it for ever.
 */
static void
validate (DmDrawOp *self)
{
  g_autoptr (GError) error = NULL;
  DmDrawing   drawing;
  const char *message = "";

  if (!dm_draw_op_get_drawing (self, &drawing, &error) ||
      !dm_drawing_check (&drawing, &self->config, &error))
    message = error->message;

  if (g_strcmp0 (self->error, message) == 0)
    return;

  /* what only drawing finds may be so again */
  dm_draw_op_forget_printed (self);
  g_object_set (self, "error", message, "failed", *message != '\0', NULL);
}

static void
notify (GObject *object, GParamSpec *pspec)
{
  static const char *const checked[] = { "model", "class", "fit", NULL };
  GObjectClass            *parent_class = get_class (object)->gegl_class;

  if (GEGL_OPERATION (object)->node != NULL &&
      g_strv_contains (checked, pspec->name))
    validate ((DmDrawOp *) object);

  if (parent_class->notify != NULL)
    parent_class->notify (object, pspec);
}

static void
attach (GeglOperation *operation)
{
  ((GeglOperationClass *) get_class (operation)->gegl_class)
      ->attach (operation);
  validate ((DmDrawOp *) operation);
}

/**
 * dm_draw_op_on_step:
 *
 * A DmStepFunc that tells the host.
 */
bool
dm_draw_op_on_step (unsigned step, unsigned n_steps, void *operation)
{
  gegl_operation_progress (operation, (double) step / n_steps, (gchar *) "");

  return true;
}

static void
finalize (GObject *object)
{
  DmDrawOp *self = (DmDrawOp *) object;

  g_free (self->error);
  g_free (self->printed);

  ((GObjectClass *) get_class (object)->gegl_class)->finalize (object);
}

/**
 * dm_draw_op_class_init:
 * @klass: an abstract class that derives from one of GEGL's
 *
 * What does not depend on the number of inputs.
 */
void
dm_draw_op_class_init (gpointer klass)
{
  GObjectClass       *object_class = klass;
  GeglOperationClass *operation_class = klass;

  ((DmDrawOpClass *) klass)->gegl_class = g_type_class_peek_parent (klass);

  object_class->notify = notify;
  object_class->finalize = finalize;
  operation_class->attach = attach;
  operation_class->threaded = FALSE; /* progress is told from this thread */
}
