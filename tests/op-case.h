/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gegl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <gmodule.h>
#include <unistd.h>

#include "check.h"
#include "diffusion-ops.h"
#include "generate/generate.h"
#include "model-case.h"
#include "draw-op.h"
#include "unet-case.h"

/* The operations within the test's own process, so that it can count how often
 * the network runs. The folder has the models
 *
 *   plain   8 x 8, three classes, with attention: pictures of one size
 *   gray    the same with one channel
 *   canvas  without attention, wrapping: pictures of any size
 *   broken  half a file
 */
typedef struct
{
  GTypeModule parent_instance;
} OpModule;

typedef struct
{
  GTypeModuleClass parent_class;
} OpModuleClass;

GType op_module_get_type (void);
G_DEFINE_TYPE (OpModule, op_module, G_TYPE_TYPE_MODULE)

static char *op_folder = NULL;

static gboolean
op_module_load (GTypeModule *module)
{
  GPtrArray *entries = dm_catalogue_get ();

  dm_source_op_register (module);
  dm_repaint_op_register (module);
  dm_draw_op_register_enums (module);
  dm_generate_op_register (module);
  for (guint i = 0; i < entries->len; i++)
    dm_model_op_register (module, entries->pdata[i]);

  return TRUE;
}

static void
op_module_unload (GTypeModule *module)
{
}

static void
op_module_class_init (OpModuleClass *klass)
{
  G_TYPE_MODULE_CLASS (klass)->load = op_module_load;
  G_TYPE_MODULE_CLASS (klass)->unload = op_module_unload;
}

static void
op_module_init (OpModule *self)
{
}

static inline char *
op_case_path (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".safetensors", NULL);

  return g_build_filename (op_folder, file, NULL);
}

/* A network whose parameters are those of its shape, in classes called after
 * @classes, which choose the rows of its class embedding by their first letter.
 */
static inline void
op_case_save (const char *name, DmConfig *config, const char *classes)
{
  g_autofree char *path = op_case_path (name);
  g_autoptr (DmUnet) unet = dm_unet_new (config);
  g_autoptr (DmCard) card = dm_card_new ();
  g_autoptr (GError) error = NULL;
  DmParams             *params = dm_unet_get_params (unet);
  g_autofree DmToStore *tensors = g_new0 (DmToStore, params->n_params);

  unet_case_fill_params (unet);
  g_strfreev (card->class_names);
  card->class_names = g_strsplit (classes, ",", -1);
  card->n_steps = 4;

  for (guint i = 0; i < params->n_params; i++)
    {
      DmParam *param = params->list[i];

      for (size_t k = 0; strcmp (param->name, "embed.classes.weight") == 0 &&
                         card->class_names[k] != NULL;
           k++)
        dm_test_random (param->value + k * param->shape[1], param->shape[1],
                        (uint32_t) card->class_names[k][0]);

      tensors[i] = (DmToStore){ .name = param->name,
                                .dtype = DM_DTYPE_F32,
                                .n_dims = (guint) param->n_dims,
                                .value = param->value };
      for (size_t d = 0; d < param->n_dims; d++)
        tensors[i].shape[d] = param->shape[d];
    }

  dm_weights_save (path, config, card, NULL, tensors, (guint) params->n_params,
                   &error);
  g_assert_no_error (error);
}

static inline void
op_case_save_all (void)
{
  DmConfig         config = unet_case_small_config ();
  g_autofree char *broken = op_case_path ("broken");

  op_case_save ("plain", &config, "Ant,Big bee,Cat");

  config.channels = 1;
  op_case_save ("gray", &config, "Ant,Big bee,Cat");

  config.channels = 3;
  config.attention[1] = config.attention_middle = false;
  config.circular = true;
  op_case_save ("canvas", &config, "Ant,Big bee,Cat");
  config.scale_min = 0.25;
  config.scale_max = 1.0;
  op_case_save ("scaled", &config, "Ant,Big bee,Cat");

  g_assert_true (g_file_set_contents (broken, "\x40\0\0\0\0\0\0\0{", 9, NULL));
}

/* GEGL's operations without those of other libraries, which load and save: some
 * of these leak, and all take time to start.
 */
static inline void
op_case_link_gegl (void)
{
  const char      *all = g_getenv ("GEGL_PATH");
  g_autofree char *few = g_build_filename (op_folder, "gegl", NULL);
  g_autoptr (GDir) dir = g_dir_open (all, 0, NULL);
  const char *name;

  g_assert_nonnull (dir); /* GEGL_PATH must be set */
  g_assert_cmpint (g_mkdir (few, 0700), ==, 0);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "gegl-"))
      {
        g_autofree char *from = g_build_filename (all, name, NULL);
        g_autofree char *to = g_build_filename (few, name, NULL);

        g_assert_cmpint (symlink (from, to), ==, 0);
      }

  g_setenv ("GEGL_PATH", few, TRUE);
}

/* The broken file costs one message; the others are there. */
static inline void
op_case_init (void)
{
  GTypeModule *module;

  op_folder = g_dir_make_tmp ("dm-op-XXXXXX", NULL);
  g_setenv ("GEGL_DIFFUSION_MODELS", op_folder, TRUE);
  g_setenv ("XDG_DATA_HOME", op_folder, TRUE);
  g_setenv ("XDG_DATA_DIRS", op_folder, TRUE);
  op_case_save_all ();
  op_case_link_gegl ();

  /* GEGL unloads gegl-common.so once, whose OpenMP would leave memory behind */
  g_module_open ("libgomp.so.1", G_MODULE_BIND_LAZY);

  /* GEGL hides operations that the application's licence does not allow, and
   * must know it first.
   */
  g_object_set (gegl_config (), "application-license", "GPL3", NULL);
  gegl_init (NULL, NULL);
  module = g_object_new (op_module_get_type (), NULL);
  g_type_module_set_name (module, "test");
  g_test_expect_message ("gegl-diffusion", G_LOG_LEVEL_MESSAGE,
                         "*broken.safetensors: *");
  g_assert_true (g_type_module_use (module));
  g_test_assert_expected_messages ();

  /* it learns names as classes come to life */
  for (int kind = DM_OP_SOURCE; kind <= DM_OP_REPAINT_MASK; kind++)
    {
      g_autofree GType *types =
          g_type_children (dm_op_kind_get_parent (kind), NULL);

      for (gsize i = 0; types[i] != 0; i++)
        g_type_class_ref (types[i]);
    }
}

static inline int
op_case_finish (int status)
{
  gegl_exit ();
  dm_test_remove (op_folder);
  g_free (op_folder);

  return status;
}

/* value of an enum property by its nick */
static inline int
op_case_enum (GeglNode *node, const char *property, const char *nick)
{
  GParamSpec *spec = gegl_node_find_property (node, property);
  GEnumValue *value;

  g_assert_true (G_IS_PARAM_SPEC_ENUM (spec));
  value = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (spec)->enum_class, nick);
  g_assert_nonnull (value);

  return value->value;
}

/* A picture of seed 5. */
static inline GeglNode *
op_case_add (GeglNode   *graph,
             const char *operation,
             const char *fit,
             int         width,
             int         height)
{
  GeglNode *node =
      gegl_node_new_child (graph, "operation", operation, "seed", 5, "width",
                           width, "height", height, NULL);

  gegl_node_set (node, "fit", op_case_enum (node, "fit", fit), NULL);

  return node;
}

static inline GeglNode *
op_case_add_plain (GeglNode *graph, guint seed, int width, int height)
{
  return gegl_node_new_child (graph, "operation", "diffusion:plain", "seed",
                              seed, "width", width, "height", height, NULL);
}

/* Returns: (transfer full): [height, width, 4], R'G'B'A */
static inline float *
op_case_render (GeglNode *node, int x, int y, int width, int height)
{
  float *pixels = g_new (float, (size_t) width *height * 4);

  gegl_node_blit (node, 1.0, GEGL_RECTANGLE (x, y, width, height),
                  babl_format ("R'G'B'A float"), pixels, GEGL_AUTO_ROWSTRIDE,
                  GEGL_BLIT_DEFAULT);

  return pixels;
}

static inline char *
op_case_get_error (GeglNode *node)
{
  char *text = NULL;

  gegl_node_get (node, "error", &text, NULL);

  return text;
}

/* @word: what the property says, among others; NULL: nothing */
static inline void
op_case_assert_says (GeglNode *node, const char *word)
{
  g_autofree char *text = op_case_get_error (node);

  if (word == NULL)
    g_assert_cmpstr (text, ==, "");
  else if (strstr (text, word) == NULL)
    g_error ("“%s” does not mention “%s”", text, word);
}

/* What a host hears of an operation: always more. */
typedef struct
{
  int    n_calls;
  double first, last;
} Progress;

static inline void
on_progress (Progress *progress, double value)
{
  if (progress->n_calls++ == 0)
    progress->first = value;
  else
    g_assert_cmpfloat (value, >, progress->last);
  progress->last = value;
}
