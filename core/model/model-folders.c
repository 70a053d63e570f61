/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/model.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"

#define VARIABLE "GEGL_DIFFUSION_MODELS"

static void
add_folder (GPtrArray *folders, char *folder)
{
  for (guint i = 0; i < folders->len; i++)
    if (strcmp (folders->pdata[i], folder) == 0)
      {
        g_free (folder);
        return;
      }

  g_ptr_array_add (folders, folder);
}

/**
 * dm_model_get_folders:
 *
 * Folders where models live, whether they exist or not: those in
 * $GEGL_DIFFUSION_MODELS, then gegl-diffusion/models in the user's data folder
 * and in each of the system's.
 *
 * Returns: (transfer full) (array zero-terminated=1): the first ones win
 */
char **
dm_model_get_folders (void)
{
  GPtrArray         *folders = g_ptr_array_new ();
  const char        *variable = g_getenv (VARIABLE);
  const char *const *data = g_get_system_data_dirs ();
  g_auto (GStrv) asked = g_strsplit (variable != NULL ? variable : "",
                                     G_SEARCHPATH_SEPARATOR_S, -1);

  for (guint i = 0; asked[i] != NULL; i++)
    if (*asked[i] != '\0')
      add_folder (folders, g_strdup (asked[i]));

  add_folder (folders, g_build_filename (g_get_user_data_dir (),
                                         "gegl-diffusion", "models", NULL));
  for (guint i = 0; data[i] != NULL; i++)
    add_folder (folders,
                g_build_filename (data[i], "gegl-diffusion", "models", NULL));
  g_ptr_array_add (folders, NULL);

  return (char **) g_ptr_array_free (folders, FALSE);
}

static void
free_file (gpointer data)
{
  DmModelFile *self = data;

  g_free (self->name);
  g_free (self->path);
  g_free (self);
}

static int
compare_files (gconstpointer a, gconstpointer b)
{
  const DmModelFile *first = *(const DmModelFile *const *) a;
  const DmModelFile *second = *(const DmModelFile *const *) b;

  return strcmp (first->path, second->path);
}

/* Returns: (transfer full): the model that a file would be, NULL for files that
 * are none: others, hidden ones, folders and pipes.
 */
static DmModelFile *
make_file (const char *folder, const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *stem = NULL;
  DmModelFile     *self;

  if (*file == '.' || !g_str_has_suffix (file, DM_MODEL_ENDING) ||
      !g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return NULL;

  stem = g_strndup (file, strlen (file) - strlen (DM_MODEL_ENDING));
  self = g_new0 (DmModelFile, 1);
  self->name = g_filename_display_name (stem);
  self->path = g_steal_pointer (&path);

  return self;
}

static GPtrArray *
list_folder (const char *folder)
{
  GPtrArray *files = g_ptr_array_new ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      DmModelFile *model = make_file (folder, file);

      if (model != NULL)
        g_ptr_array_add (files, model);
    }

  g_ptr_array_sort (files, compare_files);

  return files;
}

/**
 * dm_model_list:
 *
 * Every file in the folders that has the ending of a model, unopened: by folder
 * in their order, then by name.
 *
 * Returns: (transfer full) (element-type DmModelFile):
 */
GPtrArray *
dm_model_list (void)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (free_file);
  g_auto (GStrv) folders = dm_model_get_folders ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; folders[i] != NULL; i++)
    {
      g_autoptr (GPtrArray) files = list_folder (folders[i]);

      for (guint j = 0; j < files->len; j++)
        {
          DmModelFile *file = files->pdata[j];

          file->hidden = !g_hash_table_add (seen, file->name);
          g_ptr_array_add (all, file);
        }
    }

  return all;
}

/* Returns: (transfer full): the path that is meant by @name, NULL if it is the
 * name of a model.
 */
static char *
get_path (const char *name)
{
  if (g_str_has_prefix (name, "~/"))
    return g_build_filename (g_get_home_dir (), name + 2, NULL);

  if (strchr (name, G_DIR_SEPARATOR) != NULL ||
      (g_str_has_suffix (name, DM_MODEL_ENDING) &&
       g_file_test (name, G_FILE_TEST_EXISTS)))
    return g_strdup (name);

  return NULL;
}

/* The first model of that name; else the first with that nick. */
static const DmModelFile *
find_file (GPtrArray *files, const char *name)
{
  g_autofree char *nick = dm_nick_new (name);

  for (guint i = 0; i < files->len; i++)
    {
      const DmModelFile *file = files->pdata[i];

      if (strcmp (file->name, name) == 0)
        return file;
    }

  for (guint i = 0; i < files->len && *nick != '\0'; i++)
    {
      const DmModelFile *file = files->pdata[i];
      g_autofree char   *other = dm_nick_new (file->name);

      if (strcmp (other, nick) == 0)
        return file;
    }

  return NULL;
}

static void
set_not_found (GPtrArray *files, const char *name, GError **error)
{
  g_auto (GStrv) folders = dm_model_get_folders ();
  g_autofree char *searched = g_strjoinv (", ", folders);
  g_autoptr (GString) installed = g_string_new (NULL);

  for (guint i = 0; i < files->len; i++)
    {
      const DmModelFile *file = files->pdata[i];

      if (!file->hidden)
        g_string_append_printf (installed, "%s%s",
                                installed->len > 0 ? ", " : "", file->name);
    }

  if (installed->len > 0)
    g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                 _ ("no model is called “%s”; installed are: %s (in %s)"), name,
                 installed->str, searched);
  else
    g_set_error (
        error, DM_ERROR, DM_ERROR_FILE,
        _ ("no model is called “%s”; none is installed: put .safetensors "
           "files into one of %s"),
        name, searched);
}

/**
 * dm_model_find:
 * @name: of a model in the folders, in any case, with or without its ending; or
 *   a path
 *
 * Errors: DM_ERROR_FILE, with the models there are and the folders searched
 *
 * Returns: (transfer full): the path of a file that exists
 */
char *
dm_model_find (const char *name, GError **error)
{
  g_autofree char *path = get_path (name);
  g_autofree char *valid = NULL;
  g_autoptr (GPtrArray) files = NULL;
  const DmModelFile *found;

  if (path != NULL)
    {
      g_autofree char *shown = g_filename_display_name (path);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&path);

      g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                   _ ("%s: there is no such file"), shown);
      return NULL;
    }

  valid = g_utf8_make_valid (name, -1);
  if (g_str_has_suffix (valid, DM_MODEL_ENDING))
    valid[strlen (valid) - strlen (DM_MODEL_ENDING)] = '\0';

  files = dm_model_list ();
  found = find_file (files, valid);
  if (found == NULL)
    {
      set_not_found (files, valid, error);
      return NULL;
    }

  return g_strdup (found->path);
}
