/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <math.h>

#include "model/model.h"
#include "program/train-run.h"
#include "train/averages.h"

/* Number of the first average whose moment has not come yet. */
static size_t
find_next (double progress)
{
  size_t i = 0;

  while (i < DM_N_AVERAGES && dm_averages_get_moment (i) <= progress)
    i++;

  return i;
}

/**
 * dm_train_forget_averages:
 *
 * Removes what was kept, by this run or one before it.
 */
void
dm_train_forget_averages (const DmTrainRun *self)
{
  g_autoptr (GDir) dir = g_dir_open (self->averages_path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path =
          g_build_filename (self->averages_path, name, NULL);

      if (g_str_has_suffix (name, DM_MODEL_ENDING))
        g_unlink (path);
    }
  g_rmdir (self->averages_path);
}

/**
 * dm_train_start_averages:
 *
 * Averages are kept if they can be chosen from: if there are pictures to
 * measure them on, and the user wants it.
 */
void
dm_train_start_averages (DmTrainRun *self)
{
  self->keeps_averages =
      !self->options.no_averages && self->dataset->n_held_out > 0;
  self->next_average = find_next (dm_trainer_get_progress (self->trainer));
  if (!self->options.resume)
    dm_train_forget_averages (self);
}

static void
give_up (DmTrainRun *self, const char *reason)
{
  g_printerr (_ ("\n%s; no averages of other lengths will be tried\n"), reason);
  self->keeps_averages = FALSE;
}

/**
 * dm_train_keep_average:
 *
 * Keeps the average if its moment has come. A run does not end for want of one.
 */
void
dm_train_keep_average (DmTrainRun *self, const DmTrainReport *report)
{
  size_t next = find_next (report->progress);
  g_autoptr (GError) error = NULL;

  if (!self->keeps_averages || next <= self->next_average)
    return;

  self->next_average = next;
  if (g_mkdir_with_parents (self->averages_path, 0777) != 0)
    {
      g_autofree char *reason =
          g_strdup_printf (_ ("%s: cannot be made: %s"), self->averages_path,
                           g_strerror (errno));

      give_up (self, reason);
    }
  else if (!dm_trainer_keep_average (self->trainer, self->averages_path,
                                     next - 1, &error))
    {
      give_up (self, error->message);
    }
}

static double
find_own_loss (const GArray *tried, double own)
{
  for (guint i = 0; i < tried->len; i++)
    if (fabs (g_array_index (tried, DmMix, i).length - own) < 1e-9)
      return g_array_index (tried, DmMix, i).loss;

  return NAN;
}

/**
 * dm_train_choose_average:
 * @n_pictures: over which the loss is measured
 *
 * At the end of a run, after its state was saved: the average of the length
 * that is best becomes the trainer's.
 *
 * Returns: whether one was chosen; dm_train_forget_averages() then, when it has
 * been saved
 */
gboolean
dm_train_choose_average (DmTrainRun *self, size_t n_pictures)
{
  g_autoptr (GArray) tried = NULL;
  g_autoptr (GError) error = NULL;
  DmMix chosen;

  if (!self->keeps_averages)
    return FALSE;

  tried = dm_trainer_choose_average (self->trainer, self->averages_path,
                                     n_pictures, &chosen, &error);
  if (tried == NULL)
    {
      give_up (self, error->message);
      return FALSE;
    }

  self->average_length = chosen.length;
  g_print (_ ("\naverage: of %u lengths tried, %.3g of the run is the best: "
              "held-out loss %.5f; %.3g would be %.5f\n"),
           tried->len, chosen.length, chosen.loss, self->options.ema,
           find_own_loss (tried, self->options.ema));

  return TRUE;
}
