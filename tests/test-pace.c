/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/error.h"
#include "train/pace.h"
#include "train-case.h"

/* What is measured is of the order of what a run then has. */
static void
test_speed (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (DmTrainer) trainer = NULL;
  g_autoptr (GError) error = NULL;
  DmTrainerOptions options = new_options ();
  DmTrainReport    report;
  double           speed = 0.0, real;

  g_assert_true (dm_pace_measure (&speed, &train_config, set, &options, NULL,
                                  0.2, &error));
  g_assert_no_error (error);

  trainer = new_trainer (set, &options, NULL);
  report = run_steps (trainer, 20);
  real = (double) report.images / report.seconds;
  g_test_message ("%.0f, %.0f pictures a second", speed, real);
  g_assert_cmpfloat (speed, >, real / 5.0);
  g_assert_cmpfloat (speed, <, real * 5.0);
}

/* Measuring leaves no trace in the run that follows. */
static void
test_no_trace (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  DmTrainerOptions options = new_options ();
  g_autofree char *before = dm_dataset_digest (set), *after = NULL;
  g_autoptr (DmTrainer) first = new_trainer (set, &options, NULL);
  g_autoptr (DmTrainer) second = NULL;
  double speed;

  run_steps (first, 3);
  g_assert_true (
      dm_pace_measure (&speed, &train_config, set, &options, NULL, 0.0, NULL));
  second = new_trainer (set, &options, NULL);
  run_steps (second, 3);
  after = dm_dataset_digest (set);

  g_assert_cmpstr (before, ==, after);
  dm_assert_same (dm_trainer_get_params (first)->values,
                  dm_trainer_get_params (second)->values,
                  dm_trainer_get_params (first)->n_values);
}

static void
test_blank (void)
{
  g_autoptr (GError) error = NULL;
  DmTrainerOptions options = new_options ();
  double           speed = 0.0;

  g_assert_true (dm_pace_measure_blank (&speed, &train_config, &options, NULL,
                                        0.0, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (speed, >, 0.0);
}

static void
test_no_memory (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  g_autoptr (GError) error = NULL;
  DmTrainerOptions options = new_options ();
  double           speed;

  options.memory = 1;
  g_assert_false (dm_pace_measure (&speed, &train_config, set, &options, NULL,
                                   0.0, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pace/speed", test_speed);
  g_test_add_func ("/pace/no-trace", test_no_trace);
  g_test_add_func ("/pace/blank", test_blank);
  g_test_add_func ("/pace/no-memory", test_no_memory);

  return g_test_run ();
}
