/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/repeats.h"

#include <string.h>

/* A picture as the key of a table. */
typedef struct
{
  const guint8 *pixels;
  size_t        n_bytes, width, number;
} Key;

/* Source: Fowler, Noll & Vo, FNV-1a of 32 bits. */
static guint
hash_key (gconstpointer data)
{
  const Key *key = data;
  guint32    hash = 2166136261u;

  for (size_t i = 0; i < key->n_bytes; i++)
    hash = (hash ^ key->pixels[i]) * 16777619u;

  return hash;
}

static gboolean
are_equal (gconstpointer a, gconstpointer b)
{
  const Key *p = a, *q = b;

  return p->width == q->width && p->n_bytes == q->n_bytes &&
         memcmp (p->pixels, q->pixels, p->n_bytes) == 0;
}

static Key *
list_keys (const DmDataset *set)
{
  size_t n = set->n_images + set->n_held_out;
  Key   *keys = g_new (Key, n);

  for (size_t i = 0; i < n; i++)
    {
      const DmPlace *p = &set->places[i];

      /* in the order of reading, whatever was moved to the pictures held out */
      keys[p->source] =
          (Key){ set->pixels + p->at, p->width * p->height * set->channels,
                 p->width, i };
    }

  return keys;
}

static void
free_repeat (gpointer data)
{
  DmRepeat *repeat = data;

  g_array_unref (repeat->pictures);
  g_free (repeat);
}

static void
add_to_repeat (const DmDataset *set, DmRepeat *repeat, size_t picture)
{
  size_t first = g_array_index (repeat->pictures, size_t, 0);

  repeat->across_classes |= set->class_id[first] != set->class_id[picture];
  repeat->across_split |= (first < set->n_images) != (picture < set->n_images);
  g_array_append_val (repeat->pictures, picture);
}

/* Pictures of several classes first, then those of both parts. */
static int
compare_repeats (gconstpointer a, gconstpointer b)
{
  const DmRepeat *p = *(DmRepeat *const *) a, *q = *(DmRepeat *const *) b;

  if (p->across_classes != q->across_classes)
    return p->across_classes ? -1 : 1;
  if (p->across_split != q->across_split)
    return p->across_split ? -1 : 1;

  return 0;
}

/* A picture that was met before, as @first. */
static void
add_again (GPtrArray       *repeats,
           GHashTable      *seen,
           const DmDataset *set,
           Key             *first,
           DmRepeat        *repeat,
           size_t           picture)
{
  if (repeat == NULL)
    {
      repeat = g_new0 (DmRepeat, 1);
      repeat->pictures = g_array_new (FALSE, FALSE, sizeof (size_t));
      g_array_append_val (repeat->pictures, first->number);
      g_ptr_array_add (repeats, repeat);
      g_hash_table_insert (seen, first, repeat);
    }
  add_to_repeat (set, repeat, picture);
}

/**
 * dm_repeats_find:
 *
 * Looks at all pixels once.
 *
 * Returns: (transfer full): of DmRepeat, the worst first
 */
GPtrArray *
dm_repeats_find (const DmDataset *dataset)
{
  size_t          n = dataset->n_images + dataset->n_held_out;
  g_autofree Key *keys = list_keys (dataset);
  /* key → its repeat, or NULL while it is the only one */
  g_autoptr (GHashTable) seen = g_hash_table_new (hash_key, are_equal);
  GPtrArray *repeats = g_ptr_array_new_with_free_func (free_repeat);

  for (size_t k = 0; k < n; k++)
    {
      gpointer first, found;

      if (g_hash_table_lookup_extended (seen, &keys[k], &first, &found))
        add_again (repeats, seen, dataset, first, found, keys[k].number);
      else
        g_hash_table_insert (seen, &keys[k], NULL);
    }
  g_ptr_array_sort (repeats, compare_repeats);

  return repeats;
}
