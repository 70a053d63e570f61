/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluation-case.h"

/* All figures are where they can be; of fewer held-out pictures than there are
 * features no distance is given.
 */
static void
test_figures (Fixture *self, gconstpointer data)
{
  g_autoptr (DmEvaluation) evaluation = new_evaluation (self);
  g_autoptr (GError) error = NULL;
  DmFigures held_out, drawn;

  (void) data;
  g_assert_true (
      dm_evaluation_measure_held_out (evaluation, &held_out, &error));
  g_assert_cmpuint (held_out.n, ==, N_HELD_OUT);
  g_assert_true (isnan (held_out.frechet));
  g_assert_cmpfloat (held_out.accuracy, ==, 1.0);
  g_assert_cmpfloat (held_out.inception, >, 1.2);
  g_assert_cmpfloat (held_out.inception, <=, 2.0);

  dm_evaluation_measure_drawn (evaluation, &drawn, &self->settings, 1.0, NULL,
                               NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (drawn.n, ==, N_SAMPLES);
  g_assert_cmpfloat (drawn.frechet, >, 0.0);
  g_assert_true (isfinite (drawn.frechet) && isfinite (drawn.inception) &&
                 isfinite (drawn.recall) && isfinite (drawn.distance));
  /* a model that has hardly learnt draws what no training picture is like */
  g_assert_cmpfloat (drawn.distance, >, held_out.distance);
  g_assert_cmpfloat (drawn.copies, ==, 0.0);
}

/* Beside each picture is a training picture, and none is nearer. */
static void
test_nearest (Fixture *self, gconstpointer data)
{
  g_autoptr (DmEvaluation) evaluation = new_evaluation (self);
  g_autoptr (GError) error = NULL;
  g_autofree float *pixels =
      dm_evaluation_show_nearest (evaluation, &self->settings, 1.0, 2, &error);
  DmRealPictures real;
  DmFeatures     pair;

  (void) data;
  g_assert_no_error (error);
  look (self, &real, self->set, N_IMAGES);
  g_assert_true (dm_feature_net_prepare (self->net, &pair, 2, &error));
  for (size_t i = 0; i < 4; i++)
    {
      float distance, least = INFINITY, own = INFINITY;

      dm_feature_net_look (self->net, &pair, pixels + 2 * i * SIDE * SIDE, 0,
                           2);
      distance =
          dm_neighbour_square_distance (pair.value, pair.value + DIM, DIM);
      for (size_t k = 0; k < N_IMAGES; k++)
        {
          const float *value = real.features.value + k * DIM;
          float        other =
              dm_neighbour_square_distance (pair.value + DIM, value, DIM);

          least = fminf (least,
                         dm_neighbour_square_distance (pair.value, value, DIM));
          own = fminf (own, other);
        }
      g_assert_cmpfloat (distance, >, 0.0f);
      g_assert_cmpfloat (distance, ==, least);
      g_assert_cmpfloat (own, ==, 0.0f);
    }
  dm_features_clear (&pair);
  dm_real_pictures_clear (&real);
}

/* Pictures that differ from each other more than by their shade, and are looked
 * at as they are.
 */
static void
make_unlike (DmDataset *set)
{
  for (size_t i = 0; i < set->n_bytes; i++)
    set->pixels[i] = (guint8) (i * i * 2654435761u >> 13);
  set->augment.mirror = FALSE;
}

/* All held-out pictures among the training pictures are copies. */
static void
test_copies (Fixture *self, gconstpointer data)
{
  g_autoptr (DmEvaluation) evaluation = NULL;
  g_autoptr (GError) error = NULL;
  DmFigures figures;

  (void) data;
  make_unlike (self->set);
  memcpy (self->set->pixels + N_IMAGES * SIDE * SIDE, self->set->pixels,
          N_HELD_OUT * SIDE * SIDE);

  evaluation = new_evaluation (self);
  dm_evaluation_measure_held_out (evaluation, &figures, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (figures.distance, ==, 0.0);
  g_assert_cmpfloat (figures.copies, ==, 1.0);
}

/* Near-copies in the row of pictures held out, where so many pictures, one
 * after the other, are said to be nearly the same.
 */
static double
find_copies (Fixture *self, guint n_alike)
{
  g_autoptr (DmEvaluation) evaluation = NULL;
  g_autoptr (GError) error = NULL;
  DmFigures figures;

  g_free (self->set->alike);
  self->set->alike = g_new (guint, N_IMAGES + N_HELD_OUT);
  for (guint i = 0; i < N_IMAGES + N_HELD_OUT; i++)
    self->set->alike[i] = i / n_alike;

  evaluation = new_evaluation (self);
  dm_evaluation_measure_held_out (evaluation, &figures, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (figures.n, ==, N_HELD_OUT);

  return figures.copies;
}

/* Each group is held out in turn: half of the training pictures are there
 * twice, which counts unless the two are in a group.
 */
static void
test_groups (Fixture *self, gconstpointer data)
{
  size_t floats = SIDE * SIDE;

  (void) data;
  make_unlike (self->set);
  for (size_t i = 0; i < N_IMAGES; i += 4)
    memcpy (self->set->pixels + (i + 2) * floats,
            self->set->pixels + i * floats, floats);

  g_assert_cmpfloat_with_epsilon (find_copies (self, 1), 0.5, 0.03);
  g_assert_cmpfloat (find_copies (self, 4), <, 0.03);
}

static bool
stop_half_way (unsigned step, unsigned n_steps, void *data)
{
  *(unsigned *) data = step;

  return step < n_steps / 2;
}

/* It stops when asked to, and can be asked again. */
static void
test_stops (Fixture *self, gconstpointer data)
{
  g_autoptr (DmEvaluation) evaluation = new_evaluation (self);
  g_autoptr (GError) error = NULL;
  DmFigures figures;
  unsigned  reached = 0;

  (void) data;
  g_assert_false (
      dm_evaluation_measure_drawn (evaluation, &figures, &self->settings, 0.0,
                                   stop_half_way, &reached, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_CANCELLED);
  g_assert_cmpuint (reached, >=, N_SAMPLES / 2);
  g_clear_error (&error);

  dm_evaluation_measure_drawn (evaluation, &figures, &self->settings, 0.0, NULL,
                               NULL, &error);
  g_assert_no_error (error);
}

static void
assert_refused (Fixture *self, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dm_evaluation_check (&self->options, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
  if (strstr (error->message, part) == NULL)
    g_error ("“%s” is not in: %s", part, error->message);
}

/* What does not go together is refused in words. */
static void
test_refusals (Fixture *self, gconstpointer data)
{
  char *name = self->set->class_names[1];
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_true (dm_evaluation_check (&self->options, &error));

  self->options.n_samples = DIM;
  assert_refused (self, "16 pictures are too few");
  self->options.n_samples = DIM + 1;

  self->set->channels = 3;
  assert_refused (self, "made is for pictures of 8 x 8, colour");
  self->set->channels = 1;

  self->set->class_names[1] = (char *) "bright";
  assert_refused (self, "class 1 of made is “bright”");
  self->set->class_names[1] = NULL;
  assert_refused (self, "made has 1 classes");
  self->set->class_names[1] = name;

  self->set->n_images = DIM;
  g_assert_null (dm_evaluation_new (&self->options, NULL, NULL, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_DATA);
  self->set->n_images = N_IMAGES;
}

int
main (int argc, char **argv)
{
  evaluation_case_init (&argc, &argv);

  ADD ("/evaluation/figures", test_figures);
  ADD ("/evaluation/nearest", test_nearest);
  ADD ("/evaluation/copies", test_copies);
  ADD ("/evaluation/groups", test_groups);
  ADD ("/evaluation/stops", test_stops);
  ADD ("/evaluation/refusals", test_refusals);

  return evaluation_case_run ();
}
