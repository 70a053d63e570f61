/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tensor/error.h"

/* Written at a time. */
#define BLOCK ((size_t) 1 << 20)

struct _DmSpool
{
  char  *folder; /* (nullable): for the file; NULL once there cannot be one */
  size_t memory;
  int    fd; /* -1: all is in memory */

  size_t  size;     /* of all that was put                             */
  guint8 *data;     /* in memory: all of it; else what is not written  */
  size_t  n_data;   /* bytes there                                     */
  size_t  capacity; /* room there                                      */
  guint8 *mapped;   /* (nullable) [size], of a file that is finished   */
};

/**
 * dm_spool_new:
 * @folder: (nullable): where there may be a file
 * @memory: bytes beyond which it is used
 *
 * Returns: (transfer full)
 */
DmSpool *
dm_spool_new (const char *folder, size_t memory)
{
  DmSpool *self = g_new0 (DmSpool, 1);

  self->folder = g_strdup (folder);
  self->memory = memory;
  self->fd = -1;

  return self;
}

/**
 * dm_spool_free:
 * @self: (nullable)
 */
void
dm_spool_free (DmSpool *self)
{
  if (self == NULL)
    return;

  if (self->mapped != NULL)
    munmap (self->mapped, self->size);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->data);
  g_free (self->folder);
  g_free (self);
}

/* --- memory --------------------------------------------------------------- */

static gboolean
make_room (DmSpool *self, size_t n, GError **error)
{
  size_t  wanted = MAX (2 * self->capacity, MAX (n, BLOCK));
  guint8 *data;

  if (self->n_data + n <= self->capacity)
    return TRUE;

  wanted = MAX (wanted, self->n_data + n);
  data = g_try_realloc (self->data, wanted);
  if (data == NULL)
    {
      g_autofree char *size = g_format_size (self->size);

      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("not enough memory for more than %s of pictures; "
                      "use a smaller size or fewer pictures"),
                   size);
      return FALSE;
    }

  self->data = data;
  self->capacity = wanted;

  return TRUE;
}

/* --- the file ------------------------------------------------------------- */

/* Its name goes at once: it ends with the process, however that ends. */
static gboolean
open_file (DmSpool *self)
{
  g_autofree char *path =
      g_build_filename (self->folder, ".pixels-XXXXXX", NULL);

  self->fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  if (self->fd >= 0)
    g_unlink (path);

  return self->fd >= 0;
}

/* What of the data cannot be written stays there. */
static gboolean
write_data (DmSpool *self)
{
  size_t done = 0;

  while (done < self->n_data)
    {
      ssize_t n = write (self->fd, self->data + done, self->n_data - done);

      if (n < 0 && errno != EINTR)
        break;
      if (n > 0)
        done += (size_t) n;
    }

  self->n_data -= done;
  memmove (self->data, self->data + done, self->n_data);

  return self->n_data == 0;
}

/* From a file that is full back to memory. */
static gboolean
return_to_memory (DmSpool *self, GError **error)
{
  size_t  written = self->size - self->n_data, done = 0;
  size_t  n_data = self->n_data;
  guint8 *all;

  g_clear_pointer (&self->folder, g_free);
  if (!make_room (self, written, error))
    return FALSE;

  all = self->data;
  memmove (all + written, all, n_data);
  while (done < written)
    {
      ssize_t n = pread (self->fd, all + done, written - done, (off_t) done);

      if (n == 0 || (n < 0 && errno != EINTR))
        {
          g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                       _ ("pictures that were put aside cannot be read: %s"),
                       g_strerror (n < 0 ? errno : EIO));
          return FALSE;
        }
      if (n > 0)
        done += (size_t) n;
    }

  close (self->fd);
  self->fd = -1;
  self->n_data = self->size;

  return TRUE;
}

/* Where the file fails, memory has to do. */
static gboolean
flush (DmSpool *self, GError **error)
{
  if (self->fd < 0 && (self->folder == NULL || !open_file (self)))
    {
      g_clear_pointer (&self->folder, g_free);
      return TRUE;
    }

  return write_data (self) || return_to_memory (self, error);
}

/* --- the whole ------------------------------------------------------------ */

/**
 * dm_spool_add:
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_FILE
 */
gboolean
dm_spool_add (DmSpool *self, gconstpointer data, size_t n, GError **error)
{
  size_t limit = self->fd >= 0 ? BLOCK : self->memory;

  if (!make_room (self, n, error))
    return FALSE;

  memcpy (self->data + self->n_data, data, n);
  self->n_data += n;
  self->size += n;

  return self->folder == NULL || self->n_data <= limit || flush (self, error);
}

/**
 * dm_spool_finish:
 *
 * After the last was put.
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_FILE
 */
gboolean
dm_spool_finish (DmSpool *self, GError **error)
{
  void *mapped;

  if (self->fd >= 0 && !flush (self, error))
    return FALSE;
  if (self->fd < 0)
    return TRUE;

  mapped = mmap (NULL, self->size, PROT_READ, MAP_SHARED, self->fd, 0);
  if (mapped == MAP_FAILED)
    return return_to_memory (self, error);

  self->mapped = mapped;
  g_clear_pointer (&self->data, g_free);
  self->n_data = self->capacity = 0;

  return TRUE;
}

size_t
dm_spool_get_size (const DmSpool *self)
{
  return self->size;
}

/**
 * dm_spool_get_data:
 *
 * Returns: (transfer none) (nullable): all bytes, once it is finished; only to
 * be read if it is a file
 */
guint8 *
dm_spool_get_data (const DmSpool *self)
{
  return self->mapped != NULL ? self->mapped : self->data;
}

gboolean
dm_spool_is_file (const DmSpool *self)
{
  return self->mapped != NULL;
}
