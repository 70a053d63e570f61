/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "diffusion-ops.h"
#include "draw-op.h"

/* diffusion:NAME and diffusion:NAME-repaint, the operations of one weights
 * file: classes of their own, since their menu of classes and their defaults
 * are those of the file.
 */
typedef struct
{
  DmDrawOpClass       parent_class;
  const DmModelEntry *entry;
} DmModelOpClass;

typedef struct
{
  DmDrawOp parent_instance;
  int      class_value;
} DmModelOp;

/* The word goes along with the number: should the file have changed and lost
 * this class, the message can name it.
 */
static gboolean
get_model (DmDrawOp *op, DmDrawing *drawing, GError **error)
{
  const DmModelOp    *self = (DmModelOp *) op;
  const DmModelEntry *entry =
      ((DmModelOpClass *) G_OBJECT_GET_CLASS (op))->entry;

  drawing->path = entry->path;
  drawing->class_value = self->class_value;
  drawing->class_text = "";

  for (const GEnumValue *value = entry->classes; value->value != 0; value++)
    if (value->value == self->class_value)
      drawing->class_text = value->value_nick;

  return TRUE;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == DM_PROP_CLASS)
    ((DmModelOp *) object)->class_value = g_value_get_enum (value);
  else
    dm_draw_op_set_property (object, id, value, pspec);
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == DM_PROP_CLASS)
    g_value_set_enum (value, ((DmModelOp *) object)->class_value);
  else
    dm_draw_op_get_property (object, id, value, pspec);
}

static char *
type_name (const char *kind, const DmModelEntry *entry)
{
  return g_strdup_printf ("GeglDiffusion%s-%s", kind, entry->nick);
}

static char *
make_text (bool is_source, const char *data)
{
  if (is_source)
    return data != NULL ?
               g_strdup_printf (_ ("Draws a new picture of a class, in the "
                                   "manner of %s"),
                                data) :
               g_strdup (_ ("Draws a new picture of a class"));

  return data != NULL ?
             g_strdup_printf (_ ("Fills what is transparent so that it matches "
                                 "its surroundings, in the manner of %s"),
                              data) :
             g_strdup (_ ("Fills what is transparent so that it matches its "
                          "surroundings"));
}

static void
set_keys (GeglOperationClass *klass, const DmModelEntry *entry)
{
  bool is_source =
      g_type_is_a (G_TYPE_FROM_CLASS (klass), GEGL_TYPE_OPERATION_SOURCE);
  g_autofree char *name = g_strconcat ("diffusion:", entry->nick,
                                       is_source ? NULL : "-repaint", NULL);
  g_autofree char *title = g_strdup_printf (
      is_source ? _ ("Diffusion: %s") : _ ("Diffusion: repaint %s"),
      entry->title);
  g_autofree char *label =
      g_strdup_printf (is_source ? _ ("%s…") : _ ("Repaint %s…"), entry->title);
  g_autofree char *text = make_text (is_source, entry->card->data_name);

  gegl_operation_class_set_keys (
      klass, "name", name, "title", title, "description", text, "categories",
      "render", "license", "GPL3+", "reference-hash", "unstable",
      "gimp:menu-path", DM_MENU, "gimp:menu-label", label, NULL);
}

static void
class_init (gpointer klass, gpointer data)
{
  const DmModelEntry *entry = data;
  GObjectClass       *object_class = klass;
  g_autofree char    *enum_name = type_name ("Class", entry);

  ((DmModelOpClass *) klass)->entry = entry;
  ((DmDrawOpClass *) klass)->get_model = get_model;

  object_class->set_property = set_property;
  object_class->get_property = get_property;

  g_object_class_install_property (
      object_class, DM_PROP_CLASS,
      gegl_param_spec_enum ("class", _ ("Class"), _ ("What to draw"),
                            g_type_from_name (enum_name),
                            entry->classes[0].value, DM_PROP_FLAGS));
  dm_draw_op_class_install (klass, &entry->config, entry->card);

  set_keys (klass, entry);
}

/**
 * dm_model_op_register:
 * @entry: lives for ever, as do its strings: the types point to them
 */
void
dm_model_op_register (GTypeModule *module, const DmModelEntry *entry)
{
  g_autofree char *enum_name = type_name ("Class", entry);
  g_autofree char *op_name = type_name ("Op", entry);
  g_autofree char *repaint_name = type_name ("Repaint", entry);
  const GTypeInfo  info = {
     .class_size = sizeof (DmModelOpClass),
     .class_init = class_init,
     .class_data = entry,
     .instance_size = sizeof (DmModelOp),
  };

  g_type_module_register_enum (module, enum_name, entry->classes);

  g_type_module_register_type (module, dm_op_kind_get_parent (DM_OP_SOURCE),
                               op_name, &info, 0);
  g_type_module_register_type (module, dm_op_kind_get_parent (DM_OP_REPAINT),
                               repaint_name, &info, 0);
}
