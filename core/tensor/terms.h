/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>

/* Words that both wings, network and diffusion mathematics, use. */

/* The null class: "no class in particular". */
#define DM_CLASS_NULL (-1)

/* What the network's output means; see diffusion/target. */
typedef enum
{
  DM_PREDICTION_EPS,
  DM_PREDICTION_V,
  DM_PREDICTION_X0, /* preconditioned as in EDM */
  DM_N_PREDICTIONS
} DmPrediction;

const char *dm_prediction_get_name (DmPrediction prediction);
bool dm_prediction_from_name (DmPrediction *prediction, const char *name);

/* Called between steps; false stops the work, nothing leaks. */
typedef bool (*DmStepFunc) (unsigned step, unsigned n_steps, void *data);
