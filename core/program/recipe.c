/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/recipe.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"

/* --no-mirror says no to what --mirror says yes to. */
static gboolean
is_reversed (const GOptionEntry *entry)
{
  return (entry->flags & G_OPTION_FLAG_REVERSE) != 0;
}

static gboolean
read_entry (GKeyFile *file, const GOptionEntry *entry, GError **error)
{
  const char *group = "train", *key = entry->long_name;

  switch (entry->arg)
    {
    case G_OPTION_ARG_INT:
      *(int *) entry->arg_data =
          g_key_file_get_integer (file, group, key, error);
      break;
    case G_OPTION_ARG_INT64:
      *(gint64 *) entry->arg_data =
          g_key_file_get_int64 (file, group, key, error);
      break;
    case G_OPTION_ARG_DOUBLE:
      *(double *) entry->arg_data =
          g_key_file_get_double (file, group, key, error);
      break;
    case G_OPTION_ARG_NONE:
      *(gboolean *) entry->arg_data =
          g_key_file_get_boolean (file, group, key, error) !=
          is_reversed (entry);
      break;
    default:
      g_free (*(char **) entry->arg_data);
      *(char **) entry->arg_data =
          g_key_file_get_string (file, group, key, error);
      break;
    }

  return *error == NULL;
}

static const GOptionEntry *
find_entry (const GOptionEntry *entries, const char *name)
{
  for (; entries->long_name != NULL; entries++)
    if (strcmp (entries->long_name, name) == 0 && strcmp (name, "recipe") != 0)
      return entries;

  return NULL;
}

/**
 * dm_recipe_read:
 * @entries: (array zero-terminated) the options; what the recipe says is put
 * where they point
 *
 * A recipe is a key file with a group [train]; its keys are the options.
 *
 * Errors: %G_KEY_FILE_ERROR, %DM_ERROR_OPTION
 */
gboolean
dm_recipe_read (const char *path, const GOptionEntry *entries, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) keys = NULL;
  GError *fault = NULL;

  if (g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, &fault))
    keys = g_key_file_get_keys (file, "train", NULL, &fault);

  for (gsize i = 0; keys != NULL && keys[i] != NULL && fault == NULL; i++)
    {
      const GOptionEntry *entry = find_entry (entries, keys[i]);

      if (entry != NULL)
        read_entry (file, entry, &fault);
      else
        fault = g_error_new (DM_ERROR, DM_ERROR_OPTION,
                             _ ("there is no option “%s”"), keys[i]);
    }

  if (fault == NULL)
    return TRUE;

  g_propagate_prefixed_error (error, fault, "%s: ", path);

  return FALSE;
}

/* As few digits as give the same number back. */
static char *
format_double (double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE], format[8];

  for (int digits = 6; digits <= 17; digits++)
    {
      g_snprintf (format, sizeof format, "%%.%dg", digits);
      g_ascii_formatd (number, sizeof number, format, value);
      if (g_ascii_strtod (number, NULL) == value)
        break;
    }

  return g_strdup (number);
}

/* An option that is not given, or is no, is not written. */
static void
write_entry (GKeyFile *file, const GOptionEntry *entry)
{
  const char *group = "train", *key = entry->long_name;

  switch (entry->arg)
    {
    case G_OPTION_ARG_INT:
      g_key_file_set_integer (file, group, key, *(int *) entry->arg_data);
      break;
    case G_OPTION_ARG_INT64:
      if (*(gint64 *) entry->arg_data != 0)
        g_key_file_set_int64 (file, group, key, *(gint64 *) entry->arg_data);
      break;
    case G_OPTION_ARG_DOUBLE:
      {
        g_autofree char *number = format_double (*(double *) entry->arg_data);

        g_key_file_set_value (file, group, key, number);
        break;
      }
    case G_OPTION_ARG_NONE:
      if (*(gboolean *) entry->arg_data != is_reversed (entry))
        g_key_file_set_boolean (file, group, key, TRUE);
      break;
    default:
      if (*(char **) entry->arg_data != NULL)
        g_key_file_set_string (file, group, key, *(char **) entry->arg_data);
      break;
    }
}

/**
 * dm_recipe_write:
 * @entries: as in dm_recipe_read(), which reads what this writes
 * @comment: (nullable): for the top
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 */
gboolean
dm_recipe_write (const char         *path,
                 const GOptionEntry *entries,
                 const char         *comment,
                 GError            **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) cause = NULL;

  for (; entries->long_name != NULL; entries++)
    write_entry (file, entries);
  if (comment != NULL)
    g_key_file_set_comment (file, NULL, NULL, comment, NULL);

  if (g_key_file_save_to_file (file, path, &cause))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("%s: cannot be written: %s"),
               path, cause->message);

  return FALSE;
}

/**
 * dm_recipe_find:
 *
 * Finds --recipe before anything is parsed, since options go over recipes.
 *
 * Returns: (transfer none) (nullable): its file
 */
const char *
dm_recipe_find (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      if (strcmp (argv[i], "--recipe") == 0 && i + 1 < argc)
        return argv[i + 1];
      if (g_str_has_prefix (argv[i], "--recipe="))
        return argv[i] + strlen ("--recipe=");
    }

  return NULL;
}
