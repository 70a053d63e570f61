/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/weights.h"

/* The header of a .safetensors file:
 *
 *   8 bytes   length of the JSON text, little-endian
 *   JSON      { "__metadata__": { key: text, … },
 *               name: { "dtype", "shape", "data_offsets": [from, to] }, … }
 *   data      the tensors, without holes; offsets count from here
 */
#define DM_HEADER_PREFIX 8
#define DM_HEADER_MAX (100 * 1000 * 1000)
#define DM_HEADER_ALIGNMENT 64 /* of the data in files that we write */
#define DM_HEADER_MAX_TENSORS 100000

/* Keys of the metadata that are ours. The sum is zlib's crc32() of the whole
 * file with the sum's eight hexadecimal digits taken as zeros.
 */
#define DM_HEADER_KEY "gegl-diffusion"
#define DM_HEADER_CRC_KEY "gegl-diffusion-crc32"
#define DM_HEADER_CRC_ZERO "00000000"
#define DM_HEADER_CRC_DIGITS 8

typedef struct
{
  DmStored stored; /* @data not set */
  guint64  from, to;
} DmEntry;

typedef struct
{
  GArray     *entries;  /* of DmEntry, in the order of their data */
  GHashTable *metadata; /* char * → char *                        */
} DmHeader;

DmHeader *dm_header_parse (const char *text,
                           gsize       length,
                           guint64     data_size,
                           GError    **error);
void      dm_header_free (DmHeader *self);

gboolean dm_header_get_length (const guint8 *file,
                               guint64       file_size,
                               gsize        *length,
                               GError      **error);

gboolean    dm_shape_get_n (const guint64 *shape, guint n_dims, guint64 *n);
const char *dm_header_find_crc (const char *text, gsize length);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmHeader, dm_header_free)
