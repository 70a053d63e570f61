/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
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

static void
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

static void
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

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_feature_net_free (self->net);
  dm_dataset_free (self->set);
  dm_model_unref (self->model);
  dm_pool_free (self->pool);
}

static void
look (Fixture *self, DmRealPictures *pictures, const DmDataset *set, size_t n)
{
  g_autoptr (GError) error = NULL;

  dm_real_pictures_init (pictures, self->net, set, n, 5, self->pool, NULL, NULL,
                         &error);
  g_assert_no_error (error);
}

/* --- real pictures -------------------------------------------------------- */

/* Each dark picture with the light one after it. */
static void
exchange_held_out (DmDataset *set)
{
  for (size_t i = N_IMAGES; i < N_IMAGES + N_HELD_OUT; i += 2)
    {
      DmPlace place = set->places[i];

      set->places[i] = set->places[i + 1];
      set->places[i + 1] = place;
      set->class_id[i] ^= 1;
      set->class_id[i + 1] ^= 1;
    }
}

/* Every training picture once, with its class; the held-out ones likewise. */
static void
test_real (Fixture *self, gconstpointer data)
{
  DmDataset      held_out;
  DmRealPictures real;
  size_t         counts[N_IMAGES] = { 0 };

  (void) data;
  look (self, &real, self->set, N_IMAGES);
  for (size_t i = 0; i < N_IMAGES; i++)
    {
      counts[real.picture[i]]++;
      g_assert_cmpint (real.features.class_id[i], ==,
                       self->set->class_id[real.picture[i]]);
    }
  for (size_t i = 0; i < N_IMAGES; i++)
    g_assert_cmpuint (counts[i], ==, 1);
  g_assert_cmpfloat (dm_class_accuracy (real.features.probability,
                                        real.features.class_id, N_IMAGES, 2),
                     ==, 1.0);
  dm_real_pictures_clear (&real);

  /* unlike the training pictures of the same number */
  exchange_held_out (self->set);
  dm_dataset_view_held_out (&held_out, self->set);
  g_assert_cmpuint (held_out.n_images, ==, N_HELD_OUT);
  g_assert_cmpint (held_out.images_per_class[0], ==, N_HELD_OUT / 2);
  look (self, &real, &held_out, N_HELD_OUT);
  for (size_t i = 0; i < N_HELD_OUT; i++)
    g_assert_cmpint (real.features.class_id[i], ==,
                     self->set->class_id[N_IMAGES + real.picture[i]]);
  g_assert_cmpfloat (dm_class_accuracy (real.features.probability,
                                        real.features.class_id, N_HELD_OUT, 2),
                     ==, 1.0);
  dm_real_pictures_clear (&real);
  dm_dataset_view_clear (&held_out);
}

/* A share has the classes in the same proportions, in their order; a larger
 * number takes pictures again.
 */
static void
test_choose (Fixture *self, gconstpointer data)
{
  static const size_t numbers[] = { 1, 4, 12, 47, 48, 96, 480 };
  DmRealPictures      real;

  (void) data;
  /* a quarter dark, three quarters light */
  for (size_t i = 0; i < N_IMAGES; i++)
    self->set->class_id[i] = i % 4 != 0;
  look (self, &real, self->set, N_IMAGES);

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      size_t             n = numbers[i], n_light = 0;
      g_autofree size_t *chosen = dm_real_pictures_choose (&real, n);

      for (size_t k = 0; k < n; k++)
        {
          int class_id = real.features.class_id[chosen[k]];

          g_assert_true (k == 0 ||
                         class_id >= real.features.class_id[chosen[k - 1]]);
          n_light += class_id == 1;
        }
      g_assert_cmpfloat_with_epsilon ((double) n_light, 0.75 * n, 0.75);
    }

  dm_real_pictures_clear (&real);
}

/* The pictures that are chosen, with all that is known of them. */
static void
test_share (Fixture *self, gconstpointer data)
{
  DmRealPictures real, share;
  g_autoptr (GError) error = NULL;
  g_autofree size_t *chosen = NULL;

  (void) data;
  look (self, &real, self->set, N_IMAGES);
  chosen = dm_real_pictures_choose (&real, 5);
  g_assert_true (dm_real_pictures_share (&share, self->net, &real, 5, &error));
  g_assert_cmpuint (share.features.n, ==, 5);

  for (size_t k = 0; k < 5; k++)
    {
      size_t i = chosen[k];

      dm_assert_same (share.features.value + k * DIM,
                      real.features.value + i * DIM, DIM);
      dm_assert_same (share.features.probability + k * 2,
                      real.features.probability + i * 2, 2);
      g_assert_cmpint (share.features.class_id[k], ==,
                       real.features.class_id[i]);
      g_assert_cmpuint (share.picture[k], ==, real.picture[i]);
      g_assert_cmpfloat (share.scale[k], ==, real.scale[i]);
    }

  dm_real_pictures_clear (&share);
  dm_real_pictures_clear (&real);
}

/* What is drawn is looked at as a file would hold it: 8 bits, within range. */
static void
test_rounds (Fixture *self, gconstpointer data)
{
  float      x0[2][SIDE * SIDE];
  DmFeatures features;
  g_autoptr (GError) error = NULL;

  (void) data;
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      x0[0][i] = (float) (i * 4) / 127.5f - 1.0f;
      x0[1][i] = x0[0][i] + (i % 2 ? 0.3f : -0.3f) / 127.5f;
    }
  x0[0][63] = 1.0f;
  x0[1][63] = 1.7f;

  g_assert_true (dm_feature_net_prepare (self->net, &features, 2, &error));
  dm_feature_net_look (self->net, &features, x0[0], 0, 2);
  dm_assert_same (features.value, features.value + DIM, DIM);
  dm_assert_same (features.probability, features.probability + 2, 2);
  dm_features_clear (&features);
}

/* --- the whole ------------------------------------------------------------ */

static DmEvaluation *
new_evaluation (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  DmEvaluation *evaluation =
      dm_evaluation_new (&self->options, NULL, NULL, &error);

  g_assert_no_error (error);

  return evaluation;
}

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

/* All held-out pictures among the training pictures are copies. */
static void
test_copies (Fixture *self, gconstpointer data)
{
  g_autoptr (DmEvaluation) evaluation = NULL;
  g_autoptr (GError) error = NULL;
  DmFigures figures;

  (void) data;
  /* pictures that differ from each other more than by their shade */
  for (size_t i = 0; i < self->set->n_bytes; i++)
    self->set->pixels[i] = (guint8) (i * i * 2654435761u >> 13);
  memcpy (self->set->pixels + N_IMAGES * SIDE * SIDE, self->set->pixels,
          N_HELD_OUT * SIDE * SIDE);
  self->set->augment.mirror = FALSE;

  evaluation = new_evaluation (self);
  dm_evaluation_measure_held_out (evaluation, &figures, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (figures.distance, ==, 0.0);
  g_assert_cmpfloat (figures.copies, ==, 1.0);
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

/* --- the report ----------------------------------------------------------- */

/* The table is the same, bit for bit, on any number of threads; every row has
 * a cell for each word of the header; the plot is there.
 */
static void
test_report (void)
{
  g_autofree char *plot = g_build_filename (folder, "plot.svg", NULL);
  g_autofree char *first = NULL;

  for (size_t n_workers = 1; n_workers <= 3; n_workers += 2)
    {
      Fixture fixture;
      g_autoptr (DmEvaluation) evaluation = NULL;
      g_autoptr (GArray) rows =
          g_array_new (FALSE, FALSE, sizeof (DmReportRow));
      g_autoptr (GError) error = NULL;
      g_autofree char *table = NULL;
      DmReport         report = {
                &fixture.options, &fixture.settings, "m", "f", "d", rows
      };
      DmReportRow row = { 0 }, drawn = { .drawn = TRUE, .guidance = 0.5 };
      g_auto (GStrv) lines = NULL;

      set_up (&fixture, GSIZE_TO_POINTER (n_workers));
      evaluation = new_evaluation (&fixture);
      dm_evaluation_measure_held_out (evaluation, &row.figures, &error);
      g_array_append_val (rows, row);
      drawn.settings = fixture.settings;
      dm_evaluation_measure_drawn (evaluation, &drawn.figures, &drawn.settings,
                                   drawn.guidance, NULL, NULL, &error);
      g_assert_no_error (error);
      g_array_append_val (rows, drawn);

      table = dm_report_format_table (&report);
      if (first != NULL)
        g_assert_cmpstr (table, ==, first);

      lines = g_strsplit (table, "\n", -1);
      for (size_t i = 0; *lines[i] != '\0'; i++)
        if (*lines[i] != '#')
          {
            g_auto (GStrv) cells = g_strsplit (lines[i], "\t", -1);

            g_assert_cmpuint (g_strv_length (cells), ==, 14);
          }
      g_assert_nonnull (strstr (table, "\nheld-out\tNaN\t16\tNaN\t"));
      g_assert_nonnull (strstr (table, "\ndrawn\t0.5\t40\t"));
      g_assert_nonnull (strstr (table, "\t1\t0\tdpm2m\t3\n"));
      g_assert_nonnull (strstr (table, "compare only"));
      g_assert_nonnull (
          strstr (table, dm_feature_net_get_digest (fixture.net)));

      dm_report_save_plot (&report, plot, &error);
      g_assert_no_error (error);
      g_assert_true (g_file_test (plot, G_FILE_TEST_EXISTS));

      g_free (first);
      first = g_steal_pointer (&table);
      g_clear_pointer (&evaluation, dm_evaluation_free);
      tear_down (&fixture, NULL);
    }
}

#define ADD(name, function)                                                    \
  g_test_add ("/evaluation/" name, Fixture, GSIZE_TO_POINTER (2), set_up,      \
              function, tear_down)

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("evaluation-XXXXXX", NULL);
  net_path = g_build_filename (folder, "net.safetensors", NULL);
  model_path = g_build_filename (folder, "model.safetensors", NULL);
  save (DM_TASK_CLASSIFIER, net_path, 20);
  save (DM_TASK_DIFFUSION, model_path, 2);

  ADD ("real", test_real);
  ADD ("choose", test_choose);
  ADD ("share", test_share);
  ADD ("rounds", test_rounds);
  ADD ("figures", test_figures);
  ADD ("nearest", test_nearest);
  ADD ("copies", test_copies);
  ADD ("stops", test_stops);
  ADD ("refusals", test_refusals);
  g_test_add_func ("/evaluation/report", test_report);

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);
  g_free (net_path);
  g_free (model_path);

  return status;
}
