/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/learner.h"

#include <glib/gi18n-lib.h>

#include "tensor/error.h"
#include "tensor/memory.h"
#include "train/distortion.h"

/**
 * dm_learner_init:
 * @self: (out) what all learners have
 * @params: (transfer none): the network's
 */
void
dm_learner_init (DmLearner *self,
                 const DmLearnerClass *class,
                 const DmLesson *lesson,
                 DmParams       *params)
{
  *self = (DmLearner){
    .class = class,
    .config = lesson->config,
    .dataset = lesson->dataset,
    .options = lesson->options,
    .params = params,
    .context = { .kernels = dm_kernels_get_default (), .pool = lesson->pool },
  };
}

/**
 * dm_learner_check_memory:
 *
 * Errors: %DM_ERROR_MEMORY if so many bytes cannot be had
 */
gboolean
dm_learner_check_memory (guint64 bytes, GError **error)
{
  g_autofree char *size = NULL;

  if (dm_memory_is_there (bytes))
    return TRUE;

  size = g_format_size (bytes);
  g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
               _ ("%s of memory are needed to train this network and "
                  "cannot be had; choose a smaller network or close other "
                  "programs"),
               size);

  return FALSE;
}

size_t
dm_learner_picture_floats (const DmLearner *self)
{
  const DmConfig *config = self->config;

  return config->resolution * config->resolution * config->channels;
}

static void
distort (const DmLearner *self, float *x0, const DmDistortion *distortion)
{
  size_t            n = dm_learner_picture_floats (self);
  g_autofree float *plain = g_memdup2 (x0, n * sizeof *x0);

  dm_distortion_apply (distortion, x0, plain, self->config->resolution,
                       self->config->channels);
}

/**
 * dm_learner_draw:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @scale: (out) as in dm_dataset_draw()
 * @labels: (out) (nullable) [DM_AUGMENT_LABELS], what has been done to it
 * @picture: number of the picture in the run
 *
 * A picture to learn from.
 *
 * Returns: its class.
 */
int
dm_learner_draw (const DmLearner *self,
                 float           *x0,
                 float           *scale,
                 float           *labels,
                 guint64          picture)
{
  guint64 seed = self->options->seed;
  int     class_id = dm_dataset_draw (self->dataset, x0, scale, seed, picture);
  DmDistortion distortion;

  dm_distortion_draw (&distortion, self->options->augment, seed, picture);
  if (!dm_distortion_is_none (&distortion))
    distort (self, x0, &distortion);
  if (labels != NULL)
    dm_distortion_get_labels (&distortion, labels);

  return class_id;
}

/**
 * dm_learner_get_held_out:
 * @x0: (out) [side, side, channels] in [-1, 1]
 * @scale: (out) as in dm_dataset_crop()
 * @i: which, modulo their number, always drawn alike
 *
 * Returns: its class.
 */
int
dm_learner_get_held_out (const DmLearner *self,
                         float           *x0,
                         float           *scale,
                         size_t           i)
{
  const DmDataset *set = self->dataset;

  return dm_dataset_crop (set, x0, scale, set->n_images + i % set->n_held_out,
                          self->options->seed, DM_HELD_OUT_FIRST + i);
}
