/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#include "tensor/terms.h"

#define DM_MAX_LEVELS 8
#define DM_MAX_PATCH 8

/* What a network is for. */
typedef enum
{
  DM_TASK_DIFFUSION,  /* a U-Net, which draws pictures         */
  DM_TASK_CLASSIFIER, /* its way down, which tells them apart  */
  DM_N_TASKS
} DmTask;

const char *dm_task_get_name (DmTask task);
bool        dm_task_from_name (DmTask *task, const char *name);

/* All that gives the network its shape and its output a meaning. Plain data,
 * stored in the weights file under the same names.
 */
typedef struct
{
  DmTask task; /* a classifier has no attention and no condition, and its
                  output's meaning no fields                            */

  /* the picture */
  size_t resolution; /* native side, pixels; a multiple of
                        dm_config_get_stride ()                         */
  size_t channels;   /* 1 gray, 3 R'G'B'                                 */
  size_t n_classes;  /* without the null class                           */

  /* the network */
  size_t width; /* channels of the first level                      */
  size_t n_levels;
  size_t multipliers[DM_MAX_LEVELS]; /* of width, per level              */
  size_t n_blocks; /* residual blocks per level on the way down; one
                      more on the way up                               */
  bool   attention[DM_MAX_LEVELS]; /* self-attention at that level      */
  bool   attention_middle;
  size_t head_width; /* channels of one attention head                   */
  size_t n_groups;   /* of the group norms                               */
  size_t embedding;  /* width of the conditioning vector                 */
  size_t patch;      /* side of a cell, pixels, up to DM_MAX_PATCH;
                        above 1: space-to-depth in, pixel-shuffle out    */
  bool   circular;   /* padding: the picture wraps; else zeros           */
  double dropout;    /* in residual blocks, while training               */

  /* the meaning of its input: it is told a scale within this range, in pixels
     per pixel of the pictures it was trained on; 0, 0: it is told none */
  double scale_min, scale_max;

  /* it is told what has been done to a picture, see DmDistortion */
  bool augmented;

  /* the meaning of its output */
  DmPrediction prediction;
  double       sigma_data; /* of x0, for DM_PREDICTION_X0                */
  double       logsnr_min, logsnr_max; /* range of the schedule          */
} DmConfig;

void     dm_config_init (DmConfig *self);
gboolean dm_config_check (const DmConfig *self, GError **error);
bool     dm_config_has_attention (const DmConfig *self);
bool     dm_config_fits_any_canvas (const DmConfig *self);
bool     dm_config_is_texture (const DmConfig *self);
bool     dm_config_is_scaled (const DmConfig *self);
guint64  dm_config_estimate_parameters (const DmConfig *self);
size_t   dm_config_get_stride (const DmConfig *self);
size_t   dm_config_get_level_width (const DmConfig *self, size_t level);
