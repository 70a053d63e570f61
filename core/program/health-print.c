/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/health.h"

#include <glib/gi18n-lib.h>

static void
print_versions (GString *text, JsonObject *versions)
{
  g_autoptr (GList) names = json_object_get_members (versions);

  for (GList *at = names; at != NULL; at = at->next)
    g_string_append_printf (text, "%-14s  %s\n", (const char *) at->data,
                            json_object_get_string_member (versions, at->data));
}

static void
print_cpu (GString *text, JsonObject *cpu)
{
  gint64 n_threads = json_object_get_int_member (cpu, "threads");

  g_string_append_printf (
      text,
      g_dngettext (GETTEXT_PACKAGE,
                   "computes with   %s kernels (this machine can do %s), "
                   "%d thread\n",
                   "computes with   %s kernels (this machine can do %s), "
                   "%d threads\n",
                   (gulong) n_threads),
      json_object_get_string_member (cpu, "kernels"),
      json_object_get_string_member (cpu, "best"), (int) n_threads);
}

static void
print_folders (GString *text, JsonArray *folders)
{
  g_string_append (text, _ ("\nFolders of models, the first ones win:\n"));

  for (guint i = 0; i < json_array_get_length (folders); i++)
    {
      JsonObject *folder = json_array_get_object_element (folders, i);

      g_string_append_printf (
          text, "  %s%s\n", json_object_get_string_member (folder, "path"),
          json_object_get_boolean_member (folder, "exists") ?
              "" :
              _ (" (does not exist)"));
    }
}

static void
print_good (GString *text, JsonObject *model, const char *path)
{
  gint64 n_classes = json_object_get_int_member (model, "n_classes");

  g_string_append_printf (
      text,
      g_dngettext (GETTEXT_PACKAGE, "  %s: “%s”, %d class, %s\n",
                   "  %s: “%s”, %d classes, %s\n", (gulong) n_classes),
      json_object_get_string_member (model, "name"),
      json_object_get_string_member (model, "title"), (int) n_classes, path);
}

static void
print_models (GString *text, JsonArray *models)
{
  g_string_append (text, _ ("\nModels:\n"));
  if (json_array_get_length (models) == 0)
    g_string_append (text, _ ("  none\n"));

  for (guint i = 0; i < json_array_get_length (models); i++)
    {
      JsonObject *model = json_array_get_object_element (models, i);
      const char *state = json_object_get_string_member (model, "state");
      const char *path = json_object_get_string_member (model, "path");

      if (g_str_equal (state, DM_HEALTH_REFUSED))
        g_string_append_printf (
            text, _ ("  refused: %s\n"),
            json_object_get_string_member (model, "reason"));
      else if (g_str_equal (state, DM_HEALTH_HIDDEN))
        g_string_append_printf (
            text,
            _ ("  not used: %s (a folder above has a model of that name)\n"),
            path);
      else
        print_good (text, model, path);
    }
}

static void
print_list (GString *text, const char *title, JsonArray *list)
{
  g_string_append_printf (text, "\n%s\n", title);
  if (json_array_get_length (list) == 0)
    g_string_append (text, _ ("  none\n"));

  for (guint i = 0; i < json_array_get_length (list); i++)
    g_string_append_printf (text, "  %s\n",
                            json_array_get_string_element (list, i));
}

/**
 * dm_health_print:
 *
 * Returns: (transfer full): what was found, for people
 */
char *
dm_health_print (JsonObject *self)
{
  GString    *text = g_string_new (NULL);
  JsonObject *module = json_object_get_object_member (self, "module");
  JsonArray  *files = json_object_get_array_member (module, "files");
  JsonArray  *problems = json_object_get_array_member (self, "problems");

  print_versions (text, json_object_get_object_member (self, "versions"));
  print_cpu (text, json_object_get_object_member (self, "cpu"));
  print_folders (text, json_object_get_array_member (self, "folders"));
  print_models (text, json_object_get_array_member (self, "models"));
  print_list (text, _ ("Folders of GEGL modules:"),
              json_object_get_array_member (module, "folders"));
  print_list (text,
              json_object_get_boolean_member (module, "loaded") ?
                  _ ("GEGL module, in use:") :
                  _ ("GEGL module, not in use:"),
              files);
  dm_health_print_gimps (text, json_object_get_array_member (self, "gimp"));

  if (json_array_get_length (problems) > 0)
    print_list (text, _ ("Problems:"), problems);
  else
    g_string_append (text, _ ("\nAll is well.\n"));

  return g_string_free (text, FALSE);
}
