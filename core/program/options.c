/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/options.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"

#define MAX_WORD 40

/* Letters to change, drop, add or swap with their neighbour on the way from
 * @a to @b.
 *
 * Source: Damerau 1964; Wagner & Fischer 1974.
 */
static guint
get_distance (const char *a, const char *b)
{
  guint d[MAX_WORD + 1][MAX_WORD + 1];
  gsize n = strlen (a), m = strlen (b);

  if (n > MAX_WORD || m > MAX_WORD)
    return G_MAXUINT;

  for (guint i = 0; i <= n; i++)
    for (guint j = 0; j <= m; j++)
      if (i == 0 || j == 0)
        {
          d[i][j] = i + j;
        }
      else
        {
          guint changed = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);

          d[i][j] = MIN (changed, MIN (d[i - 1][j], d[i][j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            d[i][j] = MIN (d[i][j], d[i - 2][j - 2] + 1);
        }

  return d[n][m];
}

/**
 * dm_options_suggest:
 * @words: (array zero-terminated=1):
 *
 * Returns: (transfer none) (nullable): the one of @words that @word may be a
 * slip of.
 */
const char *
dm_options_suggest (const char *word, const char *const *words)
{
  const char *nearest = NULL;
  guint       smallest = (guint) strlen (word) / 3 + 2;

  for (; *words != NULL; words++)
    {
      guint distance = get_distance (word, *words);

      if (distance < smallest)
        {
          smallest = distance;
          nearest = *words;
        }
    }

  return nearest;
}

/* The name in an argument that looks like a long option, else NULL. */
static char *
get_option_name (const char *argument)
{
  if (!g_str_has_prefix (argument, "--"))
    return NULL;

  return g_strndup (argument + 2, strcspn (argument + 2, "="));
}

/* Adds the likely name to GLib's message on the first unknown option. */
static void
add_suggestion (const GOptionEntry *entries, char **argv, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (; entries->long_name != NULL; entries++)
    g_ptr_array_add (names, (char *) entries->long_name);
  g_ptr_array_add (names, (char *) "help");
  g_ptr_array_add (names, NULL);

  for (; *argv != NULL; argv++)
    {
      const char *const *words = (const char *const *) names->pdata;
      g_autofree char   *name = get_option_name (*argv);
      const char        *meant;

      if (name == NULL || g_strv_contains (words, name))
        continue;

      meant = dm_options_suggest (name, words);
      if (meant != NULL)
        {
          g_autofree char *message = g_strdup_printf (
              _ ("%s; did you mean --%s?"), (*error)->message, meant);

          g_free ((*error)->message);
          (*error)->message = g_steal_pointer (&message);
        }
      return;
    }
}

/**
 * dm_options_parse:
 * @argc, @argv: (inout): what is no option remains
 *
 * With --help it prints and ends the process, as GOption does.
 */
gboolean
dm_options_parse (const char         *parameters,
                  const char         *summary,
                  const GOptionEntry *entries,
                  int                *argc,
                  char             ***argv,
                  GError            **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (parameters);
  g_autoptr (GError) fault = NULL;
  g_auto (GStrv) given = g_strdupv (*argv);

  g_option_context_set_summary (context, summary);
  g_option_context_add_main_entries (context, entries, GETTEXT_PACKAGE);
  if (g_option_context_parse (context, argc, argv, &fault))
    return TRUE;

  if (g_error_matches (fault, G_OPTION_ERROR, G_OPTION_ERROR_UNKNOWN_OPTION))
    add_suggestion (entries, given, &fault);
  g_propagate_error (error, g_steal_pointer (&fault));

  return FALSE;
}

static size_t
count_entries (const GOptionEntry *entries)
{
  size_t n = 0;

  while (entries[n].long_name != NULL)
    n++;

  return n;
}

/**
 * dm_options_join:
 * @first, @second: end with zeros
 *
 * Returns: (transfer full): so does the result
 */
GOptionEntry *
dm_options_join (const GOptionEntry *first, const GOptionEntry *second)
{
  size_t        n = count_entries (first), m = count_entries (second);
  GOptionEntry *all = g_new0 (GOptionEntry, n + m + 1);

  memcpy (all, first, n * sizeof *all);
  memcpy (all + n, second, m * sizeof *all);

  return all;
}

/**
 * dm_options_check_place:
 * @path: (nullable) (type filename): file to write
 *
 * To be asked before the work, which would be lost.
 *
 * Errors: %DM_ERROR_FILE: there is no such folder
 */
gboolean
dm_options_check_place (const char *path, GError **error)
{
  g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

  if (folder == NULL || g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE,
               _ ("%s: there is no folder %s; make it first"), path, folder);

  return FALSE;
}

/**
 * dm_options_get_only:
 * @argc, @argv: what dm_options_parse() left
 * @name: of the parameter, for people
 *
 * Errors: G_OPTION_ERROR
 *
 * Returns: (transfer none): the one parameter, NULL unless there is just one
 */
const char *
dm_options_get_only (int argc, char **argv, const char *name, GError **error)
{
  if (argc == 2)
    return argv[1];

  if (argc < 2)
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("%s is missing"), name);
  else
    g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 _ ("one %s at a time; “%s” is too much"), name, argv[2]);

  return NULL;
}

/**
 * dm_options_fail:
 * @command: (nullable): the sub-command
 *
 * Returns: @status
 */
int
dm_options_fail (const char *command, DmStatus status, const GError *error)
{
  g_autofree char *name = command != NULL ?
                              g_strconcat (DM_PROGRAM, " ", command, NULL) :
                              g_strdup (DM_PROGRAM);

  g_printerr ("%s: %s\n", name, error->message);
  if (status == DM_STATUS_USAGE)
    g_printerr (_ ("Try “%s --help”.\n"), name);

  return status;
}
