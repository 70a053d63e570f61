/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "source-op.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "image/image.h"

#define TYPE_NAME "GeglDiffusionSource"

/* Size of the picture while there is no model to tell. */
#define FALLBACK_SIZE 64

G_STATIC_ASSERT (sizeof (GeglOperationSource) == sizeof (GeglOperation));
G_STATIC_ASSERT (sizeof (GeglOperationFilter) == sizeof (GeglOperation));
G_STATIC_ASSERT (sizeof (GeglOperationComposer) == sizeof (GeglOperation));

static GMutex printed_mutex;

static const DmSourceOpClass *
get_class (gpointer self)
{
  return (DmSourceOpClass *) G_OBJECT_GET_CLASS (self);
}

/**
 * dm_source_op_get_drawing:
 * @drawing: (out): the whole request; its strings stay until a property changes
 *
 * Errors: those of dm_model_find()
 */
gboolean
dm_source_op_get_drawing (DmSourceOp *self, DmDrawing *drawing, GError **error)
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
validate (DmSourceOp *self)
{
  g_autoptr (GError) error = NULL;
  DmDrawing   drawing;
  const char *message = "";

  if (!dm_source_op_get_drawing (self, &drawing, &error) ||
      !dm_drawing_check (&drawing, &self->config, &error))
    message = error->message;

  if (g_strcmp0 (self->error, message) != 0)
    g_object_set (self, "error", message, "failed", *message != '\0', NULL);
}

static void
notify (GObject *object, GParamSpec *pspec)
{
  static const char *const checked[] = { "model", "class", "fit", NULL };
  GObjectClass            *parent_class = get_class (object)->gegl_class;

  if (GEGL_OPERATION (object)->node != NULL &&
      g_strv_contains (checked, pspec->name))
    validate ((DmSourceOp *) object);

  if (parent_class->notify != NULL)
    parent_class->notify (object, pspec);
}

static void
attach (GeglOperation *operation)
{
  ((GeglOperationClass *) get_class (operation)->gegl_class)
      ->attach (operation);
  validate ((DmSourceOp *) operation);
}

static void
prepare (GeglOperation *operation)
{
  const DmSourceOp *self = (DmSourceOp *) operation;
  size_t            channels = self->config.channels;

  gegl_operation_set_format (
      operation, "output",
      dm_image_get_format (channels > 0 ? channels : 3, TRUE));
}

static GeglRectangle
get_bounding_box (GeglOperation *operation)
{
  DmDrawing drawing;

  dm_source_op_get_drawing ((DmSourceOp *) operation, &drawing, NULL);

  return *GEGL_RECTANGLE (0, 0, drawing.width, drawing.height);
}

/**
 * dm_source_op_on_step:
 *
 * A DmStepFunc that tells the host.
 */
bool
dm_source_op_on_step (unsigned step, unsigned n_steps, void *operation)
{
  gegl_operation_progress (operation, (double) step / n_steps, (gchar *) "");

  return true;
}

/* A fault that only drawing finds, or its end, on the way to the property. */
typedef struct
{
  GWeakRef operation;
  char    *message;
} News;

static gboolean
show_news (gpointer data)
{
  News *news = data;
  g_autoptr (GObject) operation = g_weak_ref_get (&news->operation);

  if (operation != NULL &&
      g_strcmp0 (((DmSourceOp *) operation)->error, news->message) != 0)
    g_object_set (operation, "error", news->message, "failed",
                  *news->message != '\0', NULL);

  return G_SOURCE_REMOVE;
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_weak_ref_clear (&news->operation);
  g_free (news->message);
  g_free (news);
}

/* The graph is locked: the property has to wait for the host's main loop. */
static void
send_news (DmSourceOp *self, const char *message)
{
  News *news = g_new0 (News, 1);

  g_weak_ref_init (&news->operation, self);
  news->message = g_strdup (message != NULL ? message : "");
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, show_news, news, news_free);
}

/**
 * dm_source_op_print_once:
 * @message: (nullable): NULL if all is well
 *
 * A host asks for a picture in many pieces: one fault, one sentence, which the
 * property has, too, once the main loop turns.
 */
void
dm_source_op_print_once (DmSourceOp *self, const char *message)
{
  g_mutex_lock (&printed_mutex);

  if (g_strcmp0 (self->printed, message) != 0)
    {
      g_free (self->printed);
      self->printed = g_strdup (message);
      if (message != NULL)
        g_printerr ("%s: %s\n", GEGL_OPERATION_GET_CLASS (self)->name, message);
      send_news (self, message);
    }

  g_mutex_unlock (&printed_mutex);
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
  DmSourceOp *self = (DmSourceOp *) operation;
  g_autoptr (GError) error = NULL;
  g_autoptr (DmPixels) pixels = NULL;
  DmDrawing drawing;

  if (dm_source_op_get_drawing (self, &drawing, &error))
    pixels = dm_drawing_draw (&drawing, NULL, dm_source_op_on_step, operation,
                              &error);

  if (pixels == NULL ||
      !dm_drawing_paint (&drawing, pixels, output, roi, &error))
    gegl_buffer_clear (output, roi);

  dm_source_op_print_once (self, error != NULL ? error->message : NULL);

  return TRUE;
}

static void
finalize (GObject *object)
{
  DmSourceOp *self = (DmSourceOp *) object;

  g_free (self->error);
  g_free (self->printed);

  ((GObjectClass *) get_class (object)->gegl_class)->finalize (object);
}

void
dm_source_op_set_property (GObject      *object,
                           guint         id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  DmSourceOp *self = (DmSourceOp *) object;
  DmDrawing  *drawing = &self->drawing;

  switch (id)
    {
    case DM_PROP_GUIDANCE:
      drawing->guidance = g_value_get_double (value);
      break;
    case DM_PROP_SCALE:
      drawing->scale = g_value_get_double (value);
      break;
    case DM_PROP_SEED:
      drawing->seed = g_value_get_uint (value);
      break;
    case DM_PROP_STRENGTH:
      drawing->strength = g_value_get_double (value);
      break;
    case DM_PROP_RESAMPLE:
      drawing->n_repeats = g_value_get_int (value);
      break;
    case DM_PROP_CONTEXT:
      drawing->context = g_value_get_double (value);
      break;
    case DM_PROP_STEPS:
      drawing->n_steps = g_value_get_int (value);
      break;
    case DM_PROP_SAMPLER:
      drawing->sampler = g_value_get_enum (value);
      break;
    case DM_PROP_FIT:
      drawing->fit = (DmFit) g_value_get_enum (value);
      break;
    case DM_PROP_TILE_X:
      drawing->tile_x = g_value_get_boolean (value);
      break;
    case DM_PROP_TILE_Y:
      drawing->tile_y = g_value_get_boolean (value);
      break;
    case DM_PROP_GUIDANCE_START:
      drawing->guidance_start = g_value_get_double (value);
      break;
    case DM_PROP_GUIDANCE_END:
      drawing->guidance_end = g_value_get_double (value);
      break;
    case DM_PROP_WIDTH:
      drawing->width = g_value_get_int (value);
      break;
    case DM_PROP_HEIGHT:
      drawing->height = g_value_get_int (value);
      break;
    case DM_PROP_ERROR:
      g_free (self->error);
      self->error = g_value_dup_string (value);
      break;
    case DM_PROP_FAILED:
      self->failed = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

void
dm_source_op_get_property (GObject    *object,
                           guint       id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  const DmSourceOp *self = (DmSourceOp *) object;
  const DmDrawing  *drawing = &self->drawing;

  switch (id)
    {
    case DM_PROP_GUIDANCE:
      g_value_set_double (value, drawing->guidance);
      break;
    case DM_PROP_SCALE:
      g_value_set_double (value, drawing->scale);
      break;
    case DM_PROP_SEED:
      g_value_set_uint (value, drawing->seed);
      break;
    case DM_PROP_STRENGTH:
      g_value_set_double (value, drawing->strength);
      break;
    case DM_PROP_RESAMPLE:
      g_value_set_int (value, drawing->n_repeats);
      break;
    case DM_PROP_CONTEXT:
      g_value_set_double (value, drawing->context);
      break;
    case DM_PROP_STEPS:
      g_value_set_int (value, drawing->n_steps);
      break;
    case DM_PROP_SAMPLER:
      g_value_set_enum (value, drawing->sampler);
      break;
    case DM_PROP_FIT:
      g_value_set_enum (value, drawing->fit);
      break;
    case DM_PROP_TILE_X:
      g_value_set_boolean (value, drawing->tile_x);
      break;
    case DM_PROP_TILE_Y:
      g_value_set_boolean (value, drawing->tile_y);
      break;
    case DM_PROP_GUIDANCE_START:
      g_value_set_double (value, drawing->guidance_start);
      break;
    case DM_PROP_GUIDANCE_END:
      g_value_set_double (value, drawing->guidance_end);
      break;
    case DM_PROP_WIDTH:
      g_value_set_int (value, drawing->width);
      break;
    case DM_PROP_HEIGHT:
      g_value_set_int (value, drawing->height);
      break;
    case DM_PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    case DM_PROP_FAILED:
      g_value_set_boolean (value, self->failed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/**
 * dm_source_op_class_init:
 * @klass: an abstract class that derives from one of GEGL's
 *
 * What does not depend on the number of inputs.
 */
void
dm_source_op_class_init (gpointer klass)
{
  GObjectClass       *object_class = klass;
  GeglOperationClass *operation_class = klass;

  ((DmSourceOpClass *) klass)->gegl_class = g_type_class_peek_parent (klass);

  object_class->notify = notify;
  object_class->finalize = finalize;
  operation_class->attach = attach;
  operation_class->threaded = FALSE; /* progress is told from this thread */
}

static void
class_init (gpointer klass, gpointer data)
{
  GeglOperationClass *operation_class = klass;

  dm_source_op_class_init (klass);
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
    .class_size = sizeof (DmSourceOpClass),
    .class_init = class_init,
    .instance_size = sizeof (DmSourceOp),
  };

  g_type_module_register_type (module, GEGL_TYPE_OPERATION_SOURCE, TYPE_NAME,
                               &info, G_TYPE_FLAG_ABSTRACT);
}
