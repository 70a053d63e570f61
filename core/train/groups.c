/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/groups.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"

struct _DmGroups
{
  GHashTable *numbers;  /* name of a group → its number    */
  GHashTable *pictures; /* path → the number of its group */
};

static guint
find (GHashTable *table, const char *key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (table, key));
}

static gboolean
add_line (DmGroups *self, const char *line)
{
  const char *tab = strchr (line, '\t');
  const char *name = tab != NULL ? tab + 1 : "";
  guint       number = find (self->numbers, name);

  if (tab == line || *name == '\0')
    return FALSE;

  if (number == 0)
    {
      number = g_hash_table_size (self->numbers) + 1;
      g_hash_table_insert (self->numbers, g_strdup (name),
                           GUINT_TO_POINTER (number));
    }

  return g_hash_table_insert (self->pictures,
                              g_strndup (line, (gsize) (tab - line)),
                              GUINT_TO_POINTER (number));
}

/**
 * dm_groups_read:
 *
 * Errors: %DM_ERROR_DATA, with the number of the first line that is wrong or
 * names a picture again
 *
 * Returns: (transfer full) (nullable)
 */
DmGroups *
dm_groups_read (const char *path, GError **error)
{
  g_autoptr (DmGroups) self = g_new0 (DmGroups, 1);
  g_autoptr (GError) cause = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  self->numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->pictures =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!g_file_get_contents (path, &text, NULL, &cause))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA, _ ("%s: %s"), path,
                   cause->message);
      return NULL;
    }

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (*g_strchomp (lines[i]) != '\0' && !add_line (self, lines[i]))
      {
        g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                     _ ("%s: line %u is not a new picture's path, a tabulator "
                        "and the name of its group"),
                     path, i + 1);
        return NULL;
      }

  return g_steal_pointer (&self);
}

/**
 * dm_groups_free:
 * @self: (nullable)
 */
void
dm_groups_free (DmGroups *self)
{
  if (self == NULL)
    return;

  g_hash_table_unref (self->numbers);
  g_hash_table_unref (self->pictures);
  g_free (self);
}

guint
dm_groups_find (const DmGroups *self, const char *picture)
{
  return find (self->pictures, picture);
}
