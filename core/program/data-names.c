/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/data-names.h"

#include <glib/gi18n-lib.h>

/**
 * dm_data_show:
 *
 * Returns: (transfer full): the name without what would move a terminal's
 * cursor, and valid, whatever a file is called
 */
char *
dm_data_show (const char *name)
{
  g_autofree char *valid = g_filename_display_name (name);
  GString         *shown = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar u = g_utf8_get_char (c);

      g_string_append_unichar (shown, g_unichar_iscntrl (u) ? 0xfffd : u);
    }

  return g_string_free (shown, FALSE);
}

/**
 * dm_data_add_more:
 * @n: how many there are
 * @limit: how many of them are listed
 */
void
dm_data_add_more (GString *text, size_t n, size_t limit)
{
  if (n > limit)
    g_string_append_printf (
        text, PLURAL ("  and %zu more\n", "  and %zu more\n", n - limit),
        n - limit);
}

/**
 * dm_data_join:
 * @names: [n]
 *
 * Returns: (transfer full): "“a”, “b” and 3 more"
 */
char *
dm_data_join (char **names, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < MIN (n, DM_MAX_NAMES); i++)
    {
      g_autofree char *name = dm_data_show (names[i]);

      g_string_append_printf (text, _ ("%s“%s”"), i > 0 ? ", " : "", name);
    }
  if (n > DM_MAX_NAMES)
    g_string_append_printf (text, _ (" and %u more"), n - DM_MAX_NAMES);

  return g_string_free (text, FALSE);
}

/**
 * dm_data_name_picture:
 * @i: its number in the dataset
 *
 * Returns: (transfer full): "class/file", or the number that it had as it was
 * read
 */
char *
dm_data_name_picture (const DmDataset *set, size_t i)
{
  size_t      source = set->places[i].source;
  const char *name = g_array_index (set->sources, DmSource, source).name;

  if (name != NULL)
    return dm_data_show (name);

  return g_strdup_printf (_ ("number %zu (%s)"), source + 1,
                          set->class_names[set->class_id[i]]);
}
