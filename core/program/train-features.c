/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "program/train-run.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* The classifier sees so many times fewer pictures than the model has seen, and
 * is several times quicker with each.
 */
#define IMAGES_SHARE 4
#define FEWEST_IMAGES 20000
#define MOST_IMAGES 300000

/* It should be right so many times as often as who only guesses. */
#define BETTER_THAN_CHANCE 1.5

/* It is small: its features are to be far fewer than the pictures. */
#define WIDTH 16
#define BATCH 64

static DmConfig
make_config (const DmTrainRun *run)
{
  size_t   side = run->config.resolution;
  DmConfig config;

  dm_config_init (&config);
  config.task = DM_TASK_CLASSIFIER;
  config.resolution = side;
  config.channels = run->config.channels;
  config.n_classes = run->config.n_classes;
  config.width = WIDTH;
  config.n_groups = WIDTH / 2;
  config.patch = side % 2 == 0 ? 2 : 1;
  config.n_levels = side % (2 * config.patch) == 0 ? 2 : 1;
  config.multipliers[0] = 1;
  config.multipliers[1] = 2;
  config.n_blocks = 1;
  config.attention[2] = false;
  config.attention_middle = false;
  config.circular = run->config.circular;

  return config;
}

/* What the run, which is still there, leaves of what it may take; 0 for all. */
static size_t
get_memory (const DmTrainRun *run)
{
  size_t taken = dm_memory_get_resident ();

  if (run->memory.limit == 0)
    return 0;

  return run->memory.limit > taken ? run->memory.limit - taken : 1;
}

/**
 * dm_train_make_features:
 * @end: when to give up, see dm_train_may_go_on()
 *
 * Writes the classifier in whose features the pictures that the model draws are
 * compared. By the number of pictures it is the same on every machine.
 *
 * Errors: %DM_ERROR_CANCELLED; %DM_ERROR_DATA if it hardly tells classes apart;
 * those of training
 */
gboolean
dm_train_make_features (const DmTrainRun *run, gint64 end, GError **error)
{
  guint64          n = dm_trainer_get_images (run->trainer) / IMAGES_SHARE;
  DmConfig         config = make_config (run);
  DmTrainerOptions options = DM_TRAINER_INIT;
  g_autoptr (DmTrainer) trainer = NULL;
  g_autoptr (DmCard) card = NULL;

  options.batch = BATCH;
  options.n_images = CLAMP (n, FEWEST_IMAGES, MOST_IMAGES);
  options.warm_up = MIN (options.warm_up, options.n_images / 4);
  options.seed = (guint64) run->options.seed;
  options.memory = get_memory (run);
  trainer = dm_trainer_new (&config, run->dataset, &options, run->pool, error);
  if (trainer == NULL)
    return FALSE;

  while (!dm_trainer_is_done (trainer))
    {
      DmTrainReport report;

      if (!dm_train_may_go_on (end))
        {
          g_set_error_literal (error, DM_ERROR, DM_ERROR_CANCELLED,
                               _ ("the evaluation was stopped"));
          return FALSE;
        }
      if (!dm_trainer_step (trainer, &report, error))
        return FALSE;
    }

  card = dm_train_new_card (run, trainer);
  card->accuracy = dm_trainer_accuracy (trainer);
  if (run->dataset->n_held_out > 0 &&
      card->accuracy * config.n_classes < BETTER_THAN_CHANCE)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("the classifier that pictures are compared by tells "
                      "only %.0f %% of them right"),
                   100.0 * card->accuracy);
      return FALSE;
    }

  return dm_trainer_save_weights (trainer, run->features_path, card,
                                  DM_DTYPE_F32, error);
}
