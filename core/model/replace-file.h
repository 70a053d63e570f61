/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* A file that is written aside and takes its place when it is complete. */
typedef struct
{
  char *path;      /* that it will have  */
  char *temporary; /* in the same folder */
  int   fd;
} DmReplaceFile;

gboolean
dm_replace_file_begin (DmReplaceFile *self, const char *path, GError **error);
gboolean dm_replace_file_write (DmReplaceFile *self,
                                gconstpointer  data,
                                gsize          n,
                                GError       **error);
gboolean dm_replace_file_write_at (DmReplaceFile *self,
                                   gconstpointer  data,
                                   gsize          n,
                                   guint64        at,
                                   GError       **error);
gboolean dm_replace_file_commit (DmReplaceFile *self, GError **error);
void     dm_replace_file_clear (DmReplaceFile *self);
