/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "train/trainer.h"

/* The average of a run, kept in files as it was at several moments, from which
 * averages of other lengths can be mixed when the run is at its end:
 * "post-hoc".
 */
#define DM_N_AVERAGES 24

double   dm_averages_get_moment (size_t i);
gboolean dm_trainer_keep_average (DmTrainer  *self,
                                  const char *folder,
                                  size_t      i,
                                  GError    **error);

/* An average that was tried. */
typedef struct
{
  double length; /* relative to the run, see dm_ema_exponent()    */
  double error;  /* of the mix, see dm_power_fit()                */
  double loss;   /* on pictures held out                          */
} DmMix;

GArray *dm_trainer_choose_average (DmTrainer  *self,
                                   const char *folder,
                                   size_t      n_pictures,
                                   DmMix      *chosen,
                                   GError    **error);
