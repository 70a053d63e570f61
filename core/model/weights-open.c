/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/weights-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tensor/error.h"

/* "my-fashion_model.safetensors" to "My fashion model" */
static void
set_default_title (DmWeights *self, const char *path)
{
  g_autofree char *name = NULL, *shown = NULL;
  char            *dot;
  g_autofree char *first = NULL;

  if (self->card->title != NULL && *self->card->title != '\0')
    return;

  name = g_path_get_basename (path);
  shown = g_filename_display_name (name);
  dot = strrchr (shown, '.');
  if (dot != NULL && dot != shown)
    *dot = '\0';
  g_strdelimit (shown, "-_", ' ');

  first = g_utf8_strup (shown, g_utf8_next_char (shown) - shown);
  g_free (self->card->title);
  self->card->title = g_strconcat (first, g_utf8_next_char (shown), NULL);
}

static void
set_errno (GError **error, int number)
{
  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("cannot be opened: %s"),
               g_strerror (number));
}

/* Opens a plain file, never waiting as a pipe would make us; -1 on failure. */
static int
open_plain (const char *path, guint64 *size, GError **error)
{
  int         fd = g_open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);
  struct stat status;

  if (fd < 0 || fstat (fd, &status) != 0)
    {
      set_errno (error, errno);
    }
  else if (!S_ISREG (status.st_mode))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_FILE,
                           _ ("a folder or a device, not a weights file"));
    }
  else
    {
      *size = (guint64) status.st_size;
      return fd;
    }

  if (fd >= 0)
    close (fd);

  return -1;
}

static gboolean
read_at (int fd, gpointer data, gsize n, gsize at, GError **error)
{
  char *to = data;

  while (n > 0)
    {
      ssize_t done = pread (fd, to, n, (off_t) at);

      if (done < 0 && errno == EINTR)
        continue;
      if (done <= 0)
        {
          set_errno (error, done < 0 ? errno : EIO);
          return FALSE;
        }
      to += done;
      at += (gsize) done;
      n -= (gsize) done;
    }

  return TRUE;
}

static DmWeights *
read_header (int fd, guint64 size, GError **error)
{
  guint8           prefix[DM_HEADER_PREFIX] = { 0 };
  gsize            length;
  g_autofree char *text = NULL;

  if (!read_at (fd, prefix, MIN (size, sizeof prefix), 0, error) ||
      !dm_header_get_length (prefix, size, &length, error))
    return NULL;

  text = g_try_malloc (length);
  if (text == NULL)
    {
      set_errno (error, ENOMEM);
      return NULL;
    }

  if (!read_at (fd, text, length, DM_HEADER_PREFIX, error))
    return NULL;

  return dm_weights_new_from_header (text, length, NULL,
                                     size - DM_HEADER_PREFIX - length, error);
}

static DmWeights *
map (int fd, guint64 size G_GNUC_UNUSED, GError **error)
{
  g_autoptr (GError) cause = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (fd, FALSE, &cause);
  g_autoptr (GBytes) bytes = NULL;

  if (file == NULL)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("cannot be opened: %s"),
                   cause->message);
      return NULL;
    }

  bytes = g_mapped_file_get_bytes (file);

  return dm_weights_parse (bytes, error);
}

static DmWeights *
open_by (DmWeights *(*read) (int fd, guint64 size, GError **error),
         const char *path,
         GError    **error)
{
  DmWeights *self = NULL;
  guint64    size = 0;
  int        fd = open_plain (path, &size, error);

  if (fd >= 0)
    {
      self = read (fd, size, error);
      close (fd);
    }

  if (self != NULL)
    set_default_title (self, path);
  else
    {
      g_autofree char *shown = g_filename_display_name (path);

      g_prefix_error (error, "%s: ", shown);
    }

  return self;
}

/**
 * dm_weights_open:
 * @path: in the file system's encoding
 *
 * Maps the file and checks all of it, its sum included.
 *
 * Errors: DM_ERROR_FILE, DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full):
 */
DmWeights *
dm_weights_open (const char *path, GError **error)
{
  return open_by (map, path, error);
}

/**
 * dm_weights_open_header:
 * @path: in the file system's encoding
 *
 * Reads and checks the header alone: tensors have no data, and damage to them
 * is not seen unless it changes the file's length.
 *
 * Errors: as dm_weights_open()
 *
 * Returns: (transfer full):
 */
DmWeights *
dm_weights_open_header (const char *path, GError **error)
{
  return open_by (read_header, path, error);
}
