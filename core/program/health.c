/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/health.h"

#include <gegl.h>
#include <glib/gi18n-lib.h>

#include "kernels/gemm.h"
#include "kernels/kernels.h"
#include "model/model.h"
#include "program/program.h"
#include "tensor/pool.h"

#define MODULE "gegl-diffusion." G_MODULE_SUFFIX

static JsonObject *
get_versions (void)
{
  JsonObject      *json = json_object_new ();
  int              major, minor, micro;
  g_autofree char *gegl = NULL, *glib = NULL;

  gegl_get_version (&major, &minor, &micro);
  gegl = g_strdup_printf ("%d.%d.%d", major, minor, micro);
  glib = g_strdup_printf ("%u.%u.%u", glib_major_version, glib_minor_version,
                          glib_micro_version);

  json_object_set_string_member (json, DM_PROGRAM, DM_VERSION);
  json_object_set_string_member (json, "GEGL", gegl);
  json_object_set_string_member (json, "GLib", glib);
  json_object_set_string_member (json, "OpenBLAS", dm_gemm_get_library ());

  return json;
}

static JsonObject *
get_cpu (void)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (
      json, "kernels", dm_cpu_get_name (dm_kernels_get_default ()->cpu));
  json_object_set_string_member (json, "best",
                                 dm_cpu_get_name (dm_cpu_detect ()));
  json_object_set_int_member (
      json, "threads", (gint64) dm_pool_get_n_workers (dm_pool_get_default ()));

  return json;
}

static JsonArray *
get_folders (void)
{
  JsonArray *list = json_array_new ();
  g_auto (GStrv) folders = dm_model_get_folders ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      JsonObject      *json = json_object_new ();
      g_autofree char *shown = g_filename_display_name (folders[i]);

      json_object_set_string_member (json, "path", shown);
      json_object_set_boolean_member (
          json, "exists", g_file_test (folders[i], G_FILE_TEST_IS_DIR));
      json_array_add_object_element (list, json);
    }

  return list;
}

/* A file is good if it loads as it would for a picture. */
static void
examine (const DmModelFile *file, JsonObject *json, JsonArray *problems)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = dm_model_load (file->path, &error);

  if (model == NULL)
    {
      json_object_set_string_member (json, "state", DM_HEALTH_REFUSED);
      json_object_set_string_member (json, "reason", error->message);
      json_array_add_string_element (problems, error->message);
      return;
    }

  json_object_set_string_member (
      json, "state", file->hidden ? DM_HEALTH_HIDDEN : DM_HEALTH_GOOD);
  json_object_set_string_member (json, "title",
                                 dm_model_get_card (model)->title);
  json_object_set_int_member (
      json, "n_classes", dm_card_get_n_classes (dm_model_get_card (model)));
}

static JsonArray *
get_models (JsonArray *problems)
{
  JsonArray *list = json_array_new ();
  g_autoptr (GPtrArray) files = dm_model_list ();

  for (guint i = 0; i < files->len; i++)
    {
      const DmModelFile *file = files->pdata[i];
      JsonObject        *json = json_object_new ();
      g_autofree char   *shown = g_filename_display_name (file->path);

      json_object_set_string_member (json, "name", file->name);
      json_object_set_string_member (json, "path", shown);
      examine (file, json, problems);
      json_array_add_object_element (list, json);
    }

  if (files->len == 0)
    json_array_add_string_element (
        problems,
        _ ("no model is installed: put .safetensors files into one of the "
           "folders, or make one with “gegl-diffusion train”"));

  return list;
}

/* Where GEGL looks for modules: $GEGL_PATH and nothing else, or its own folder
 * and the user's.
 */
static char **
get_module_folders (void)
{
  const char      *variable = g_getenv ("GEGL_PATH");
  g_autofree char *version =
      g_strdup_printf ("gegl-%d.%d", GEGL_MAJOR_VERSION, GEGL_MINOR_VERSION);
  char **folders;

  if (variable != NULL)
    return g_strsplit (variable, G_SEARCHPATH_SEPARATOR_S, -1);

  folders = g_new0 (char *, 3);
  folders[0] = g_strdup (DM_GEGL_FOLDER);
  folders[1] =
      g_build_filename (g_get_user_data_dir (), version, "plug-ins", NULL);

  return folders;
}

static JsonArray *
find_module_files (char **folders)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folders[i], MODULE, NULL);
      g_autofree char *shown = g_filename_display_name (path);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        json_array_add_string_element (list, shown);
    }

  return list;
}

static void
add_module_problems (guint n_files, gboolean loaded, JsonArray *problems)
{
  if (n_files == 0)
    json_array_add_string_element (
        problems, _ ("the GEGL module is in none of the folders where GEGL "
                     "looks: GIMP does not see it"));
  else if (!loaded)
    json_array_add_string_element (
        problems, _ ("GEGL does not accept the module; run “gegl --exists "
                     "diffusion:generate” to see its message"));

  if (n_files > 1)
    json_array_add_string_element (
        problems, _ ("the GEGL module is installed more than once; keep one"));
}

static JsonObject *
get_module (JsonArray *problems)
{
  g_auto (GStrv) folders = get_module_folders ();
  JsonObject *json = json_object_new ();
  JsonArray  *list = json_array_new ();
  JsonArray  *files = find_module_files (folders);
  gboolean    loaded;

  dm_program_start_gegl ();
  loaded = gegl_has_operation ("diffusion:generate");

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autofree char *shown = g_filename_display_name (folders[i]);

      json_array_add_string_element (list, shown);
    }

  add_module_problems (json_array_get_length (files), loaded, problems);
  json_object_set_array_member (json, "folders", list);
  json_object_set_array_member (json, "files", files);
  json_object_set_boolean_member (json, "loaded", loaded);

  return json;
}

/**
 * dm_health_new:
 *
 * Looks at everything; loads every model.
 *
 * Returns: (transfer full): what it found
 */
JsonObject *
dm_health_new (void)
{
  JsonObject *self = json_object_new ();
  JsonArray  *problems = json_array_new ();

  json_object_set_object_member (self, "versions", get_versions ());
  json_object_set_object_member (self, "cpu", get_cpu ());
  json_object_set_array_member (self, "folders", get_folders ());
  json_object_set_array_member (self, "models", get_models (problems));
  json_object_set_object_member (self, "module", get_module (problems));
  json_object_set_array_member (self, "gimp", dm_health_get_gimps (problems));
  json_object_set_array_member (self, "problems", problems);

  return self;
}
