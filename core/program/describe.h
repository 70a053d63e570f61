/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "model/weights.h"

/* What all tensors of a file are together. */
typedef struct
{
  guint64 n_values, n_bytes;
  char   *dtypes; /* "BF16, F32" */
} DmTotals;

DmTotals dm_describe_count (const DmWeights *weights);

/* A weights file as people and as programs read it. */
char *
dm_describe_text (const DmWeights *weights, const char *path, gboolean tensors);
JsonObject *dm_describe_json (const DmWeights *weights, const char *path);
