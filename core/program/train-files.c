/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "evaluate/recommend.h"
#include "model/card-json.h"
#include "program/sheets.h"
#include "program/train-run.h"
#include "tensor/error.h"

/* Classes on the sheets, at most, and pictures of each at each strength. */
#define SHEET_CLASSES 16
#define SHEET_COUNT 2

/* --- weights -------------------------------------------------------------- */

/* What a network that draws is to be used with, until it is measured. */
static void
recommend (DmCard *card, const DmTrainRun *run)
{
  const DmTrainOptions *options = &run->options;

  card->guidance = 1.0;
  card->n_steps = 16;
  card->sampler = g_strdup ("dpm2m");
  card->guidance_start = 1.0;
  if (run->measured.figures.n > 0)
    dm_recommend_write (card, &run->measured);
  card->p_uncond = options->p_uncond;
}

/**
 * dm_train_new_card:
 * @trainer: of the run's model, or of what the model is measured by
 *
 * Returns: (transfer full): what is to be said of any network that the run
 * trains on its data
 */
DmCard *
dm_train_new_card (const DmTrainRun *self, DmTrainer *trainer)
{
  const DmTrainOptions *o = &self->options;
  DmCard               *card = dm_card_new ();

  g_strfreev (card->class_names);
  card->class_names = g_strdupv (self->dataset->class_names);
  card->data_name = g_strdup (self->dataset->name);
  card->data_licence = g_strdup (o->licence);
  card->data_credits = g_strdup (o->credits);
  card->images_seen = (gint64) dm_trainer_get_images (trainer);
  card->images_before = (gint64) dm_trainer_get_images_before (trainer);
  card->seed = (guint64) o->seed;
  card->program_version = g_strdup (DM_VERSION);

  return card;
}

static DmCard *
make_card (const DmTrainRun *self)
{
  DmCard *card = dm_train_new_card (self, self->trainer);

  card->images_per_class =
      g_memdup2 (self->dataset->images_per_class,
                 self->dataset->n_classes * sizeof (gint64));
  card->title = g_strdup (self->options.title);
  if (self->config.task == DM_TASK_DIFFUSION)
    recommend (card, self);
  card->accuracy = self->accuracy;
  card->ema_length = self->average_length;
  /* a run by pictures gives the same file on a fast and on a slow machine */
  if (self->trainer_options.n_images == 0)
    card->duration = dm_trainer_get_seconds (self->trainer);

  return card;
}

/**
 * dm_train_check_card:
 *
 * Whether what the weights are to be described by can be written, which is
 * better known now than when they are there.
 *
 * Errors: those of dm_card_check()
 */
gboolean
dm_train_check_card (const DmTrainRun *self, GError **error)
{
  g_autoptr (DmCard) card = make_card (self);

  return dm_card_check (card, error);
}

/**
 * dm_train_is_written:
 *
 * Returns: whether this sitting has taken no step, and an earlier one has left
 * the chosen weights of the last
 */
gboolean
dm_train_is_written (const DmTrainRun *self)
{
  g_autoptr (DmWeights) written = NULL;
  const DmCard *card;

  if (self->report.images > 0 ||
      g_file_test (self->averages_path, G_FILE_TEST_IS_DIR))
    return FALSE;

  written = dm_weights_open_header (self->options.output, NULL);
  card = written != NULL ? dm_weights_get_card (written) : NULL;

  return card != NULL && card->images_seen > 0 &&
         (guint64) card->images_seen == dm_trainer_get_images (self->trainer);
}

static gboolean
save_weights_to (const DmTrainRun *self, const char *path, GError **error)
{
  g_autoptr (DmCard) card = make_card (self);

  return dm_trainer_save_weights (self->trainer, path, card, self->dtype,
                                  error);
}

/**
 * dm_train_save_weights:
 * @held_out: loss of the weights, or NaN
 *
 * Writes the averaged weights, and the best ones if they are these; those of a
 * classifier with its accuracy.
 *
 * Errors: those of dm_weights_save(); the former files are as they were
 */
gboolean
dm_train_save_weights (DmTrainRun *self, double held_out, GError **error)
{
  self->accuracy = dm_trainer_accuracy (self->trainer);
  if (!save_weights_to (self, self->options.output, error))
    return FALSE;

  return !dm_trainer_note_held_out (self->trainer, held_out) ||
         save_weights_to (self, self->best_path, error);
}

/* --- states --------------------------------------------------------------- */

static char *
get_state_path (const DmTrainRun *self, int age)
{
  return age == 0 ? g_strdup (self->state_path) :
                    g_strdup_printf ("%s.%d", self->state_path, age);
}

/* FILE.state also becomes FILE.state.1, that FILE.state.2, and so on. At any
 * moment there is a FILE.state, unless the file system knows no links.
 */
static void
shift_states (const DmTrainRun *self)
{
  g_autofree char *first = get_state_path (self, 1);

  for (int age = self->options.keep - 1; age > 1; age--)
    {
      g_autofree char *from = get_state_path (self, age - 1);
      g_autofree char *to = get_state_path (self, age);

      g_rename (from, to);
    }

  g_unlink (first);
  if (link (self->state_path, first) != 0)
    g_rename (self->state_path, first);
}

/**
 * dm_train_save_state:
 *
 * Writes the state; those before it are kept under other names, as many as
 * --keep says.
 *
 * Errors: those of dm_weights_save(); the former states are as they were
 */
gboolean
dm_train_save_state (DmTrainRun *self, GError **error)
{
  g_autofree char *next = g_strconcat (self->state_path, ".next", NULL);

  if (self->options.keep < 2)
    return dm_trainer_save_state (self->trainer, self->state_path, error);

  if (!dm_trainer_save_state (self->trainer, next, error))
    return FALSE;

  shift_states (self);
  if (g_rename (next, self->state_path) == 0)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_FILE, _ ("%s: cannot be written: %s"),
               self->state_path, g_strerror (errno));

  return FALSE;
}

/**
 * dm_train_load_state:
 *
 * Goes on from the last state; from one before it, if that is missing or
 * damaged.
 *
 * Errors: those of dm_trainer_load_state() for the last state
 */
gboolean
dm_train_load_state (DmTrainRun *self, GError **error)
{
  g_autoptr (GError) fault = NULL;

  if (dm_trainer_load_state (self->trainer, self->state_path, &fault))
    return TRUE;

  for (int age = 1; age < self->options.keep &&
                    !g_error_matches (fault, DM_ERROR, DM_ERROR_OPTION);
       age++)
    {
      g_autofree char *path = get_state_path (self, age);

      if (dm_trainer_load_state (self->trainer, path, NULL))
        {
          g_print (_ ("%s; continuing from %s\n"), fault->message, path);
          return TRUE;
        }
    }

  g_propagate_error (error, g_steal_pointer (&fault));

  return FALSE;
}

/* --- sheets --------------------------------------------------------------- */

static DmGrid
get_grid (const DmTrainRun *self, int *class_id)
{
  static const double guidance[] = { 0.0, 1.0, 3.0 };

  for (int i = 0; i < SHEET_CLASSES; i++)
    class_id[i] = i;

  return (DmGrid){
    class_id,
    guidance,
    MIN (self->dataset->n_classes, SHEET_CLASSES),
    G_N_ELEMENTS (guidance),
    SHEET_COUNT,
    (guint64) self->options.seed,
    0.0,
  };
}

gboolean
dm_train_has_sheets (const DmTrainRun *self)
{
  return !self->options.no_sheets && self->config.task == DM_TASK_DIFFUSION;
}

/**
 * dm_train_count_sheet:
 *
 * Returns: pictures on a sheet
 */
size_t
dm_train_count_sheet (const DmTrainRun *self)
{
  int    class_id[SHEET_CLASSES];
  DmGrid grid = get_grid (self, class_id);

  return dm_grid_get_n (&grid);
}

/* A sheet of the weights as they were just saved, beside them. */
static gboolean
draw_sheet (DmTrainRun *self, GError **error)
{
  int               class_id[SHEET_CLASSES];
  DmGrid            grid = get_grid (self, class_id);
  g_autofree float *pixels = NULL;
  g_autoptr (DmModel) model = dm_model_load (self->options.output, error);
  DmSettings settings;

  if (model == NULL)
    return FALSE;

  dm_settings_init (&settings, model);
  pixels = dm_grid_draw (&grid, 0, dm_grid_get_n (&grid), model, &settings,
                         self->pool, error);

  if (pixels == NULL ||
      !dm_grid_save (&grid, model, &settings, pixels, self->sheet_path, error))
    return FALSE;

  self->sheet_drawn = TRUE;

  return TRUE;
}

/**
 * dm_train_save_sheet:
 *
 * Unless the user wants none, or it is a classifier, which draws none. A run
 * does not end for want of a sheet.
 */
void
dm_train_save_sheet (DmTrainRun *self)
{
  g_autoptr (GError) error = NULL;

  if (dm_train_has_sheets (self) && !draw_sheet (self, &error))
    g_printerr (_ ("no sheet: %s\n"), error->message);
}
