/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "diffusion-ops.h"
#include "source-op.h"

#include "model/model.h"

/* diffusion:generate, for any weights file, model and class being words. */
typedef struct
{
  DmSourceOp parent_instance;
  char      *model, *class_text;
  char      *path; /* of @model */
} DmGenerateOp;

static gpointer parent_class = NULL;

static gboolean
get_model (DmSourceOp *source, DmDrawing *drawing, GError **error)
{
  DmGenerateOp *self = (DmGenerateOp *) source;

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
      dm_source_op_set_property (object, id, value, pspec);
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
      dm_source_op_get_property (object, id, value, pspec);
    }
}

static void
finalize (GObject *object)
{
  DmGenerateOp *self = (DmGenerateOp *) object;

  g_free (self->model);
  g_free (self->class_text);
  g_free (self->path);

  G_OBJECT_CLASS (parent_class)->finalize (object);
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
  dm_source_op_class_install ((DmSourceOpClass *) klass, NULL, NULL);
}

static void
class_init (gpointer klass, gpointer data)
{
  GObjectClass *object_class = klass;

  parent_class = g_type_class_peek_parent (klass);
  ((DmSourceOpClass *) klass)->get_model = get_model;

  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  install_properties (object_class);

  gegl_operation_class_set_keys (
      klass, "name", "diffusion:generate", "title", _ ("Diffusion: any model"),
      "description",
      _ ("Draws a new picture of a class with a "
         "model that is given by name or file"),
      "categories", "render", "license", "GPL3+", "reference-hash", "unstable",
      "gimp:menu-path", DM_MENU, "gimp:menu-label", _ ("Any Model…"), NULL);
}

/**
 * dm_generate_op_register:
 *
 * Returns: the operation's type
 */
GType
dm_generate_op_register (GTypeModule *module)
{
  const GTypeInfo info = {
    .class_size = sizeof (DmSourceOpClass),
    .class_init = class_init,
    .instance_size = sizeof (DmGenerateOp),
  };

  return g_type_module_register_type (module, dm_source_op_get_type (),
                                      "GeglDiffusionGenerate", &info, 0);
}
