/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "check.h"
#include "train/trainer.h"

/* A dataset made here: two classes, dark pictures and light ones. */

#define SIDE 8
#define N_IMAGES 48
#define N_HELD_OUT 16

static const DmConfig train_config = {
  .resolution = SIDE,
  .channels = 1,
  .n_classes = 2,
  .width = 8,
  .n_levels = 2,
  .multipliers = { 1, 2 },
  .n_blocks = 1,
  .attention_middle = true,
  .head_width = 8,
  .n_groups = 4,
  .embedding = 16,
  .patch = 1,
  .dropout = 0.1,
  .prediction = DM_PREDICTION_V,
  .sigma_data = 0.5,
  .logsnr_min = -20.0,
  .logsnr_max = 20.0,
};

static inline DmDataset *
new_dataset (void)
{
  DmDataset *set = g_new0 (DmDataset, 1);
  size_t     n = N_IMAGES + N_HELD_OUT;

  *set = (DmDataset){
    .name = g_strdup ("made"),
    .format = g_strdup ("test"),
    .side = SIDE,
    .channels = 1,
    .n_classes = 2,
    .class_names = g_strdupv ((char *[]){ "dark", "light", NULL }),
    .n_images = N_IMAGES,
    .n_held_out = N_HELD_OUT,
    .pixels = g_new (guint8, n * SIDE * SIDE),
    .n_bytes = n * SIDE * SIDE,
    .places = g_new (DmPlace, n),
    .class_id = g_new (int, n),
    .images_per_class = g_new0 (gint64, 2),
    .turned = g_new0 (gboolean, 2),
    .jitter = g_new0 (float, 2),
    .skipped = g_ptr_array_new_with_free_func (g_free),
    .augment = { .mirror = TRUE },
  };

  for (size_t i = 0; i < n; i++)
    {
      set->class_id[i] = (int) (i % 2);
      set->places[i] = (DmPlace){ i * SIDE * SIDE, SIDE, SIDE, i };
      for (size_t k = 0; k < SIDE * SIDE; k++)
        set->pixels[i * SIDE * SIDE + k] =
            (guint8) ((i % 2) * 150 + (i * 7 + k) % 60);
    }

  return set;
}

static inline DmTrainerOptions
new_options (void)
{
  DmTrainerOptions options = DM_TRAINER_INIT;

  options.batch = 8;
  options.n_images = 20 * 8;
  options.warm_up = 40;
  options.rate = 2e-3;
  options.seed = 3;

  return options;
}

static inline DmTrainer *
new_trainer (const DmDataset        *set,
             const DmTrainerOptions *options,
             DmPool                 *pool)
{
  g_autoptr (GError) error = NULL;
  DmTrainer *self = dm_trainer_new (&train_config, set, options, pool, &error);

  g_assert_no_error (error);

  return self;
}

static inline DmTrainReport
run_steps (DmTrainer *self, int n)
{
  DmTrainReport report = { 0 };

  for (int i = 0; i < n; i++)
    {
      g_autoptr (GError) error = NULL;

      dm_trainer_step (self, &report, &error);
      g_assert_no_error (error);
    }

  return report;
}

static inline void
assert_same_weights (DmTrainer *a, DmTrainer *b)
{
  const DmParams *p = dm_trainer_get_params (a);
  const DmParams *q = dm_trainer_get_params (b);

  g_assert_cmpuint (p->n_values, ==, q->n_values);
  dm_assert_same (p->values, q->values, p->n_values);
}
