/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "model/model.h"
#include "program/options.h"
#include "program/train-run.h"
#include "tensor/error.h"

static const char *
get_ending (const char *output)
{
  return g_str_has_suffix (output, DM_MODEL_ENDING) ? DM_MODEL_ENDING : "";
}

/**
 * dm_train_name:
 * @output: "my.safetensors"
 * @ending: ".html"
 *
 * Returns: (transfer full): "my.html"
 */
char *
dm_train_name (const char *output, const char *ending)
{
  return g_strdup_printf (
      "%.*s%s", (int) (strlen (output) - strlen (get_ending (output))), output,
      ending);
}

static gboolean
is_same_file (const char *a, const char *b)
{
  struct stat p, q;

  return stat (a, &p) == 0 && stat (b, &q) == 0 && p.st_dev == q.st_dev &&
         p.st_ino == q.st_ino;
}

/**
 * dm_train_name_recipe:
 * @given: (nullable): by --recipe
 *
 * Returns: (transfer full): the recipe that a run writes, "my.ini"; if that is
 * the one that it is given, or was, "my.safetensors.ini"
 */
char *
dm_train_name_recipe (const char *output, const char *given)
{
  g_autofree char *usual = dm_train_name (output, ".ini");
  g_autofree char *other = g_strconcat (output, ".ini", NULL);

  if (g_file_test (other, G_FILE_TEST_EXISTS) ||
      (given != NULL && is_same_file (given, usual)))
    return g_steal_pointer (&other);

  return g_steal_pointer (&usual);
}

/**
 * dm_train_name_files:
 *
 * FILE.safetensors has its state in FILE.safetensors.state, a sheet in
 * FILE.safetensors.png, its best weights in FILE-best.safetensors, the recipe
 * in FILE.ini, the averages that it keeps in FILE-averages, what there is to
 * look at in FILE.jsonl, FILE.svg and FILE.html, and what it is measured by and
 * the figures in FILE-features.safetensors and FILE.tsv.
 */
void
dm_train_name_files (DmTrainRun *self)
{
  const char      *output = self->options.output;
  g_autofree char *best = g_strconcat ("-best", get_ending (output), NULL);
  g_autofree char *features =
      g_strconcat ("-features", get_ending (output), NULL);

  self->state_path = g_strconcat (output, ".state", NULL);
  self->sheet_path = g_strconcat (output, ".png", NULL);
  self->best_path = dm_train_name (output, best);
  self->averages_path = dm_train_name (output, "-averages");
  self->recipe_path = dm_train_name_recipe (output, self->options.recipe);
  self->features_path = dm_train_name (output, features);
  self->table_path = dm_train_name (output, ".tsv");
  self->plot_path = dm_train_name (output, ".svg");
  self->page_path = dm_train_name (output, ".html");
  self->log_path = self->options.json_log != NULL ?
                       g_strdup (self->options.json_log) :
                       dm_train_name (output, ".jsonl");
}

/**
 * dm_train_clear_names:
 */
void
dm_train_clear_names (DmTrainRun *self)
{
  char **names[] = {
    &self->state_path, &self->averages_path, &self->sheet_path,
    &self->best_path,  &self->plot_path,     &self->page_path,
    &self->log_path,   &self->recipe_path,   &self->features_path,
    &self->table_path,
  };

  for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
    g_clear_pointer (names[i], g_free);
}

/* A terminal or a pipe, named as one, has nothing to lose. */
static gboolean
is_kept_log (const DmTrainRun *self)
{
  return self->options.json_log == NULL ||
         g_file_test (self->log_path, G_FILE_TEST_IS_REGULAR);
}

/**
 * dm_train_check_files:
 *
 * Errors: %DM_ERROR_FILE if what an earlier run has written, or somebody else,
 * would be lost, or a run goes on
 */
gboolean
dm_train_check_files (DmTrainRun *self, GError **error)
{
  const DmTrainOptions *o = &self->options;
  const char           *paths[] = {
              o->output,
              self->state_path,
              self->best_path,
              self->averages_path,
              self->recipe_path,
    is_kept_log (self) ? self->log_path : NULL,
    o->no_sheets ? NULL : self->sheet_path,
    o->no_page ? NULL : self->plot_path,
    o->no_page ? NULL : self->page_path,
    o->evaluate == FALSE ? NULL : self->features_path,
    o->evaluate == FALSE ? NULL : self->table_path,
  };

  if (g_file_test (o->output, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                   _ ("%s: is a folder; say with -o which file to write"),
                   o->output);
      return FALSE;
    }

  if (!dm_options_check_place (o->output, error) ||
      !dm_options_check_place (o->json_log, error) ||
      !dm_train_lock (self, error))
    return FALSE;

  if (o->resume || o->force)
    return TRUE;

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    if (paths[i] != NULL && g_file_test (paths[i], G_FILE_TEST_EXISTS))
      {
        g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                     _ ("%s: is there already; go on with that run by "
                        "--resume, name another file with -o, or lose what is "
                        "there by --force"),
                     paths[i]);
        return FALSE;
      }

  return TRUE;
}

/* --- the first of them -----------------------------------------------------
 */

/* With everything chosen, writes the options beside the output, so that they
 * can be given by --recipe.
 */
static gboolean
save_recipe (DmTrainRun *self, GError **error)
{
  g_autofree char *valid = g_utf8_make_valid (self->command, -1);
  g_autofree char *comment = g_strconcat (" ", valid, NULL);

  self->options.size = (int) self->dataset->side;

  /* as it was given to that run, perhaps by hand */
  if (self->options.resume &&
      g_file_test (self->recipe_path, G_FILE_TEST_EXISTS))
    return TRUE;

  return dm_train_options_save (&self->options, self->recipe_path, comment,
                                error);
}

/**
 * dm_train_begin_files:
 *
 * Writes the first state, since now is better than after an hour, the recipe
 * and the log. A start that fails leaves none of them that was not there: they
 * would look like a run.
 *
 * Errors: %DM_ERROR_FILE
 */
gboolean
dm_train_begin_files (DmTrainRun *self, GError **error)
{
  const char *paths[] = { self->state_path, self->recipe_path, self->log_path };
  gboolean    was_there[G_N_ELEMENTS (paths)];

  /* another run may have begun while pictures were read */
  if (!dm_train_check_files (self, error))
    return FALSE;

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    was_there[i] = g_file_test (paths[i], G_FILE_TEST_EXISTS);

  if (dm_trainer_save_state (self->trainer, self->state_path, error) &&
      save_recipe (self, error) && dm_train_lock (self, error) &&
      dm_train_log_open (&self->log, self->log_path, self->first_images, error))
    return TRUE;

  for (size_t i = 0; i < G_N_ELEMENTS (paths); i++)
    if (!was_there[i])
      g_unlink (paths[i]);

  return FALSE;
}

/* --- the command -----------------------------------------------------------
 */

/* What a shell would take for something else. */
#define SPECIAL " \t\n\"'\\$`*?&;|<>()[]{}~#!"

/**
 * dm_train_join_command:
 * @argv: (array zero-terminated): from "train" on
 *
 * Returns: (transfer full): the command as a shell takes it
 */
char *
dm_train_join_command (char **argv)
{
  GString *command = g_string_new (DM_PROGRAM);

  for (; *argv != NULL; argv++)
    {
      g_autofree char *quoted = g_shell_quote (*argv);
      gboolean plain = **argv != '\0' && strpbrk (*argv, SPECIAL) == NULL;

      g_string_append_printf (command, " %s", plain ? *argv : quoted);
    }

  return g_string_free (command, FALSE);
}
