/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "program/health.h"

/* The plug-in for scripts of GIMP 2.10, in a folder of the same name. */
#define PLUG_IN "gegl-diffusion-gimp2"

/* GIMP 3 has its folders beside those of GEGL, wherever libraries are. */
static char *
get_gimp3_folder (void)
{
  g_autofree char *libraries = g_path_get_dirname (DM_GEGL_FOLDER);

  return g_build_filename (libraries, "gimp", "3.0", "plug-ins", NULL);
}

static JsonObject *
get_folder (const char *path)
{
  JsonObject      *json = json_object_new ();
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *plug_in = g_build_filename (path, PLUG_IN, PLUG_IN, NULL);

  json_object_set_string_member (json, "path", shown);
  json_object_set_boolean_member (json, "exists",
                                  g_file_test (path, G_FILE_TEST_IS_DIR));
  json_object_set_boolean_member (
      json, "plug_in", g_file_test (plug_in, G_FILE_TEST_IS_EXECUTABLE));

  return json;
}

/* Returns: (transfer full): one GIMP, there or not, and where it looks for
 * plug-ins
 */
static JsonObject *
get_gimp (const char *version, const char *system)
{
  JsonObject      *json = json_object_new ();
  JsonArray       *folders = json_array_new ();
  g_autofree char *name = g_strconcat ("gimp-", version, NULL);
  g_autofree char *program = g_find_program_in_path (name);
  g_autofree char *own = g_build_filename (g_get_user_config_dir (), "GIMP",
                                           version, "plug-ins", NULL);

  json_array_add_object_element (folders, get_folder (system));
  json_array_add_object_element (folders, get_folder (own));

  json_object_set_string_member (json, "version", version);
  if (program != NULL)
    json_object_set_string_member (json, "program", program);
  json_object_set_array_member (json, "folders", folders);

  return json;
}

/* A procedure that is there twice is that of one of them, nobody knows which.
 */
static void
add_problems (JsonObject *gimp, JsonArray *problems)
{
  JsonArray *folders = json_object_get_array_member (gimp, "folders");
  guint      n_plug_ins = 0;

  for (guint i = 0; i < json_array_get_length (folders); i++)
    n_plug_ins += json_object_get_boolean_member (
        json_array_get_object_element (folders, i), "plug_in");

  if (n_plug_ins > 1)
    json_array_add_string_element (
        problems,
        _ ("the plug-in for scripts of GIMP is installed more than once; keep "
           "one"));
}

/**
 * dm_health_get_gimps:
 * @problems: gets what is wrong
 *
 * Returns: (transfer full): GIMP 2.10 and 3.0
 */
JsonArray *
dm_health_get_gimps (JsonArray *problems)
{
  JsonArray       *list = json_array_new ();
  JsonObject      *gimp2 = get_gimp ("2.10", DM_GIMP2_FOLDER);
  g_autofree char *folder3 = get_gimp3_folder ();

  add_problems (gimp2, problems);
  json_array_add_object_element (list, gimp2);
  json_array_add_object_element (list, get_gimp ("3.0", folder3));

  return list;
}

/* --- for people ----------------------------------------------------------- */

static void
print_folder (GString *text, JsonObject *folder)
{
  const char *state = "";

  if (json_object_get_boolean_member (folder, "plug_in"))
    state = _ (" (has our plug-in for scripts)");
  else if (!json_object_get_boolean_member (folder, "exists"))
    state = _ (" (does not exist)");

  g_string_append_printf (text, "    %s%s\n",
                          json_object_get_string_member (folder, "path"),
                          state);
}

/**
 * dm_health_print_gimps:
 * @gimps: of dm_health_get_gimps()
 */
void
dm_health_print_gimps (GString *text, JsonArray *gimps)
{
  g_string_append (text, _ ("\nGIMP, and where it looks for plug-ins; GIMP 3 "
                            "needs none of ours:\n"));

  for (guint i = 0; i < json_array_get_length (gimps); i++)
    {
      JsonObject *gimp = json_array_get_object_element (gimps, i);
      JsonArray  *folders = json_object_get_array_member (gimp, "folders");

      g_string_append_printf (
          text, "  GIMP %s: %s\n",
          json_object_get_string_member (gimp, "version"),
          json_object_has_member (gimp, "program") ?
              json_object_get_string_member (gimp, "program") :
              _ ("not found"));
      for (guint k = 0; k < json_array_get_length (folders); k++)
        print_folder (text, json_array_get_object_element (folders, k));
    }
}
