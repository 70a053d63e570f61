/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

/* Steps whose gradients make the running level; odd, for their median. */
#define DM_WATCH_N 65

/* Watches the gradients of a run: a step that is not finite, or whose gradient
 * is far longer than those before it, is better left out. It is part of the
 * state of a run.
 */
typedef struct
{
  float   norms[DM_WATCH_N]; /* of the last steps taken, in a ring */
  guint64 n_norms;           /* of all steps taken                 */
  guint64 n_skipped;         /* of the run                         */
  guint64 n_in_a_row;        /* skipped since the last step taken  */
} DmWatch;

typedef enum
{
  DM_WATCH_TAKE,
  DM_WATCH_SKIP,
  DM_WATCH_STOP /* too many were left out, one after the other */
} DmVerdict;

double dm_watch_get_level (const DmWatch *self);
DmVerdict
dm_watch_judge (DmWatch *self, double loss, double norm, gboolean warm);
