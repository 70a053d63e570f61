/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/replace-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"

static gboolean
fail (int number, GError **error)
{
  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("cannot be written: %s"),
               g_strerror (number));

  return FALSE;
}

/* Where @path leads: a link stays, and what it points to is replaced. Devices
 * are refused: renaming over /dev/null would take it from everybody.
 */
static char *
resolve (const char *path, GError **error)
{
  struct stat status;
  char       *real, *copy;

  if (stat (path, &status) != 0)
    return g_strdup (path);

  if (!S_ISREG (status.st_mode))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_FILE,
                           _ ("cannot be written: a folder or a device has "
                              "this name"));
      return NULL;
    }

  real = realpath (path, NULL);
  copy = g_strdup (real != NULL ? real : path);
  free (real);

  return copy;
}

/**
 * dm_replace_file_begin:
 * @self: (out): to be cleared by dm_replace_file_clear(), come what may
 *
 * Errors: DM_ERROR_FILE
 */
gboolean
dm_replace_file_begin (DmReplaceFile *self, const char *path, GError **error)
{
  g_autofree char *folder = NULL, *name = NULL;

  *self = (DmReplaceFile){ .fd = -1 };

  self->path = resolve (path, error);
  if (self->path == NULL)
    return FALSE;

  folder = g_path_get_dirname (self->path);
  name = g_path_get_basename (self->path);
  self->temporary = g_strdup_printf ("%s/.%.200s.XXXXXX", folder, name);
  self->fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0666);
  if (self->fd < 0)
    {
      int number = errno;

      g_clear_pointer (&self->temporary, g_free);
      return fail (number, error);
    }

  return TRUE;
}

/**
 * dm_replace_file_write:
 * @data: [n] bytes, behind what was written before
 *
 * Errors: DM_ERROR_FILE
 */
gboolean
dm_replace_file_write (DmReplaceFile *self,
                       gconstpointer  data,
                       gsize          n,
                       GError       **error)
{
  const char *from = data;

  while (n > 0)
    {
      ssize_t done = write (self->fd, from, n);

      if (done < 0 && errno != EINTR)
        return fail (errno, error);
      if (done > 0)
        {
          from += done;
          n -= (gsize) done;
        }
    }

  return TRUE;
}

/**
 * dm_replace_file_write_at:
 * @data: [n] bytes, over what was written at @at
 *
 * Errors: DM_ERROR_FILE
 */
gboolean
dm_replace_file_write_at (DmReplaceFile *self,
                          gconstpointer  data,
                          gsize          n,
                          guint64        at,
                          GError       **error)
{
  if (lseek (self->fd, (off_t) at, SEEK_SET) < 0)
    return fail (errno, error);

  return dm_replace_file_write (self, data, n, error);
}

/* Some file systems cannot flush; that is not our failure. */
static gboolean
flush (int fd)
{
  return fsync (fd) == 0 || errno == EINVAL || errno == ENOTSUP;
}

/* After it the new name survives a loss of power, too. */
static void
flush_folder (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int              fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd >= 0)
    {
      flush (fd);
      close (fd);
    }
}

/**
 * dm_replace_file_commit:
 *
 * Flushes and gives the file its name. After a failure, at any stage, the
 * former file is as it was.
 *
 * Errors: DM_ERROR_FILE
 */
gboolean
dm_replace_file_commit (DmReplaceFile *self, GError **error)
{
  int fd = self->fd;

  if (!flush (fd))
    return fail (errno, error);

  self->fd = -1;
  if (close (fd) != 0 && errno != EINTR)
    return fail (errno, error);
  if (g_rename (self->temporary, self->path) != 0)
    return fail (errno, error);

  g_clear_pointer (&self->temporary, g_free);
  flush_folder (self->path);

  return TRUE;
}

/**
 * dm_replace_file_clear:
 *
 * Frees; removes what was written aside unless it was committed.
 */
void
dm_replace_file_clear (DmReplaceFile *self)
{
  if (self->fd >= 0)
    close (self->fd);
  if (self->temporary != NULL)
    g_unlink (self->temporary);

  g_clear_pointer (&self->temporary, g_free);
  g_clear_pointer (&self->path, g_free);
  self->fd = -1;
}
