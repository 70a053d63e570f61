/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/config.h"

#include <string.h>

/**
 * dm_config_init:
 *
 * A network for small pictures, and the paper's law of noise.
 */
void
dm_config_init (DmConfig *self)
{
  *self = (DmConfig){
    .resolution = 32,
    .channels = 3,
    .n_classes = 10,
    .width = 64,
    .n_levels = 3,
    .multipliers = { 1, 2, 2 },
    .n_blocks = 2,
    .attention = { false, false, true },
    .attention_middle = true,
    .head_width = 64,
    .n_groups = 32,
    .embedding = 256,
    .patch = 1,
    .prediction = DM_PREDICTION_EPS,
    .sigma_data = 0.5,
    .logsnr_min = -20.0,
    .logsnr_max = 20.0,
  };
}

static const char *const task_names[DM_N_TASKS] = {
  [DM_TASK_DIFFUSION] = "diffusion",
  [DM_TASK_CLASSIFIER] = "classifier",
};

const char *
dm_task_get_name (DmTask task)
{
  return task_names[task];
}

/**
 * dm_task_from_name:
 * @task: (out)
 *
 * Returns: whether there is such a task.
 */
bool
dm_task_from_name (DmTask *task, const char *name)
{
  for (int i = 0; i < DM_N_TASKS; i++)
    if (strcmp (task_names[i], name) == 0)
      {
        *task = (DmTask) i;
        return true;
      }

  return false;
}

/**
 * dm_config_get_stride:
 *
 * Returns: what the sides of a picture must be multiples of, in pixels.
 */
size_t
dm_config_get_stride (const DmConfig *self)
{
  return self->patch << (self->n_levels - 1);
}

/**
 * dm_config_get_level_width:
 *
 * Returns: channels of a level.
 */
size_t
dm_config_get_level_width (const DmConfig *self, size_t level)
{
  return self->width * self->multipliers[level];
}

/**
 * dm_config_has_attention:
 *
 * Returns: whether cells of some level see all others.
 */
bool
dm_config_has_attention (const DmConfig *self)
{
  for (size_t level = 0; level < self->n_levels; level++)
    if (self->attention[level])
      return true;

  return self->attention_middle;
}

/**
 * dm_config_fits_any_canvas:
 *
 * A network without attention sees no further than its convolutions reach. One
 * with attention does so in a window of the size it was trained on; that is
 * what it has learnt only if its pictures had no edges.
 *
 * Returns: whether the network can draw on a canvas of any size.
 */
bool
dm_config_fits_any_canvas (const DmConfig *self)
{
  return self->circular || !dm_config_has_attention (self);
}

/**
 * dm_config_is_texture:
 *
 * A picture of a thing has a size; one that wraps goes on for ever. Networks
 * that were trained on such pictures draw at whatever size is asked for.
 *
 * Returns: whether drawing a whole canvas is what a user expects.
 */
bool
dm_config_is_texture (const DmConfig *self)
{
  return self->circular;
}

/**
 * dm_config_is_scaled:
 *
 * Returns: whether the network is told the scale of a picture.
 */
bool
dm_config_is_scaled (const DmConfig *self)
{
  return self->scale_max > 0.0;
}
