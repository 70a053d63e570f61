/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "catalogue.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/model.h"
#include "tensor/error.h"

/* Operations of ours that are not named after a model. */
static const char *const reserved[] = { "generate", "repaint", "repaint-mask" };

static bool
is_reserved (const char *nick)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reserved); i++)
    if (strcmp (nick, reserved[i]) == 0)
      return true;

  return g_str_has_suffix (nick, "-repaint");
}

/* A nick that no class has. */
static const char *
null_class_nick (char **nicks)
{
  g_autofree char *nick = g_strdup (DM_CLASS_NULL_NICK);

  while (g_strv_contains ((const char *const *) nicks, nick))
    {
      char *longer = g_strconcat (nick, "-class", NULL);

      g_free (nick);
      nick = longer;
    }

  return g_intern_string (nick);
}

static GEnumValue *
make_classes (const DmCard *card)
{
  g_auto (GStrv) nicks = dm_card_class_nicks (card);
  g_autofree int *values = dm_card_class_values (card);
  guint           n = dm_card_get_n_classes (card);
  GEnumValue     *classes = g_new0 (GEnumValue, n + 2);

  for (guint i = 0; i < n; i++)
    classes[i] =
        (GEnumValue){ values[i], g_intern_string (card->class_names[i]),
                      g_intern_string (nicks[i]) };

  classes[n] =
      (GEnumValue){ 0, g_intern_string (_ ("(any)")), null_class_nick (nicks) };

  return classes;
}

static DmModelEntry *
make_entry (const char *path, const char *name, GError **error)
{
  g_autoptr (DmWeights) weights = dm_model_open_header (path, error);
  const DmCard *card;
  DmModelEntry *self;

  if (weights == NULL)
    return NULL;

  card = dm_weights_get_card (weights);
  self = g_new0 (DmModelEntry, 1);
  self->path = g_strdup (path);
  self->name = g_intern_string (name);
  self->config = *dm_weights_get_config (weights);
  self->card = dm_card_copy (card);
  self->classes = make_classes (card);
  self->title = g_intern_string (
      card->title != NULL && *card->title != '\0' ? card->title : name);

  return self;
}

/* One message for a file that cannot be used; the others do not suffer. */
static void
add_file (GPtrArray *entries, GHashTable *nicks, const DmModelFile *file)
{
  g_autofree char *nick = dm_nick_new (file->name);
  g_autoptr (GError) error = NULL;
  DmModelEntry *entry;

  if (g_hash_table_contains (nicks, nick))
    return;

  if (*nick == '\0' || is_reserved (nick))
    {
      g_message (_ ("%s: an operation cannot have this name; rename the file"),
                 file->path);
      return;
    }

  entry = make_entry (file->path, file->name, &error);
  if (entry == NULL)
    {
      g_message ("%s", error->message);
      return;
    }

  entry->nick = g_intern_string (nick);
  g_hash_table_add (nicks, (gpointer) entry->nick);
  g_ptr_array_add (entries, entry);
}

/**
 * dm_catalogue_get:
 *
 * All models in the model folders, by name within a folder; of two with the
 * same nick the one in the earlier folder. Only headers are read, and only
 * once in a process, since GEGL registers its modules several times and wants
 * the same types each time.
 *
 * Returns: (transfer none) (element-type DmModelEntry):
 */
GPtrArray *
dm_catalogue_get (void)
{
  static GPtrArray *entries = NULL;
  static gsize      once = 0;

  if (g_once_init_enter (&once))
    {
      g_autoptr (GPtrArray) files = dm_model_list ();
      g_autoptr (GHashTable) nicks = g_hash_table_new (g_str_hash, g_str_equal);

      entries = g_ptr_array_new ();
      for (guint i = 0; i < files->len; i++)
        add_file (entries, nicks, files->pdata[i]);

      g_once_init_leave (&once, 1);
    }

  return entries;
}
