/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model-cache.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <sys/stat.h>

#include "tensor/error.h"

/* What changes when a file is replaced or rewritten. */
typedef struct
{
  guint64         device, inode, size;
  struct timespec changed;
} Stamp;

typedef struct
{
  DmModel *model;
  guint64  serial;
  Stamp    stamp;
} Entry;

static GMutex      mutex; /* held over search and loading: a file loads once */
static GHashTable *models = NULL; /* path to Entry */

static gboolean
read_stamp (const char *path, Stamp *stamp, GError **error)
{
  struct stat status;

  if (stat (path, &status) != 0)
    {
      int              reason = errno;
      g_autofree char *shown = g_filename_display_name (path);

      g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                   _ ("%s: the weights file cannot be read: %s"), shown,
                   g_strerror (reason));
      return FALSE;
    }

  *stamp = (Stamp){ status.st_dev, status.st_ino, (guint64) status.st_size,
                    status.st_mtim };

  return TRUE;
}

static gboolean
stamp_equal (const Stamp *a, const Stamp *b)
{
  return a->device == b->device && a->inode == b->inode && a->size == b->size &&
         a->changed.tv_sec == b->changed.tv_sec &&
         a->changed.tv_nsec == b->changed.tv_nsec;
}

static void
entry_free (gpointer data)
{
  Entry *self = data;

  dm_model_unref (self->model);
  g_free (self);
}

/* Returns: (transfer none) (nullable): */
static Entry *
find (const char *path, GError **error)
{
  static guint64 n_loaded = 0;
  Stamp          stamp;
  Entry         *entry;

  if (models == NULL)
    models =
        g_hash_table_new_full (g_str_hash, g_str_equal, g_free, entry_free);

  entry = g_hash_table_lookup (models, path);
  if (read_stamp (path, &stamp, error))
    {
      DmModel *model;

      if (entry != NULL && stamp_equal (&entry->stamp, &stamp))
        return entry;

      g_debug ("loads %s", path);
      model = dm_model_load (path, error);
      if (model != NULL)
        {
          entry = g_new (Entry, 1);
          *entry = (Entry){ model, ++n_loaded, stamp };
          g_hash_table_replace (models, g_strdup (path), entry);

          return entry;
        }
    }

  g_hash_table_remove (models, path);

  return NULL;
}

/**
 * dm_model_cache_get:
 * @path: of a weights file
 * @serial: (out): another number for every file and every version of it
 *
 * Loads each file once, and again when it has changed.
 *
 * Errors: those of dm_model_load(); DM_ERROR_FILE if the file has gone
 *
 * Returns: (transfer full):
 */
DmModel *
dm_model_cache_get (const char *path, guint64 *serial, GError **error)
{
  DmModel *model = NULL;
  Entry   *entry;

  g_mutex_lock (&mutex);

  entry = find (path, error);
  if (entry != NULL)
    {
      model = dm_model_ref (entry->model);
      *serial = entry->serial;
    }

  g_mutex_unlock (&mutex);

  return model;
}
