/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "model-case.h"
#include "train-case.h"
#include "train/averages.h"
#include "train/ema.h"
#include "train/trainer-private.h"

#define STEPS 240
#define LENGTH 0.08

/* Lengths that averages are made of beside the run, to compare mixes with. */
static const double lengths[] = { 0.04, 0.0504, 0.064, 0.08,
                                  0.1,  0.128,  0.16,  0.2 };

#define N_LENGTHS G_N_ELEMENTS (lengths)

typedef struct
{
  DmDataset       *set;
  DmTrainerOptions options;
  DmTrainer       *trainer;
  float           *average[N_LENGTHS]; /* as if each had been the run's own */
  char            *folder;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->set = new_dataset ();
  self->options = new_options ();
  self->options.n_images = STEPS * self->options.batch;
  self->options.ema_length = LENGTH;
  self->trainer = new_trainer (self->set, &self->options, NULL);
  self->folder = g_dir_make_tmp ("dm-averages-XXXXXX", NULL);
  for (size_t l = 0; l < N_LENGTHS; l++)
    self->average[l] = g_new0 (float, self->trainer->params->n_values);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  for (size_t l = 0; l < N_LENGTHS; l++)
    g_free (self->average[l]);
  dm_trainer_free (self->trainer);
  dm_dataset_free (self->set);
  dm_test_remove (self->folder);
  g_free (self->folder);
}

/* A whole run, whose averages are kept when their moments have come. */
static void
run (Fixture *self)
{
  const DmContext context = { .kernels = dm_kernels_get_default () };
  size_t          kept = 0;

  for (size_t step = 1; step <= STEPS; step++)
    {
      run_steps (self->trainer, 1);
      for (size_t l = 0; l < N_LENGTHS; l++)
        dm_ema_step (self->average[l], self->trainer->params,
                     dm_ema_exponent (lengths[l]), step, &context);
      for (; kept < DM_N_AVERAGES &&
             dm_averages_get_moment (kept) <= (double) step / STEPS;
           kept++)
        g_assert_true (
            dm_trainer_keep_average (self->trainer, self->folder, kept, NULL));
    }
  g_assert_cmpuint (kept, ==, DM_N_AVERAGES);
}

/* |a - b| / |a - c|, the latter being how far averages are apart at all */
static double
get_distance (const float *a, const float *b, const float *c, size_t n)
{
  double near = 0.0, far = 0.0;

  for (size_t i = 0; i < n; i++)
    {
      near += (double) (a[i] - b[i]) * (a[i] - b[i]);
      far += (double) (a[i] - c[i]) * (a[i] - c[i]);
    }

  return sqrt (near / far);
}

static const float *
find_average (const Fixture *self, double length)
{
  for (size_t l = 0; l < N_LENGTHS; l++)
    if (fabs (lengths[l] - length) < 1e-9)
      return self->average[l];

  g_error ("no average of length %g was made", length);
}

static GArray *
choose (Fixture *self, DmMix *chosen)
{
  g_autoptr (GError) error = NULL;
  GArray *tried = dm_trainer_choose_average (self->trainer, self->folder,
                                             N_HELD_OUT, chosen, &error);

  g_assert_no_error (error);

  return tried;
}

/* Moments rise, from early in the run to near its end. */
static void
test_moments (void)
{
  g_assert_cmpfloat_with_epsilon (dm_averages_get_moment (0), 0.1, 1e-9);
  for (size_t i = 1; i < DM_N_AVERAGES; i++)
    g_assert_cmpfloat (dm_averages_get_moment (i), >,
                       dm_averages_get_moment (i - 1));
  g_assert_cmpfloat_with_epsilon (dm_averages_get_moment (DM_N_AVERAGES - 1),
                                  0.98, 1e-9);
}

/* The average that is chosen has the lowest loss of those tried, and is what it
 * would be had it been kept all the time.
 */
static void
test_choice (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) tried = NULL;
  g_autofree float *own = NULL;
  size_t            n = self->trainer->params->n_values;
  double            loss;
  DmMix             chosen;

  (void) data;
  run (self);
  own = g_memdup2 (self->trainer->average, n * sizeof *own);
  loss = dm_trainer_held_out (self->trainer, N_HELD_OUT);
  tried = choose (self, &chosen);

  g_assert_cmpuint (tried->len, >=, 4);
  for (guint i = 0; i < tried->len; i++)
    {
      const DmMix *mix = &g_array_index (tried, DmMix, i);

      g_assert_cmpfloat (mix->loss, >=, chosen.loss);
      g_assert_cmpfloat (mix->error, <, 0.1);
      if (fabs (mix->length - LENGTH) < 1e-9)
        g_assert_cmpfloat_with_epsilon (mix->loss, loss, 1e-6);
    }
  g_assert_cmpfloat (dm_trainer_held_out (self->trainer, N_HELD_OUT), ==,
                     chosen.loss);
  g_assert_cmpfloat (chosen.length, !=, LENGTH);
  g_assert_cmpfloat (get_distance (find_average (self, chosen.length),
                                   self->trainer->average, own, n),
                     <, 0.15);
}

/* Files of another run, and what is none, are not looked at: nothing but the
 * run's own average is left.
 */
static void
test_others (Fixture *self, gconstpointer data)
{
  g_autofree char *broken =
      g_build_filename (self->folder, "05.safetensors", NULL);
  g_autoptr (GArray) tried = NULL;
  DmMix chosen;

  (void) data;
  run (self);
  dm_trainer_free (self->trainer);
  self->options.seed++;
  self->trainer = new_trainer (self->set, &self->options, NULL);
  run_steps (self->trainer, STEPS);
  g_assert_true (g_file_set_contents (broken, "broken", -1, NULL));

  tried = choose (self, &chosen);
  g_assert_cmpuint (tried->len, ==, 1);
  g_assert_cmpfloat (chosen.length, ==, LENGTH);
}

/* Without pictures to measure on, the average stays. */
static void
test_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (GArray) tried = NULL;
  g_autofree float *own = NULL;
  size_t            n = self->trainer->params->n_values;
  DmMix             chosen;

  (void) data;
  self->set->n_held_out = 0;
  run_steps (self->trainer, 3);
  own = g_memdup2 (self->trainer->average, n * sizeof *own);
  tried = choose (self, &chosen);

  g_assert_cmpuint (tried->len, ==, 0);
  g_assert_cmpfloat (chosen.length, ==, LENGTH);
  dm_assert_same (self->trainer->average, own, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/averages/moments", test_moments);
  g_test_add ("/averages/choice", Fixture, NULL, set_up, test_choice,
              tear_down);
  g_test_add ("/averages/others", Fixture, NULL, set_up, test_others,
              tear_down);
  g_test_add ("/averages/nothing", Fixture, NULL, set_up, test_nothing,
              tear_down);

  return g_test_run ();
}
