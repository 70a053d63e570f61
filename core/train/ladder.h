/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "model/config.h"

/* Networks to choose from, each about twice the work of the one before it.
 *
 * A network that has seen too few pictures draws worse than a smaller one that
 * has seen enough, so each has a number of pictures below which it is not worth
 * its time.
 */
#define DM_N_RUNGS 7

typedef struct
{
  size_t   patch, width, n_blocks;
  size_t   n_levels, multipliers[DM_MAX_LEVELS];
  gboolean attention; /* in the middle */

  guint64 worth; /* pictures that the run should see, at least  */
  double  work;  /* of a step, relative to the others           */
} DmRung;

void    dm_ladder_get (DmRung *self, size_t i, size_t side);
size_t  dm_ladder_choose (guint64 n_images);
size_t  dm_ladder_choose_batch (guint64 n_images);
size_t  dm_ladder_choose_limit (guint64 n_images);
guint64 dm_ladder_choose_warm_up (guint64 n_images);
double  dm_ladder_choose_dropout (double n_passes);
