/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "picture-cache.h"

#include <glib/gi18n-lib.h>

#include "tensor/error.h"

#define DEFAULT_MEGABYTES 256

typedef struct
{
  char     *key;
  DmPixels *pixels; /* NULL while it is being drawn */
} Entry;

/* Held over search and drawing: who asks for a picture that is being drawn
 * waits for it. Recursive, since drawing reports progress to a host that may
 * well paint its windows then, and ask for the next picture.
 */
static GRecMutex   mutex;
static GHashTable *links = NULL; /* key to its link in @entries      */
static GQueue      entries = G_QUEUE_INIT; /* the most recent first */
static size_t      n_bytes = 0;

/* Bytes of pictures that are kept: $GEGL_DIFFUSION_CACHE_MB, or 256 MB. */
static guint64
get_limit (void)
{
  const char *text = g_getenv ("GEGL_DIFFUSION_CACHE_MB");
  guint64     megabytes = DEFAULT_MEGABYTES;

  if (text != NULL)
    g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT32, &megabytes, NULL);

  return megabytes << 20;
}

static void
remove_link (GList *link)
{
  Entry *entry = link->data;

  g_queue_delete_link (&entries, link);
  g_hash_table_remove (links, entry->key);
  if (entry->pixels != NULL)
    n_bytes -= dm_pixels_get_bytes (entry->pixels);

  dm_pixels_unref (entry->pixels);
  g_free (entry->key);
  g_free (entry);
}

static GList *
add_link (const char *key)
{
  Entry *entry = g_new0 (Entry, 1);

  if (links == NULL)
    links = g_hash_table_new (g_str_hash, g_str_equal);

  entry->key = g_strdup (key);
  g_queue_push_head (&entries, entry);
  g_hash_table_insert (links, entry->key, entries.head);

  return entries.head;
}

/* The newest picture stays, however large: a host asks for it piece by piece.
 */
static void
shrink (void)
{
  guint64 limit = get_limit ();
  GList  *link = entries.tail;

  while (n_bytes > limit && link != NULL && link != entries.head)
    {
      GList *older = link;

      link = link->prev;
      if (((Entry *) older->data)->pixels != NULL)
        remove_link (older);
    }
}

static DmPixels *
add_picture (const char *key, DmDrawFunc draw, gpointer data, GError **error)
{
  GList    *link = add_link (key);
  DmPixels *pixels = draw (data, error);

  if (pixels == NULL)
    {
      remove_link (link);
      return NULL;
    }

  ((Entry *) link->data)->pixels = pixels;
  n_bytes += dm_pixels_get_bytes (pixels);
  g_queue_unlink (&entries, link);
  g_queue_push_head_link (&entries, link);

  dm_pixels_ref (pixels);
  shrink ();

  return pixels;
}

static DmPixels *
use_link (GList *link, GError **error)
{
  Entry *entry = link->data;

  if (entry->pixels == NULL)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CANCELLED,
                           _ ("the picture is still being drawn"));
      return NULL;
    }

  g_queue_unlink (&entries, link);
  g_queue_push_head_link (&entries, link);

  return dm_pixels_ref (entry->pixels);
}

/**
 * dm_picture_cache_get:
 * @key: all that the picture depends on
 * @draw: draws it, if it is not here; may itself ask for other pictures
 *
 * One picture for one key, drawn once in this process as long as it is kept.
 *
 * Errors: those of @draw; DM_ERROR_CANCELLED if @draw, directly or through the
 * host, asks for the very picture that it draws
 *
 * Returns: (transfer full):
 */
DmPixels *
dm_picture_cache_get (const char *key,
                      DmDrawFunc  draw,
                      gpointer    data,
                      GError    **error)
{
  DmPixels *pixels;
  GList    *link;

  g_rec_mutex_lock (&mutex);

  link = links != NULL ? g_hash_table_lookup (links, key) : NULL;
  pixels = link != NULL ? use_link (link, error) :
                          add_picture (key, draw, data, error);

  g_rec_mutex_unlock (&mutex);

  return pixels;
}
