/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "diffusion-ops.h"
#include "draw-op.h"

#include "model/model.h"

/* diffusion:generate, diffusion:repaint and diffusion:repaint-mask, for any
 * weights file, model and class being words.
 */
typedef struct
{
  DmDrawOp parent_instance;
  char    *model, *class_text;
  char    *path; /* of @model */
} DmGenerateOp;

/* What differs. */
typedef struct
{
  DmOpKind    kind;
  const char *type, *name, *title, *text, *label;
} Kind;

static const Kind kinds[] = {
  { DM_OP_SOURCE, "GeglDiffusionGenerate", "diffusion:generate",
    N_ ("Diffusion: any model"),
    N_ ("Draws a new picture of a class with a model that is given by name or "
        "file"),
    N_ ("Any Model…") },
  { DM_OP_REPAINT, "GeglDiffusionRepaint", "diffusion:repaint",
    N_ ("Diffusion: repaint with any model"),
    N_ ("Fills what is transparent so that it matches its surroundings, with a "
        "model that is given by name or file"),
    N_ ("Repaint with Any Model…") },
  { DM_OP_REPAINT_MASK, "GeglDiffusionRepaintMask", "diffusion:repaint-mask",
    N_ ("Diffusion: repaint by a mask"),
    N_ ("Draws what is white in a mask anew so that it matches its "
        "surroundings, with a model that is given by name or file"),
    N_ ("Repaint by a Mask…") },
};

static gboolean
get_model (DmDrawOp *op, DmDrawing *drawing, GError **error)
{
  DmGenerateOp *self = (DmGenerateOp *) op;

  if (self->path == NULL)
    self->path = dm_model_find (self->model, error);

  drawing->path = self->path;
  drawing->class_text = self->class_text;

  return self->path != NULL;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  DmGenerateOp *self = (DmGenerateOp *) object;

  switch (id)
    {
    case DM_PROP_MODEL:
      g_free (self->model);
      self->model = g_value_dup_string (value);
      g_clear_pointer (&self->path, g_free);
      break;
    case DM_PROP_CLASS:
      g_free (self->class_text);
      self->class_text = g_value_dup_string (value);
      break;
    default:
      dm_draw_op_set_property (object, id, value, pspec);
    }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  const DmGenerateOp *self = (DmGenerateOp *) object;

  switch (id)
    {
    case DM_PROP_MODEL:
      g_value_set_string (value, self->model);
      break;
    case DM_PROP_CLASS:
      g_value_set_string (value, self->class_text);
      break;
    default:
      dm_draw_op_get_property (object, id, value, pspec);
    }
}

static void
finalize (GObject *object)
{
  DmGenerateOp *self = (DmGenerateOp *) object;

  g_free (self->model);
  g_free (self->class_text);
  g_free (self->path);

  G_OBJECT_CLASS (g_type_class_peek_parent (G_OBJECT_GET_CLASS (object)))
      ->finalize (object);
}

/* A model that is there, so that a dialog does not open with a fault. */
static const char *
get_default_model (void)
{
  GPtrArray *entries = dm_catalogue_get ();

  return entries->len > 0 ? ((DmModelEntry *) entries->pdata[0])->name : "";
}

/* A plain string for the model: GIMP 3 cannot set properties of an operation
 * that has one of GEGL's file paths.
 */
static void
install_properties (GObjectClass *klass)
{
  g_object_class_install_property (
      klass, DM_PROP_MODEL,
      gegl_param_spec_string ("model", _ ("Model"),
                              _ ("Name of an installed model, or a weights "
                                 "file"),
                              FALSE, FALSE, get_default_model (),
                              DM_PROP_FLAGS));
  g_object_class_install_property (
      klass, DM_PROP_CLASS,
      gegl_param_spec_string ("class", _ ("Class"),
                              _ ("What to draw: name or number of a class; "
                                 "nothing for any"),
                              FALSE, FALSE, "", DM_PROP_FLAGS));
  dm_draw_op_class_install ((DmDrawOpClass *) klass, NULL, NULL);
}

static void
class_init (gpointer klass, gpointer data)
{
  const Kind   *kind = data;
  GObjectClass *object_class = klass;

  ((DmDrawOpClass *) klass)->get_model = get_model;

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  gegl_operation_class_set_keys (
      klass, "name", kind->name, "title", _ (kind->title), "description",
      _ (kind->text), "categories", "render", "license", "GPL3+",
      "reference-hash", "unstable", "gimp:menu-path", DM_MENU,
      "gimp:menu-label", _ (kind->label), NULL);
}

/**
 * dm_generate_op_register:
 *
 * Registers the operations for any model.
 */
void
dm_generate_op_register (GTypeModule *module)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      const GTypeInfo info = {
        .class_size = sizeof (DmDrawOpClass),
        .class_init = class_init,
        .class_data = &kinds[i],
        .instance_size = sizeof (DmGenerateOp),
      };

      g_type_module_register_type (module,
                                   dm_op_kind_get_parent (kinds[i].kind),
                                   kinds[i].type, &info, 0);
    }
}
