/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/terms.h"

#include <string.h>

static const char *const prediction_names[DM_N_PREDICTIONS] = {
  [DM_PREDICTION_EPS] = "eps",
  [DM_PREDICTION_V] = "v",
  [DM_PREDICTION_X0] = "x0",
};

/**
 * dm_prediction_get_name:
 *
 * Returns: (transfer none): the word that stands for it in a weights file.
 */
const char *
dm_prediction_get_name (DmPrediction prediction)
{
  return prediction_names[prediction];
}

/**
 * dm_prediction_from_name:
 * @prediction: (out) set if @name is known
 *
 * Returns: whether @name is known.
 */
bool
dm_prediction_from_name (DmPrediction *prediction, const char *name)
{
  for (int i = 0; i < DM_N_PREDICTIONS; i++)
    if (strcmp (name, prediction_names[i]) == 0)
      {
        *prediction = i;
        return true;
      }

  return false;
}
