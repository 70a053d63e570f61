/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/card.h"
#include "model/config.h"
#include "model/unet.h"

/* A weights file, ready to draw: shared by threads, never changed. */
typedef struct _DmModel DmModel;

DmModel        *dm_model_load (const char *path, GError **error);
DmModel        *dm_model_ref (DmModel *self);
void            dm_model_unref (DmModel *self);
const DmConfig *dm_model_get_config (const DmModel *self);
const DmCard   *dm_model_get_card (const DmModel *self);
const DmUnet   *dm_model_get_unet (const DmModel *self);

/* Folders where models live, in order: $GEGL_DIFFUSION_MODELS, then the
 * user's, then the system's data folders.
 */
char **dm_model_get_folders (void);
/* @name: "fashion" or a path; Returns: (transfer full): the file's path */
char  *dm_model_find (const char *name, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DmModel, dm_model_unref)
