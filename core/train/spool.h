/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stddef.h>

/* Bytes that are put one behind the other and read when all are there: in
 * memory as long as they are few, else in a file without a name, so that sets
 * of pictures may be larger than memory.
 */
typedef struct _DmSpool DmSpool;

/* Bytes that stay in memory. */
#define DM_SPOOL_MEMORY ((size_t) 256 << 20)

DmSpool *dm_spool_new (const char *folder, size_t memory);
void     dm_spool_free (DmSpool *self);
gboolean
dm_spool_add (DmSpool *self, gconstpointer data, size_t n, GError **error);
gboolean dm_spool_finish (DmSpool *self, GError **error);
size_t   dm_spool_get_size (const DmSpool *self);
guint8  *dm_spool_get_data (const DmSpool *self);
gboolean dm_spool_is_file (const DmSpool *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmSpool, dm_spool_free)
