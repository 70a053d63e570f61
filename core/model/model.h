/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/card.h"
#include "model/config.h"
#include "model/unet.h"
#include "model/weights.h"

/* A weights file, ready to draw: shared by threads, never changed. */
typedef struct _DmModel DmModel;

DmModel        *dm_model_load (const char *path, GError **error);
DmModel        *dm_model_ref (DmModel *self);
void            dm_model_unref (DmModel *self);
const DmConfig *dm_model_get_config (const DmModel *self);
const DmCard   *dm_model_get_card (const DmModel *self);
const DmUnet   *dm_model_get_unet (const DmModel *self);

/* Values of a network's parameters from a file that has just these. */
gboolean
dm_params_read (DmParams *self, const DmWeights *weights, GError **error);

/* Whether a file is for what it is wanted for. */
gboolean
dm_model_check_task (const DmWeights *weights, DmTask task, GError **error);

/* The header of a file that must be a model, not just tensors. */
DmWeights *dm_model_open_header (const char *path, GError **error);

/* Folders where models live, in order: $GEGL_DIFFUSION_MODELS, then the
 * user's, then the system's data folders.
 */
char **dm_model_get_folders (void);
/* @name: "fashion" or a path; Returns: (transfer full): the file's path */
char *dm_model_find (const char *name, GError **error);

/* What a weights file is called; NAME.safetensors is the model NAME. */
#define DM_MODEL_ENDING ".safetensors"

typedef struct
{
  char    *name;   /* UTF-8 */
  char    *path;   /* in the file system's encoding            */
  gboolean hidden; /* a folder before has a model of that name */
} DmModelFile;

GPtrArray *dm_model_list (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmModel, dm_model_unref)
