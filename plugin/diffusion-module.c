/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl-plugin.h>
#include <glib/gi18n-lib.h>

#include "diffusion-ops.h"
#include "draw-op.h"

#include "tensor/language.h"

G_MODULE_EXPORT const GeglModuleInfo *gegl_module_query (GTypeModule *module);
G_MODULE_EXPORT gboolean gegl_module_register (GTypeModule *module);

/* Called by GEGL for every file in its plug-in folders. */
const GeglModuleInfo *
gegl_module_query (GTypeModule *module)
{
  static const GeglModuleInfo info = { GEGL_MODULE_ABI_VERSION };

  return &info;
}

/* Whether somebody installed us twice, say for all users and for one. */
static gboolean
is_second_copy (GTypeModule *module)
{
  GType type = dm_source_op_get_type ();

  return type != 0 && g_type_get_plugin (type) != G_TYPE_PLUGIN (module);
}

/* GEGL loads a module, registers, unloads it, and does so again when one of its
 * types is first used: each time the same types must come out. Hosts do it at
 * their start, so that only headers of weights files are read.
 */
gboolean
gegl_module_register (GTypeModule *module)
{
  GPtrArray *entries;

  if (is_second_copy (module))
    {
      g_message (_ ("gegl-diffusion is installed twice; one is ignored"));
      return TRUE;
    }

  dm_language_bind ();

  dm_source_op_register (module);
  dm_repaint_op_register (module);
  dm_draw_op_register_enums (module);
  dm_generate_op_register (module);

  entries = dm_catalogue_get ();
  for (guint i = 0; i < entries->len; i++)
    dm_model_op_register (module, entries->pdata[i]);

  return TRUE;
}
