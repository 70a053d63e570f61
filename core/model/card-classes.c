/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>
#include <stdlib.h>
#include <string.h>

#include "model/card.h"
#include "tensor/error.h"
#include "tensor/terms.h"

/* Longest list of classes in an error message. */
#define MAX_LISTED 40

/**
 * dm_nick_new:
 * @name: in UTF-8
 *
 * "T-shirt/top" to "t-shirt-top": Latin letters without their marks, digits,
 * single dashes.
 *
 * Returns: (transfer full): empty where nothing of the name is left.
 */
char *
dm_nick_new (const char *name)
{
  /* "C" and not the user's locale: files and scripts travel */
  g_autofree char *ascii = g_str_to_ascii (name, "C");
  GString         *nick = g_string_new (NULL);
  gboolean         gap = FALSE;

  for (const char *at = ascii; *at != '\0'; at++)
    if (g_ascii_isalnum (*at))
      {
        if (gap && nick->len > 0)
          g_string_append_c (nick, '-');
        g_string_append_c (nick, g_ascii_tolower (*at));
        gap = FALSE;
      }
    else
      {
        gap = TRUE;
      }

  return g_string_free (nick, FALSE);
}

/**
 * dm_card_class_nicks:
 *
 * Names of [a-z0-9-] for all classes, no two alike: a second "cat" is "cat-2",
 * a name without Latin letters or digits is "class-" and its index. They depend
 * on the names and their order alone.
 *
 * Returns: (transfer full) (array zero-terminated=1): in label order.
 */
char **
dm_card_class_nicks (const DmCard *self)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint  n_classes = dm_card_get_n_classes (self);
  char **nicks = g_new0 (char *, n_classes + 1);

  for (guint i = 0; i < n_classes; i++)
    {
      g_autofree char *stem = dm_nick_new (self->class_names[i]);
      char            *nick;

      if (*stem == '\0')
        {
          g_free (stem);
          stem = g_strdup_printf ("class-%u", i);
        }

      nick = g_strdup (stem);
      for (guint k = 2; !g_hash_table_add (seen, nick); k++)
        {
          g_free (nick);
          nick = g_strdup_printf ("%s-%u", stem, k);
        }

      nicks[i] = nick;
    }

  return nicks;
}

/**
 * dm_card_class_nick:
 * @class_id: 0 ... n_classes - 1
 *
 * Returns: (transfer full): one of dm_card_class_nicks().
 */
char *
dm_card_class_nick (const DmCard *self, int class_id)
{
  g_auto (GStrv) nicks = dm_card_class_nicks (self);

  g_return_val_if_fail (
      class_id >= 0 && (guint) class_id < dm_card_get_n_classes (self), NULL);

  return g_strdup (nicks[class_id]);
}

/* Source: Fowler, Noll & Vo, FNV-1a, 32 bits; the sign bit dropped. */
static int
hash (const char *text)
{
  guint32 value = 2166136261u;

  for (; *text != '\0'; text++)
    value = (value ^ (guchar) *text) * 16777619u;

  return (int) (value & 0x7fffffff);
}

static int
compare_nicks (const void *a, const void *b, void *nicks)
{
  return strcmp (((char **) nicks)[*(const guint *) a],
                 ((char **) nicks)[*(const guint *) b]);
}

/**
 * dm_card_class_values:
 *
 * A positive number for each class that follows from its nick: a saved picture
 * keeps its class when classes are added or change their order. Should two
 * nicks meet, the later one by the alphabet takes the next free number.
 *
 * Returns: (transfer full): [n_classes], no two alike
 */
int *
dm_card_class_values (const DmCard *self)
{
  g_auto (GStrv) nicks = dm_card_class_nicks (self);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint             n_classes = g_strv_length (nicks);
  int              *values = g_new0 (int, n_classes + 1);
  g_autofree guint *order = g_new (guint, n_classes + 1);

  for (guint i = 0; i < n_classes; i++)
    order[i] = i;
  qsort_r (order, n_classes, sizeof *order, compare_nicks, nicks);

  for (guint i = 0; i < n_classes; i++)
    {
      int value = hash (nicks[order[i]]);

      while (value == 0 || !g_hash_table_add (seen, GINT_TO_POINTER (value)))
        value = value < G_MAXINT ? value + 1 : 1;

      values[order[i]] = value;
    }

  return values;
}

/**
 * dm_card_class_value:
 * @class_id: 0 ... n_classes - 1
 *
 * Returns: one of dm_card_class_values().
 */
int
dm_card_class_value (const DmCard *self, int class_id)
{
  g_autofree int *values = dm_card_class_values (self);

  g_return_val_if_fail (
      class_id >= 0 && (guint) class_id < dm_card_get_n_classes (self), 0);

  return values[class_id];
}

/* The same for "Éclair", "éclair" and its two ways of writing É. */
static char *
fold (const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);

  return g_utf8_normalize (folded, -1, G_NORMALIZE_ALL);
}

static int
find_folded (char **names, const char *text)
{
  g_autofree char *wanted = fold (text);

  for (int i = 0; names[i] != NULL; i++)
    {
      g_autofree char *name = fold (names[i]);

      if (g_strcmp0 (name, wanted) == 0)
        return i;
    }

  return -1;
}

static int
find_exact (char **names, const char *text)
{
  for (int i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], text) == 0)
      return i;

  return -1;
}

static int
find_index (const DmCard *self, const char *text)
{
  guint64 index;
  guint   n_classes = dm_card_get_n_classes (self);

  if (n_classes > 0 &&
      g_ascii_string_to_unsigned (text, 10, 0, n_classes - 1, &index, NULL))
    return (int) index;

  return -1;
}

static void
set_unknown_class (const DmCard *self, const char *text, GError **error)
{
  g_auto (GStrv) nicks = dm_card_class_nicks (self);
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; nicks[i] != NULL && i < MAX_LISTED; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", nicks[i]);
  if (g_strv_length (nicks) > MAX_LISTED)
    g_string_append (list, ", …");

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("the model has no class “%s”; it has: %s"), text, list->str);
}

/**
 * dm_card_find_class:
 * @text: (nullable): a class's name in any case, its nick or its index;
 * nothing, or DM_CLASS_NULL_NICK where no class is called so, means the null
 * class
 * @class_id: (out): DM_CLASS_NULL for the null class
 *
 * A name wins over a nick, a nick over an index.
 *
 * Errors: DM_ERROR_OPTION, with the classes there are
 */
gboolean
dm_card_find_class (const DmCard *self,
                    const char   *text,
                    int          *class_id,
                    GError      **error)
{
  g_auto (GStrv) nicks = NULL;
  g_autofree char *wanted = NULL;
  int              found;

  *class_id = DM_CLASS_NULL;
  wanted = g_utf8_make_valid (text != NULL ? text : "", -1);
  g_strstrip (wanted);
  if (*wanted == '\0')
    return TRUE;

  nicks = dm_card_class_nicks (self);
  found = find_exact (self->class_names, wanted);
  if (found < 0)
    found = find_folded (self->class_names, wanted);
  if (found < 0)
    found = find_folded (nicks, wanted);
  if (found < 0)
    found = find_index (self, wanted);

  if (found < 0 && g_ascii_strcasecmp (wanted, DM_CLASS_NULL_NICK) == 0)
    return TRUE;

  if (found < 0)
    {
      set_unknown_class (self, wanted, error);
      return FALSE;
    }

  *class_id = found;

  return TRUE;
}
