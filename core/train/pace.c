/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/pace.h"

#include <string.h>

#define FEWEST_STEPS 2

/* The first step touches all memory for the first time: it does not count. */
static void
measure (double *speed, DmTrainer *trainer, double seconds)
{
  DmTrainReport report;
  guint64       images;
  double        start;
  int           n = 0;

  dm_trainer_step (trainer, &report, NULL);
  images = report.images;
  start = report.seconds;

  while (n++ < FEWEST_STEPS || report.seconds - start < seconds)
    dm_trainer_step (trainer, &report, NULL);

  *speed =
      (double) (report.images - images) / MAX (report.seconds - start, 1e-9);
}

/**
 * dm_pace_measure:
 * @speed: (out) pictures a second
 * @config: fits @dataset
 * @seconds: that are enough; two steps are taken in any case
 *
 * Errors: those of dm_trainer_new()
 */
gboolean
dm_pace_measure (double                 *speed,
                 const DmConfig         *config,
                 const DmDataset        *dataset,
                 const DmTrainerOptions *options,
                 DmPool                 *pool,
                 double                  seconds,
                 GError                **error)
{
  g_autoptr (DmTrainer) trainer =
      dm_trainer_new (config, dataset, options, pool, error);

  if (trainer == NULL)
    return FALSE;

  measure (speed, trainer, seconds);

  return TRUE;
}

/**
 * dm_pace_measure_blank:
 * @speed: (out) pictures a second
 *
 * Errors: those of dm_trainer_new()
 */
gboolean
dm_pace_measure_blank (double                 *speed,
                       const DmConfig         *config,
                       const DmTrainerOptions *options,
                       DmPool                 *pool,
                       double                  seconds,
                       GError                **error)
{
  size_t n = config->resolution * config->resolution * config->channels;
  g_autofree guint8 *pixels = g_malloc (n);
  DmPlace            place = { 0, config->resolution, config->resolution, 0 };
  char              *names[] = { (char *) "blank", NULL };
  int                class_id = 0;
  gint64             one = 1;
  size_t             first = 0;
  gboolean           turned = FALSE;
  float              jitter = 0.0f;
  DmDataset          set = {
             .name = names[0],
             .format = names[0],
             .side = config->resolution,
             .channels = config->channels,
             .n_classes = 1,
             .class_names = names,
             .n_images = 1,
             .pixels = pixels,
             .n_bytes = n,
             .places = &place,
             .class_id = &class_id,
             .images_per_class = &one,
             .by_class = &first,
             .turned = &turned,
             .jitter = &jitter,
  };
  DmConfig fitting = *config;

  memset (pixels, 128, n);
  fitting.n_classes = 1;

  return dm_pace_measure (speed, &fitting, &set, options, pool, seconds, error);
}
