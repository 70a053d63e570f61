/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "evaluate/neighbours.h"
#include "evaluate/real-pictures.h"
#include "evaluate/report.h"
#include "evaluate/scores.h"
#include "model-case.h"
#include "tensor/error.h"
#include "train-case.h"

/* A classifier and a model of the dark and light pictures of train-case.h. */

#define N_SAMPLES 40
#define DIM 16

static char *folder, *net_path, *model_path;

static inline void
save (DmTask task, const char *path, int n_steps)
{
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (DmTrainer) trainer = NULL;
  g_autoptr (DmCard) card = dm_card_new ();
  g_autoptr (GError) error = NULL;
  DmTrainerOptions options = new_options ();
  DmConfig         config = train_config;

  config.task = task;
  config.attention_middle = task == DM_TASK_DIFFUSION;
  trainer = dm_trainer_new (&config, set, &options, NULL, &error);
  g_assert_no_error (error);
  run_steps (trainer, n_steps);

  g_strfreev (card->class_names);
  card->class_names = g_strdupv (set->class_names);
  dm_trainer_save_weights (trainer, path, card, DM_DTYPE_F32, &error);
  g_assert_no_error (error);
}

typedef struct
{
  DmDataset          *set;
  DmFeatureNet       *net;
  DmModel            *model;
  DmSettings          settings;
  DmPool             *pool;
  DmEvaluationOptions options;
} Fixture;

static inline void
set_up (Fixture *self, gconstpointer n_workers)
{
  g_autoptr (GError) error = NULL;

  self->pool = dm_pool_new (GPOINTER_TO_SIZE (n_workers));
  self->set = new_dataset ();
  self->net = dm_feature_net_open (net_path, self->pool, &error);
  g_assert_no_error (error);
  self->model = dm_model_load (model_path, &error);
  g_assert_no_error (error);
  dm_settings_init (&self->settings, self->model);
  self->settings.n_steps = 3;
  self->options = (DmEvaluationOptions){
    .model = self->model,
    .net = self->net,
    .dataset = self->set,
    .n_samples = N_SAMPLES,
    .seed = 5,
    .pool = self->pool,
  };
}

static inline void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_feature_net_free (self->net);
  dm_dataset_free (self->set);
  dm_model_unref (self->model);
  dm_pool_free (self->pool);
}

static inline void
look (Fixture *self, DmRealPictures *pictures, const DmDataset *set, size_t n)
{
  g_autoptr (GError) error = NULL;

  dm_real_pictures_init (pictures, self->net, set, n, 5, self->pool, NULL, NULL,
                         &error);
  g_assert_no_error (error);
}

static inline DmEvaluation *
new_evaluation (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  DmEvaluation *evaluation =
      dm_evaluation_new (&self->options, NULL, NULL, &error);

  g_assert_no_error (error);

  return evaluation;
}

/* Before any test. */
static inline void
evaluation_case_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  folder = g_dir_make_tmp ("evaluation-XXXXXX", NULL);
  net_path = g_build_filename (folder, "net.safetensors", NULL);
  model_path = g_build_filename (folder, "model.safetensors", NULL);
  save (DM_TASK_CLASSIFIER, net_path, 20);
  save (DM_TASK_DIFFUSION, model_path, 2);
}

static inline int
evaluation_case_run (void)
{
  int status = g_test_run ();

  dm_test_remove (folder);
  g_free (folder);
  g_free (net_path);
  g_free (model_path);

  return status;
}

/* With two threads. */
#define ADD(name, function)                                                    \
  g_test_add (name, Fixture, GSIZE_TO_POINTER (2), set_up, function, tear_down)
