/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <stdio.h>
#include <sys/file.h>

#include "program/train-run.h"
#include "tensor/error.h"

/**
 * dm_train_lock:
 *
 * Takes the run's recipe, which every run has and writes but once, for this
 * process until it ends. To be called again when it has been written. Where
 * there is none yet, or no files can be locked, nothing is held.
 *
 * Errors: %DM_ERROR_FILE: another run, which goes on, has it
 */
gboolean
dm_train_lock (DmTrainRun *self, GError **error)
{
  dm_train_unlock (self);
  self->lock = fopen (self->recipe_path, "re");
  if (self->lock == NULL ||
      flock (fileno (self->lock), LOCK_EX | LOCK_NB) == 0 ||
      errno != EWOULDBLOCK)
    return TRUE;

  dm_train_unlock (self);
  g_set_error (error, DM_ERROR, DM_ERROR_FILE,
               _ ("%s: a run is still at work on it; stop that one first, or "
                  "name another file with -o"),
               self->options.output);

  return FALSE;
}

/**
 * dm_train_unlock:
 */
void
dm_train_unlock (DmTrainRun *self)
{
  g_clear_pointer (&self->lock, fclose);
}
