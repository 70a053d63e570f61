/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/card.h"
#include "model/config.h"

/* A .safetensors file: 8 bytes length of the header, a JSON header, tensors.
 * All numbers of the header are checked before use. Immutable once open.
 */
typedef enum
{
  DM_DTYPE_F32,
  DM_DTYPE_F16,
  DM_DTYPE_BF16,
  DM_DTYPE_U8,
  DM_DTYPE_I64
} DmDtype;

const char *dm_dtype_get_name (DmDtype dtype);

typedef struct
{
  char         *name;
  DmDtype       dtype;
  guint         n_dims;
  guint64       shape[8];
  gconstpointer data; /* little-endian, lent by the file */
  gsize         n_bytes;
} DmStored;

typedef struct _DmWeights DmWeights;

/* Opens or parses a whole file and checks its sum. The header is read alone,
 * without touching the tensors, by dm_weights_open_header(): cheap enough for a
 * host's start.
 */
DmWeights *dm_weights_open (const char *path, GError **error);
DmWeights *dm_weights_open_header (const char *path, GError **error);
DmWeights *dm_weights_parse (GBytes *bytes, GError **error);
void       dm_weights_free (DmWeights *self);

const DmConfig *dm_weights_get_config (const DmWeights *self);
const DmCard   *dm_weights_get_card (const DmWeights *self);
guint           dm_weights_get_n_tensors (const DmWeights *self);
const DmStored *dm_weights_get_tensor (const DmWeights *self, guint i);
const DmStored *dm_weights_find (const DmWeights *self, const char *name);

/* @value: [n], n elements of the tensor's shape, converted to float */
gboolean dm_weights_read (const DmWeights *self,
                          const char      *name,
                          float           *value,
                          gsize            n,
                          GError         **error);

/* Saving: written aside, flushed, then renamed over @path, which stays as it
 * was on any failure. @config and @card may be NULL (files of plain tensors);
 * @metadata: (nullable) further (key, value) strings.
 */
typedef struct
{
  const char *name;
  DmDtype     dtype; /* stored as; F32, F16 and BF16 take @value as float,
                        U8 and I64 take their own type */
  guint         n_dims;
  guint64       shape[8];
  gconstpointer value;
} DmToStore;

gboolean dm_weights_save (const char      *path,
                          const DmConfig  *config,
                          const DmCard    *card,
                          GHashTable      *metadata,
                          const DmToStore *tensors,
                          guint            n_tensors,
                          GError         **error);
gboolean
dm_weights_set_card (const char *path, const DmCard *card, GError **error);
const char *dm_weights_get_metadata (const DmWeights *self, const char *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmWeights, dm_weights_free)
