/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "model/json-strict.h"
#include "model/model.h"
#include "program/describe.h"
#include "program/program.h"

static gboolean
inspect (const char *name, gboolean json, gboolean tensors, GError **error)
{
  g_autofree char *path = dm_model_find (name, error);
  g_autofree char *text = NULL;
  g_autoptr (DmWeights) weights = NULL;

  if (path != NULL)
    weights = dm_weights_open (path, error);
  if (weights == NULL)
    return FALSE;

  if (json)
    {
      g_autoptr (JsonObject) described = dm_describe_json (weights, path);
      g_autofree char *lines = dm_json_print (described, TRUE);

      text = g_strconcat (lines, "\n", NULL);
    }
  else
    {
      text = dm_describe_text (weights, path, tensors);
    }

  g_print ("%s", text);

  return TRUE;
}

/**
 * dm_program_inspect:
 *
 * `gegl-diffusion inspect FILE [--json]`
 *
 * Returns: the exit status
 */
int
dm_program_inspect (int argc, char **argv)
{
  gboolean           json = FALSE, tensors = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, N_ ("For programs"), NULL },
    { "tensors", 0, 0, G_OPTION_ARG_NONE, &tensors,
      N_ ("List the tensors one by one"), NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GError) error = NULL;
  const char *name = NULL;

  if (dm_options_parse (_ ("FILE"),
                        _ ("Shows what a weights file, or a model by its name, "
                           "holds."),
                        entries, &argc, &argv, &error))
    name = dm_options_get_only (argc, argv, _ ("FILE"), &error);
  if (name == NULL)
    return dm_options_fail ("inspect", DM_STATUS_USAGE, error);

  if (!inspect (name, json, tensors, &error))
    return dm_options_fail ("inspect", DM_STATUS_FAILED, error);

  return DM_STATUS_DONE;
}
