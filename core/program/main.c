/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <errno.h>
#include <libintl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "program/program.h"
#include "tensor/language.h"

static const struct
{
  const char *name;
  int (*run) (int argc, char **argv);
  const char *summary;
} commands[] = {
  { "train", dm_program_train, N_ ("make a model from your pictures") },
  { "sample", dm_program_sample, N_ ("draw pictures with a model") },
  { "evaluate", dm_program_evaluate, N_ ("measure how good they are") },
  { "inspect", dm_program_inspect, N_ ("show what a weights file holds") },
  { "doctor", dm_program_doctor, N_ ("find out what is wrong, if anything") },
};

static char *
describe_commands (void)
{
  GString *text = g_string_new (_ ("Commands:"));

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (text, "\n  %-10s %s", commands[i].name,
                            _ (commands[i].summary));
  g_string_append_printf (text, _ ("\n\n“%s COMMAND --help” says more."),
                          DM_PROGRAM);

  return g_string_free (text, FALSE);
}

static int
refuse_command (const char *word)
{
  const char *names[G_N_ELEMENTS (commands) + 1] = { NULL };
  const char *meant;
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    names[i] = commands[i].name;

  meant = dm_options_suggest (word, names);
  if (meant != NULL)
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 _ ("there is no command “%s”; did you mean “%s”?"), word,
                 meant);
  else
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                 _ ("there is no command “%s”"), word);

  return dm_options_fail (NULL, DM_STATUS_USAGE, error);
}

/* The program without a command: --help, --version, or neither. */
static int
run_bare (int argc, char **argv)
{
  gboolean           version = FALSE;
  const GOptionEntry entries[] = {
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, N_ ("Print the version"),
      NULL },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autofree char *summary = describe_commands ();
  g_autoptr (GError) error = NULL;

  if (!dm_options_parse (_ ("COMMAND …"), summary, entries, &argc, &argv,
                         &error))
    return dm_options_fail (NULL, DM_STATUS_USAGE, error);

  if (argc > 1)
    return refuse_command (argv[1]);

  if (!version)
    {
      g_set_error_literal (&error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                           _ ("a command is missing"));
      return dm_options_fail (NULL, DM_STATUS_USAGE, error);
    }

  g_print ("%s %s\n", DM_PROGRAM, DM_VERSION);

  return DM_STATUS_DONE;
}

static int
run (int argc, char **argv)
{
  for (gsize i = 0; argc > 1 && i < G_N_ELEMENTS (commands); i++)
    if (strcmp (argv[1], commands[i].name) == 0)
      {
        g_autofree char *name = g_strconcat (DM_PROGRAM, " ", argv[1], NULL);

        g_set_prgname (name);
        return commands[i].run (argc - 1, argv + 1);
      }

  if (argc > 1 && argv[1][0] != '-')
    return refuse_command (argv[1]);

  return run_bare (argc, argv);
}

/* Output that did not arrive, on a full disk, is a failure. */
static int
finish (int status)
{
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == DM_STATUS_DONE)
    {
      g_printerr (_ ("%s: cannot write: %s\n"), DM_PROGRAM, g_strerror (errno));
      return DM_STATUS_FAILED;
    }

  return status;
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "");
  dm_language_bind ();
  textdomain (GETTEXT_PACKAGE);
  g_set_prgname (DM_PROGRAM);

  return finish (run (argc, argv));
}
