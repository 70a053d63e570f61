/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

/* Pictures of a folder as they were decoded, kept in a file for later runs: a
 * .safetensors file with the pixels of all, [height, width, 3] each, a table,
 * and names.
 */
typedef struct
{
  char   *name;    /* "class/file"                                        */
  guint64 n_bytes; /* of the file, as @changed is                         */
  gint64  changed; /* nanoseconds                                         */
  size_t  at, width, height;       /* among the pixels, and as it is kept */
  size_t  file_width, file_height; /* as it is in the file                */
} DmDecodedPicture;

void dm_decoded_picture_clear (gpointer picture);

typedef struct _DmDecoded DmDecoded;

char *dm_decoded_name (const char *folder, const char *path, const char *how);
DmDecoded              *dm_decoded_open (const char *file);
void                    dm_decoded_free (DmDecoded *self);
const DmDecodedPicture *dm_decoded_find (const DmDecoded *self,
                                         const char      *name,
                                         guint64          n_bytes,
                                         gint64           changed);
size_t                  dm_decoded_get_n (const DmDecoded *self);
const guint8           *dm_decoded_get_pixels (const DmDecoded *self);
size_t                  dm_decoded_get_n_bytes (const DmDecoded *self);

gboolean dm_decoded_save (const char   *file,
                          const GArray *pictures,
                          const guint8 *pixels,
                          size_t        n_bytes,
                          GError      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmDecoded, dm_decoded_free)
