/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "train-case.h"
#include "train/augment.h"
#include "train/distortion.h"
#include "train/trainer-private.h"

#define BIG 24
#define N_DRAWN 4000

/* Each change comes as often as it should, apart from the others, with the
 * deviation it is told in; what is told is what is done.
 */
static void
test_draw (void)
{
  const double chance = 0.25;
  int          n_changed[DM_AUGMENT_LABELS] = { 0 }, n_both = 0, n_none = 0;
  double       squares[DM_AUGMENT_LABELS] = { 0 };

  for (uint64_t k = 0; k < N_DRAWN; k++)
    {
      DmDistortion distortion;
      float        labels[DM_AUGMENT_LABELS];

      dm_distortion_draw (&distortion, chance, 5, k);
      dm_distortion_get_labels (&distortion, labels);
      for (int i = 0; i < DM_AUGMENT_LABELS; i++)
        {
          n_changed[i] += labels[i] != 0.0f;
          squares[i] += labels[i] * labels[i];
        }
      n_both += labels[1] != 0.0f && labels[2] != 0.0f;
      n_none += dm_distortion_is_none (&distortion);
      g_assert_true (distortion.mirrored == (labels[0] == 1.0f));
      g_assert_cmpfloat_with_epsilon (distortion.zoom, 0.2 * labels[1], 1e-6);
    }

  /* 1000 but for five deviations; mirrored ones are half of those chosen */
  g_assert_cmpint (ABS (n_changed[0] - 500), <, 105);
  for (int i = 1; i < DM_AUGMENT_LABELS; i++)
    {
      g_assert_cmpint (ABS (n_changed[i] - 1000), <, 137);
      g_assert_cmpfloat_with_epsilon (squares[i] / n_changed[i], 1.0, 0.25);
    }
  g_assert_cmpint (ABS (n_both - 250), <, 77);
  g_assert_cmpint (n_none, >, 949 - 134);
}

/* The same for the same seed and number; none without a chance. */
static void
test_seed (void)
{
  DmDistortion a, b, c, none;

  dm_distortion_draw (&a, 1.0, 5, 17);
  dm_distortion_draw (&b, 1.0, 5, 17);
  dm_distortion_draw (&c, 1.0, 6, 17);
  dm_distortion_draw (&none, 0.0, 5, 17);
  g_assert_cmpfloat (a.zoom, ==, b.zoom);
  g_assert_cmpfloat (a.shift[1], ==, b.shift[1]);
  g_assert_cmpfloat (a.zoom, !=, c.zoom);
  g_assert_cmpfloat (a.stretch[0], !=, a.stretch[1]);
  g_assert_false (dm_distortion_is_none (&a));
  g_assert_true (dm_distortion_is_none (&none));
}

static void
fill (float *x, size_t side, size_t channels)
{
  for (size_t i = 0; i < side * side * channels; i++)
    x[i] = (float) ((i * 37) % 101) / 50.0f - 1.0f;
}

/* No change is none, a mirrored picture is mirrored, and one that is shifted by
 * whole pixels has these at another place, and what is near the edge twice.
 */
static void
test_pixels (void)
{
  float x[BIG * BIG * 3], y[BIG * BIG * 3];

  fill (x, BIG, 3);
  dm_distortion_apply (&(DmDistortion){ 0 }, y, x, BIG, 3);
  dm_assert_near (y, x, BIG * BIG * 3, 1e-6);

  dm_distortion_apply (&(DmDistortion){ .mirrored = true }, y, x, BIG, 3);
  dm_augment_mirror (y, BIG, 3);
  dm_assert_near (y, x, BIG * BIG * 3, 1e-6);

  dm_distortion_apply (&(DmDistortion){ .shift = { 2.0f / BIG, -1.0f / BIG } },
                       y, x, BIG, 3);
  for (int i = 0; i < BIG; i++)
    for (int j = 0; j < BIG; j++)
      {
        int row = i + 1 < BIG ? i + 1 : BIG - 1;
        int column = j >= 2 ? j - 2 : 1 - j;

        dm_assert_near (y + (i * BIG + j) * 3, x + (row * BIG + column) * 3, 3,
                        1e-5);
      }
}

/* Where the place (x, y) of the picture goes, from its middle, in pixels. */
static void
move (const DmDistortion *self, double place[2], double x, double y)
{
  double zoom = exp2 (self->zoom), c = cos (self->angle), s = sin (self->angle);
  double a = self->stretch[0], b = self->stretch[1], r = hypot (a, b);
  double k = r > 0.0 ? sinh (r) / r : 1.0, u, v;

  x *= self->mirrored ? -zoom : zoom;
  y *= zoom;
  u = c * x - s * y;
  v = s * x + c * y;
  place[0] = (cosh (r) + k * a) * u + k * b * v + BIG * self->shift[0];
  place[1] = k * b * u + (cosh (r) - k * a) * v + BIG * self->shift[1];
}

/* A slope stays a slope, whatever is done: what was at a place is found where
 * that has gone.
 */
static void
test_places (void)
{
  const double middle = (BIG - 1) / 2.0;
  float        x[BIG * BIG], y[BIG * BIG];

  for (int i = 0; i < BIG * BIG; i++)
    x[i] = (float) (0.03 * (i % BIG - middle) - 0.02 * (i / BIG - middle));

  for (uint64_t k = 0; k < 50; k++)
    {
      DmDistortion distortion;

      dm_distortion_draw (&distortion, 0.7, 5, k);
      distortion.shift[0] = CLAMP (distortion.shift[0], -0.1f, 0.1f);
      distortion.shift[1] = CLAMP (distortion.shift[1], -0.1f, 0.1f);
      dm_distortion_apply (&distortion, y, x, BIG, 1);

      for (int i = 0; i < 3; i++)
        {
          double from[2] = { i == 1 ? 3.0 : 0.0, i == 2 ? 3.0 : 0.0 }, to[2];
          double fx, fy, found;
          int    column, row;

          move (&distortion, to, from[0], from[1]);
          fx = to[0] + middle;
          fy = to[1] + middle;
          column = (int) floor (fx);
          row = (int) floor (fy);
          fx -= column;
          fy -= row;
          found = (1 - fy) * ((1 - fx) * y[row * BIG + column] +
                              fx * y[row * BIG + column + 1]) +
                  fy * ((1 - fx) * y[(row + 1) * BIG + column] +
                        fx * y[(row + 1) * BIG + column + 1]);
          g_assert_cmpfloat_with_epsilon (
              found, 0.03 * from[0] - 0.02 * from[1], 2e-3);
        }
    }
}

/* A learner distorts what it learns from and says how; what is held out stays
 * as it is.
 */
static void
test_learner (void)
{
  g_autoptr (DmDataset) set = new_dataset ();
  DmTrainerOptions options = new_options ();
  DmLesson         lesson = { &train_config, set, &options, NULL };
  DmLearner        learner;
  int              n_changed = 0;

  options.augment = 0.5;
  dm_learner_init (&learner, NULL, &lesson, NULL);
  for (uint64_t k = 0; k < 40; k++)
    {
      float x0[SIDE * SIDE], plain[SIDE * SIDE], want[SIDE * SIDE], scale;
      float labels[DM_AUGMENT_LABELS], told[DM_AUGMENT_LABELS];
      DmDistortion distortion;

      dm_dataset_draw (set, plain, &scale, options.seed, k);
      dm_distortion_draw (&distortion, 0.5, options.seed, k);
      dm_distortion_get_labels (&distortion, labels);
      dm_distortion_apply (&distortion, want, plain, SIDE, 1);
      dm_learner_draw (&learner, x0, &scale, told, k);
      dm_assert_near (x0, want, SIDE * SIDE, 1e-6);
      dm_assert_same (told, labels, DM_AUGMENT_LABELS);
      n_changed += memcmp (x0, plain, sizeof x0) != 0;

      dm_dataset_get (set, plain, set->n_images + k % set->n_held_out);
      dm_learner_get_held_out (&learner, x0, &scale, k);
      dm_assert_same (x0, plain, SIDE * SIDE);
    }
  g_assert_cmpint (n_changed, >, 20);
}

static double
get_gradient (DmTrainer *trainer, const char *name)
{
  const DmParams *params = dm_trainer_get_params (trainer);
  double          sum = 0.0;
  bool            found = false;

  for (size_t i = 0; i < params->n_params; i++)
    if (g_str_equal (params->list[i]->name, name))
      {
        found = true;
        for (size_t k = 0; k < params->list[i]->n; k++)
          sum += fabs ((double) params->list[i]->gradient[k]);
      }
  g_assert_true (found);

  return sum;
}

/* The network learns from what it is told; told nothing, it learns nothing. */
static void
test_told (void)
{
  for (int told = 0; told < 2; told++)
    {
      g_autoptr (DmDataset) set = new_dataset ();
      DmTrainerOptions options = new_options ();
      DmConfig         config = train_config;
      g_autoptr (DmTrainer) trainer = NULL;
      g_autoptr (GError) error = NULL;

      config.augmented = true;
      options.augment = told ? 0.5 : 0.0;
      trainer = dm_trainer_new (&config, set, &options, NULL, &error);
      g_assert_no_error (error);
      run_steps (trainer, 5);
      g_assert_true ((get_gradient (trainer, "embed.augment.weight") > 0.0) ==
                     (told == 1));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/distortion/draw", test_draw);
  g_test_add_func ("/distortion/seed", test_seed);
  g_test_add_func ("/distortion/pixels", test_pixels);
  g_test_add_func ("/distortion/places", test_places);
  g_test_add_func ("/distortion/learner", test_learner);
  g_test_add_func ("/distortion/told", test_told);

  return g_test_run ();
}
