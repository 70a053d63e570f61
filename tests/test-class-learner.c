/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <math.h>

#include "model-case.h"
#include "model/classifier.h"
#include "tensor/error.h"
#include "train-case.h"
#include "train/trainer-private.h"

#define N_STEPS 30

static DmConfig
classifier_config (void)
{
  DmConfig config = train_config;

  config.task = DM_TASK_CLASSIFIER;
  config.attention_middle = false;

  return config;
}

static DmTrainer *
new_class_trainer (const DmDataset *set, DmPool *pool)
{
  DmTrainerOptions options = new_options ();
  DmConfig         config = classifier_config ();
  g_autoptr (GError) error = NULL;
  DmTrainer *self;

  options.n_images = N_STEPS * options.batch;
  self = dm_trainer_new (&config, set, &options, pool, &error);
  g_assert_no_error (error);

  return self;
}

/* Dark pictures and light ones are told apart; at first half are right by
 * chance, and the loss is that of not knowing.
 */
static void
test_learns (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (DmTrainer) trainer = new_class_trainer (set, NULL);
  DmTrainReport first = run_steps (trainer, 1);

  g_assert_cmpfloat_with_epsilon (first.loss, log (2.0), 0.3);
  run_steps (trainer, N_STEPS - 1);
  g_assert_cmpfloat (dm_trainer_accuracy (trainer), ==, 1.0);
  g_assert_cmpfloat (dm_trainer_held_out (trainer, N_HELD_OUT), <, 0.2);
}

/* Swapping the labels of held-out pictures turns right into wrong; one label
 * counts for one picture, also where the last batch is not full.
 */
static void
test_accuracy (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (DmTrainer) trainer = new_class_trainer (set, NULL);

  run_steps (trainer, N_STEPS);
  set->class_id[N_IMAGES] ^= 1;
  g_assert_cmpfloat (dm_trainer_accuracy (trainer), ==, 15.0 / 16.0);

  set->n_held_out = 13;
  g_assert_cmpfloat (dm_trainer_accuracy (trainer), ==, 12.0 / 13.0);
  set->n_held_out = N_HELD_OUT;

  for (size_t i = 1; i < N_HELD_OUT; i++)
    set->class_id[N_IMAGES + i] ^= 1;
  g_assert_cmpfloat (dm_trainer_accuracy (trainer), ==, 0.0);
}

/* The same bits for any number of workers. */
static void
test_workers (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  DmPool *pool = dm_pool_new (3);
  g_autoptr (DmTrainer) one = new_class_trainer (set, NULL);
  g_autoptr (DmTrainer) three = new_class_trainer (set, pool);

  run_steps (one, 5);
  run_steps (three, 5);
  assert_same_weights (one, three);
  g_clear_pointer (&three, dm_trainer_free);
  dm_pool_free (pool);
}

/* In parts it is the same but for rounding; the share that is right is the same
 * for any part; the forecast falls with the part, and a limit makes parts.
 */
static void
test_parts (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (DmTrainer) whole = new_class_trainer (set, NULL);
  g_autoptr (DmTrainer) parts = new_class_trainer (set, NULL);
  g_autoptr (GError) error = NULL;
  const DmParams *wanted = dm_trainer_get_params (whole);
  const DmParams *found = dm_trainer_get_params (parts);
  double          loss = run_steps (whole, 5).loss;
  size_t          forecast = dm_trainer_forecast (whole);

  g_assert_true (dm_trainer_set_part (parts, 2, &error));
  g_assert_cmpfloat_with_epsilon (run_steps (parts, 5).loss, loss, 1e-5);
  dm_assert_near (found->values, wanted->values, wanted->n_values, 2e-5);
  g_assert_cmpfloat_with_epsilon (dm_trainer_held_out (parts, 16),
                                  dm_trainer_held_out (whole, 16), 1e-5);
  g_assert_cmpfloat (dm_trainer_accuracy (parts), ==,
                     dm_trainer_accuracy (whole));
  g_assert_cmpuint (dm_trainer_forecast (parts), <, forecast);
}

/* The plan of the forecast is the plan that is made. */
static void
test_forecast (void)
{
  DmConfig config = classifier_config ();
  g_autoptr (DmClassifier) net = dm_classifier_new (&config);
  DmPool *pool = dm_pool_get_default ();

  for (int mode = DM_PLAN_INFER; mode <= DM_PLAN_TRAIN; mode++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DmClassifierPlan) plan =
          dm_classifier_plan_new (net, (DmPlanMode) mode, 7, pool, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (dm_classifier_plan_get_bytes (plan), ==,
                        dm_classifier_plan_measure (net, (DmPlanMode) mode, 7));
    }
}

/* A run begins with a classifier's weights, whatever its classes, but not with
 * those of a network that draws, nor the other way round.
 */
static void
test_init (const char *path)
{
  g_autoptr (DmDataset) set = new_dataset ();
  DmTrainerOptions options = new_options ();
  g_autoptr (DmTrainer) same = new_class_trainer (set, NULL);
  g_autoptr (DmTrainer) draws = new_trainer (set, &options, NULL), more = NULL;
  g_autoptr (GError) error = NULL;
  DmConfig config = classifier_config ();

  g_assert_true (dm_trainer_load_weights (same, path, &error));
  g_assert_cmpfloat (dm_trainer_accuracy (same), <=, 1.0);

  config.n_classes = set->n_classes = 3;
  more = dm_trainer_new (&config, set, &options, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (dm_trainer_load_weights (more, path, &error));

  g_assert_false (dm_trainer_load_weights (draws, path, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED);
}

/* A run that is saved and continued is one that never stopped; what it saves
 * is a classifier, which knows what the trainer says that it knows.
 */
static void
test_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("class-learner-XXXXXX", NULL);
  g_autofree char *state = g_build_filename (folder, "state", NULL);
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (DmTrainer) whole = new_class_trainer (set, NULL);
  g_autoptr (DmTrainer) rest = new_class_trainer (set, NULL);
  g_autoptr (DmCard) card = dm_card_new (), found = NULL;
  g_autoptr (DmClassifier) net = NULL;

  run_steps (whole, 7);
  g_assert_true (dm_trainer_save_state (whole, state, &error));
  run_steps (whole, 8);
  g_assert_true (dm_trainer_load_state (rest, state, &error));
  g_assert_no_error (error);
  run_steps (rest, 8);
  assert_same_weights (whole, rest);

  g_strfreev (card->class_names);
  card->class_names = g_strdupv (set->class_names);
  card->accuracy = dm_trainer_accuracy (whole);
  g_assert_true (
      dm_trainer_save_weights (whole, path, card, DM_DTYPE_F32, &error));
  net = dm_classifier_load (path, &found, &error);
  g_assert_no_error (error);
  g_assert_nonnull (net);
  g_assert_cmpfloat (found->accuracy, ==, card->accuracy);
  test_init (path);
  dm_test_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/class-learner/learns", test_learns);
  g_test_add_func ("/class-learner/accuracy", test_accuracy);
  g_test_add_func ("/class-learner/workers", test_workers);
  g_test_add_func ("/class-learner/parts", test_parts);
  g_test_add_func ("/class-learner/forecast", test_forecast);
  g_test_add_func ("/class-learner/files", test_files);

  return g_test_run ();
}
