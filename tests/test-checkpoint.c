/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "model-case.h"
#include "model/model.h"
#include "tensor/error.h"
#include "train-case.h"
#include "train/trainer-private.h"

typedef struct
{
  DmDataset       *set;
  DmTrainerOptions options;
  char            *folder, *state, *weights;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  (void) data;
  self->set = new_dataset ();
  self->options = new_options ();
  self->folder = g_dir_make_tmp ("dm-state-XXXXXX", NULL);
  self->state = g_build_filename (self->folder, "a.state", NULL);
  self->weights = g_build_filename (self->folder, "a.safetensors", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_dataset_free (self->set);
  dm_test_remove (self->folder);
  g_free (self->folder);
  g_free (self->state);
  g_free (self->weights);
}

static DmTrainer *
start (const Fixture *self)
{
  return new_trainer (self->set, &self->options, NULL);
}

static void
save_state (const Fixture *self, DmTrainer *trainer)
{
  g_autoptr (GError) error = NULL;

  dm_trainer_save_state (trainer, self->state, &error);
  g_assert_no_error (error);
}

static DmCard *
new_card (void)
{
  DmCard *card = dm_card_new ();

  g_strfreev (card->class_names);
  card->class_names = g_strdupv ((char *[]){ "dark", "light", NULL });

  return card;
}

static void
save_weights (const Fixture *self, DmTrainer *trainer, DmDtype dtype)
{
  g_autoptr (DmCard) card = new_card ();
  g_autoptr (GError) error = NULL;

  card->images_seen = 50;
  card->images_before = 20;
  dm_trainer_save_weights (trainer, self->weights, card, dtype, &error);
  g_assert_no_error (error);
}

static GBytes *
read_bytes (const char *path)
{
  char *data;
  gsize n;

  g_assert_true (g_file_get_contents (path, &data, &n, NULL));

  return g_bytes_new_take (data, n);
}

/* Twelve steps at once are five, a load into a new trainer, and seven: the same
 * bits in weights, moments, average and the file that is written.
 */
static void
test_resume (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) whole = start (self), first = start (self);
  g_autoptr (DmTrainer) second = start (self);
  g_autoptr (GBytes) wanted = NULL, found = NULL;
  g_autoptr (GError) error = NULL;

  (void) data;
  run_steps (whole, 12);
  save_weights (self, whole, DM_DTYPE_F32);
  wanted = read_bytes (self->weights);

  run_steps (first, 5);
  save_state (self, first);
  /* the load must replace all there is */
  run_steps (second, 2);
  dm_trainer_load_state (second, self->state, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dm_trainer_get_images (second), ==, 40);
  g_assert_cmpfloat (dm_trainer_get_seconds (second), ==,
                     dm_trainer_get_seconds (first));
  run_steps (second, 7);

  assert_same_weights (whole, second);
  save_weights (self, second, DM_DTYPE_F32);
  found = read_bytes (self->weights);
  g_assert_true (g_bytes_equal (wanted, found));
}

/* A run whose batches are cut into parts goes on with the same parts, though
 * there is room for whole ones by now; and what it knows of its gradients and
 * of its best weights goes along.
 */
static void
test_resume_parts (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) whole = start (self), first = start (self);
  g_autoptr (DmTrainer) second = start (self);
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_true (dm_trainer_set_part (whole, 2, &error));
  g_assert_true (dm_trainer_set_part (first, 2, &error));
  run_steps (whole, 8);
  run_steps (first, 5);
  g_assert_true (dm_trainer_note_held_out (first, 0.25));
  first->watch.n_skipped = 3;
  save_state (self, first);

  dm_trainer_load_state (second, self->state, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dm_trainer_get_part (second), ==, 2);
  g_assert_cmpfloat (dm_trainer_get_best (second), ==, 0.25);
  g_assert_false (dm_trainer_note_held_out (second, 0.5));
  g_assert_false (dm_trainer_note_held_out (second, NAN));
  g_assert_cmpmem (&second->watch, sizeof second->watch, &first->watch,
                   sizeof first->watch);
  run_steps (second, 3);
  assert_same_weights (whole, second);
}

static void
assert_other_run (const Fixture *self, const char *word)
{
  g_autoptr (DmTrainer) trainer = start (self);
  g_autoptr (GError) error = NULL;

  g_assert_false (dm_trainer_load_state (trainer, self->state, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
  g_assert_nonnull (strstr (error->message, self->state));
  if (strstr (error->message, word) == NULL)
    g_error ("“%s” does not speak of “%s”", error->message, word);
}

/* Neither with other options nor with other data is a run continued; only its
 * length may change.
 */
static void
test_other_run (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = start (self);
  g_autoptr (GError) error = NULL;

  (void) data;
  save_state (self, trainer);

#define OTHER(field, value, word)                                              \
  do                                                                           \
    {                                                                          \
      DmTrainerOptions kept = self->options;                                   \
      self->options.field = value;                                             \
      assert_other_run (self, word);                                           \
      self->options = kept;                                                    \
    }                                                                          \
  while (0)

  OTHER (seed, 99, "seed=99");
  OTHER (batch, 16, "batch=16");
  OTHER (rate, 1e-4, "rate=");
  OTHER (p_uncond, 0.5, "p_uncond=0.5");
  OTHER (augment, 0.5, "augment=0.5");
  OTHER (noise_mean, 0.5, "noise=0.5");
  OTHER (ema_length, 0.25, "ema=0.25");
  OTHER (adamw.clip, 0.5, "clip=0.5");
#undef OTHER

  self->options.n_images *= 2;
  {
    g_autoptr (DmTrainer) longer = start (self);

    dm_trainer_load_state (longer, self->state, &error);
    g_assert_no_error (error);
  }

  self->set->augment.mirror = FALSE;
  assert_other_run (self, "mirror=0");
  self->set->augment = (DmAugment){ .mirror = TRUE, .balance = TRUE };
  assert_other_run (self, "balance=1");
  self->set->augment = (DmAugment){ .mirror = TRUE };

  self->set->pixels[17] ^= 1;
  assert_other_run (self, "the pictures are no longer");
}

/* The state again, with the first @n_counters of its counters only. */
static void
cut_counters (const Fixture *self, guint64 n_counters)
{
  static const char *const key = "gegl-diffusion-state";
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) file = dm_weights_open (self->state, &error);
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  guint                 n = dm_weights_get_n_tensors (file);
  g_autofree DmToStore *tensors = g_new0 (DmToStore, n);

  g_hash_table_insert (metadata, (char *) key,
                       (char *) dm_weights_get_metadata (file, key));
  for (guint i = 0; i < n; i++)
    {
      const DmStored *stored = dm_weights_get_tensor (file, i);

      tensors[i] = (DmToStore){
        stored->name, stored->dtype, stored->n_dims, { 0 }, stored->data
      };
      memcpy (tensors[i].shape, stored->shape, sizeof stored->shape);
      if (strcmp (stored->name, "counters") == 0)
        tensors[i].shape[0] = n_counters;
    }
  dm_weights_save (self->state, NULL, NULL, metadata, tensors, n, &error);
  g_assert_no_error (error);
}

/* States of earlier versions know less of their runs, and are gone on from. */
static void
test_old_states (Fixture *self, gconstpointer data)
{
  static const guint64 n_counters[] = { 9, 8, 3, 4, 0 };
  g_autoptr (DmTrainer) whole = start (self), first = start (self);

  (void) data;
  run_steps (whole, 8);
  run_steps (first, 5);
  first->images_before = 70;
  dm_trainer_note_held_out (first, 0.25);

  for (size_t i = 0; i < G_N_ELEMENTS (n_counters); i++)
    {
      g_autoptr (DmTrainer) second = start (self);
      g_autoptr (GError) error = NULL;
      gboolean loaded;

      save_state (self, first);
      cut_counters (self, n_counters[i]);
      loaded = dm_trainer_load_state (second, self->state, &error);
      if (i >= 3)
        {
          g_assert_false (loaded);
          g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
          continue;
        }
      g_assert_no_error (error);
      g_assert_cmpuint (dm_trainer_get_images_before (second), ==,
                        i == 0 ? 70 : 0);
      g_assert_cmpfloat (dm_trainer_get_best (second), ==,
                         i <= 1 ? 0.25 : INFINITY);
      run_steps (second, 3);
      assert_same_weights (whole, second);
    }
}

/* A file that is cut short, missing, or no state is refused. */
static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = start (self);
  g_autoptr (GBytes) bytes = NULL;
  gsize n;

  (void) data;
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GError) error = NULL;

      if (i == 1)
        save_weights (self, trainer, DM_DTYPE_F32);
      g_assert_false (dm_trainer_load_state (trainer, self->weights, &error));
      g_assert_nonnull (error);
      g_assert_true (error->domain == DM_ERROR);
    }

  save_state (self, trainer);
  bytes = read_bytes (self->state);
  n = g_bytes_get_size (bytes);
  for (gsize i = 0; i < n; i += n / 23)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (
          self->state, g_bytes_get_data (bytes, NULL), (gssize) i, NULL));
      g_assert_false (dm_trainer_load_state (trainer, self->state, &error));
      g_assert_true (error->domain == DM_ERROR);
    }
}

/* The file is a model that can be loaded, of the averaged weights. */
static void
test_weights (Fixture *self, gconstpointer data)
{
  static const DmDtype dtypes[] = { DM_DTYPE_F32, DM_DTYPE_BF16, DM_DTYPE_F16 };
  g_autoptr (DmTrainer) trainer = start (self);

  (void) data;
  /* after one step the average is the weights */
  run_steps (trainer, 1);

  for (size_t i = 0; i < G_N_ELEMENTS (dtypes); i++)
    {
      const DmParams *params = dm_trainer_get_params (trainer);
      g_autoptr (GError) error = NULL;
      g_autoptr (DmWeights) file = NULL;
      g_autoptr (DmModel) model = NULL;

      save_weights (self, trainer, dtypes[i]);
      model = dm_model_load (self->weights, &error);
      g_assert_no_error (error);
      file = dm_weights_open (self->weights, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (dm_weights_get_n_tensors (file), ==, params->n_params);

      for (size_t p = 0; p < params->n_params; p++)
        {
          const DmParam    *param = params->list[p];
          g_autofree float *value = g_new (float, param->n);

          dm_weights_read (file, param->name, value, param->n, &error);
          g_assert_no_error (error);
          /* eight bits of a bf16, of values up to 4 */
          dm_assert_near (value, param->value, param->n,
                          dtypes[i] == DM_DTYPE_F32 ? 1e-6 : 0.02);
        }
    }
}

/* A run may begin with the weights of a file, which may have other classes. */
static void
test_load_weights (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) first = start (self), same = NULL, other = NULL;
  g_autoptr (GError) error = NULL;
  DmConfig  config = train_config;
  DmParams *wanted, *found;

  (void) data;
  run_steps (first, 1);
  save_weights (self, first, DM_DTYPE_F32);
  self->options.seed = 77;
  same = start (self);
  dm_trainer_load_weights (same, self->weights, &error);
  g_assert_no_error (error);
  wanted = dm_trainer_get_params (first);
  found = dm_trainer_get_params (same);
  dm_assert_near (found->values, wanted->values, wanted->n_values, 1e-6);
  g_assert_cmpuint (dm_trainer_get_images_before (first), ==, 0);
  g_assert_cmpuint (dm_trainer_get_images_before (same), ==, 70);

  config.n_classes = self->set->n_classes = 3;
  other = dm_trainer_new (&config, self->set, &self->options, NULL, &error);
  g_assert_no_error (error);
  dm_trainer_load_weights (other, self->weights, &error);
  g_assert_no_error (error);
  run_steps (other, 1);

  config.width = 16;
  dm_trainer_free (other);
  other = dm_trainer_new (&config, self->set, &self->options, NULL, &error);
  g_assert_no_error (error);
  g_assert_false (dm_trainer_load_weights (other, self->weights, &error));
  g_assert_true (error->domain == DM_ERROR);
  g_assert_nonnull (strstr (error->message, self->weights));
}

/* What cannot be written is told; the former file is as it was. */
static void
test_unwritable (Fixture *self, gconstpointer data)
{
  g_autoptr (DmTrainer) trainer = start (self);
  g_autofree char *nowhere = g_build_filename (self->folder, "no", "a", NULL);
  g_autoptr (GError) error = NULL;

  (void) data;
  g_assert_false (dm_trainer_save_state (trainer, nowhere, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, nowhere));
}

#define ADD(name, function)                                                    \
  g_test_add ("/checkpoint/" name, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("resume", test_resume);
  ADD ("resume-parts", test_resume_parts);
  ADD ("old-states", test_old_states);
  ADD ("other-run", test_other_run);
  ADD ("refused", test_refused);
  ADD ("weights", test_weights);
  ADD ("load-weights", test_load_weights);
  ADD ("unwritable", test_unwritable);

  return g_test_run ();
}
