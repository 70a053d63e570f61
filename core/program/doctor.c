/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>

#include "model/json-strict.h"
#include "program/health.h"
#include "program/program.h"

/**
 * dm_program_start_gegl:
 *
 * Starts GEGL without OpenCL, which takes seconds where its driver is poor. To
 * hosts that do not say what licence they are under, GEGL hides operations that
 * have one, ours among them; told so later, it loads all modules once more.
 */
void
dm_program_start_gegl (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    {
      g_object_set (gegl_config (), "use-opencl", FALSE, "application-license",
                    "GPL3", NULL);
      gegl_init (NULL, NULL);
      g_once_init_leave (&once, 1);
    }
}

/* The module complains of each file that the report is about anyway. */
static void
ignore_message (const char *domain   G_GNUC_UNUSED,
                GLogLevelFlags level G_GNUC_UNUSED,
                const char *message  G_GNUC_UNUSED,
                gpointer data        G_GNUC_UNUSED)
{
}

static int
report (gboolean json)
{
  g_autoptr (JsonObject) health = NULL;
  g_autofree char *text = NULL;
  JsonArray       *problems;

  g_log_set_handler (GETTEXT_PACKAGE, G_LOG_LEVEL_MESSAGE, ignore_message,
                     NULL);
  health = dm_health_new ();
  text = json ? dm_json_print (health, TRUE) : dm_health_print (health);
  g_print ("%s%s", text, json ? "\n" : "");

  problems = json_object_get_array_member (health, "problems");

  return json_array_get_length (problems) == 0 ? DM_STATUS_DONE :
                                                 DM_STATUS_FAILED;
}

/**
 * dm_program_doctor:
 *
 * `gegl-diffusion doctor [--json]`
 *
 * Returns: the exit status
 */
int
dm_program_doctor (int argc, char **argv)
{
  gboolean           json = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("For programs"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GError) error = NULL;

  if (dm_options_parse (
          NULL,
          _ ("Looks at versions, folders, models and the GEGL module, and says "
             "what is wrong; the exit status is 1 if anything is."),
          entries, &argc, &argv, &error) &&
      argc > 1)
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 _ ("“%s” is too much"), argv[1]);

  if (error != NULL)
    return dm_options_fail ("doctor", DM_STATUS_USAGE, error);

  return report (json);
}
