/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <stdio.h>

#include "train/trainer.h"

/* What a run has measured at one moment. */
typedef struct
{
  guint64 images;
  double  seconds;
  double  loss;
  double  held_out; /* NaN where it was not measured */
} DmLogPoint;

/* The measurements of a run from its first sitting on, and the file in which
 * each is a line, one JSON object.
 */
typedef struct
{
  FILE   *file;
  GArray *points;   /* of DmLogPoint, in order      */
  double  progress; /* of the run at the last point */
  gint64  time;     /* of the last point, monotonic */
} DmTrainLog;

gboolean dm_train_log_open (DmTrainLog *self,
                            const char *path,
                            guint64     images,
                            GError    **error);
void     dm_train_log_clear (DmTrainLog *self);
gboolean dm_train_log_is_due (const DmTrainLog    *self,
                              const DmTrainReport *report);
void     dm_train_log_add (DmTrainLog          *self,
                           const DmTrainReport *report,
                           double               loss,
                           double               held_out);
gboolean
dm_train_log_plot (const DmTrainLog *self, const char *path, GError **error);
