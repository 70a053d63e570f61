/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/picture.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "image/hush.h"
#include "image/picture-file.h"
#include "tensor/error.h"

/* --- loading -------------------------------------------------------------- */

/* Returns: (transfer full) (nullable): what @loader reads */
static GeglBuffer *
read_file (const char *loader, const char *path)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *source =
      gegl_node_new_child (graph, "operation", loader, "path", path, NULL);
  GeglBuffer *buffer = NULL;
  GeglNode   *sink =
      gegl_node_new_child (graph, "operation", "gegl:buffer-sink", "buffer",
                           &buffer, "format", NULL, NULL);

  gegl_node_link (source, sink);
  gegl_node_process (sink);

  return buffer;
}

/**
 * dm_picture_load:
 *
 * Reads whatever GEGL reads, each pixel as it stands in the file. One that its
 * loader warns of counts as damaged.
 *
 * Errors: %DM_ERROR_FILE, %DM_ERROR_UNSUPPORTED
 *
 * Returns: (transfer full) (nullable): in the format of the file
 */
GeglBuffer *
dm_picture_load (const char *path, GError **error)
{
  unsigned    orientation = 1;
  DmHush      hush;
  const char *loader;
  GeglBuffer *buffer = NULL;

  dm_hush_begin (&hush);
  loader = dm_picture_file_get_loader (path, &orientation, error);
  if (loader != NULL && orientation != 1)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED,
                   _ ("%s: the picture lies on its side; turn it upright, and "
                      "save it so, first"),
                   path);
    }
  else if (loader != NULL)
    {
      hush.warned = FALSE;
      buffer = read_file (loader, path);
      if (buffer == NULL || hush.warned)
        {
          g_clear_object (&buffer);
          g_set_error (error, DM_ERROR, DM_ERROR_FILE,
                       _ ("%s: GEGL cannot read this picture; it may be "
                          "damaged"),
                       path);
        }
    }
  dm_hush_end (&hush);

  return buffer;
}

/* --- saving --------------------------------------------------------------- */

static void
save_buffer (const char *path, GeglBuffer *buffer, int bits)
{
  g_autoptr (GeglNode) graph = gegl_node_new ();
  GeglNode *source = gegl_node_new_child (
      graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode *sink = gegl_node_new_child (graph, "operation", "gegl:png-save",
                                        "path", path, "bitdepth", bits, NULL);

  gegl_node_link (source, sink);
  gegl_node_process (sink);
}

/* Renaming over /dev/null would take it from everybody. */
static gboolean
is_replaceable (const char *path)
{
  return !g_file_test (path, G_FILE_TEST_EXISTS) ||
         g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/* GEGL does not say whether it could write: see whether it reads. Where no file
 * can be, it is not asked: its error would be lost, and leak.
 */
static gboolean
write_png (const char *path, GeglBuffer *buffer, int bits)
{
  DmHush hush;

  if (!g_file_set_contents (path, "", 0, NULL))
    return FALSE;

  dm_hush_begin (&hush);
  save_buffer (path, buffer, bits);
  dm_hush_end (&hush);

  return dm_picture_file_get_loader (path, NULL, NULL) != NULL;
}

/**
 * dm_picture_save_png:
 * @bits: of a channel, 8 or 16
 *
 * Writes a PNG aside and renames it over @path.
 *
 * Errors: %DM_ERROR_FILE; the former file is as it was
 */
gboolean
dm_picture_save_png (const char *path,
                     GeglBuffer *buffer,
                     int         bits,
                     GError    **error)
{
  g_autofree char *aside = g_strconcat (path, ".part", NULL);

  if (is_replaceable (path) && write_png (aside, buffer, bits) &&
      g_rename (aside, path) == 0)
    return TRUE;

  g_unlink (aside);
  g_set_error (error, DM_ERROR, DM_ERROR_FILE,
               _ ("%s: the picture cannot be written; see whether the folder "
                  "exists and the disk has room"),
               path);

  return FALSE;
}
