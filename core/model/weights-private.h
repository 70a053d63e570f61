/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/weights-header.h"
#include "model/weights.h"

struct _DmWeights
{
  GBytes     *bytes; /* NULL if only the header was read */
  DmHeader   *header;
  GHashTable *by_name; /* char * → DmStored *, both the header's */
  gboolean    has_config;
  DmConfig    config;
  DmCard     *card;
};

DmWeights *dm_weights_new_from_header (const char   *text,
                                       gsize         length,
                                       const guint8 *data,
                                       guint64       data_size,
                                       GError      **error);
