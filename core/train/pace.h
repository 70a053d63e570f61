/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "train/trainer.h"

/* How fast a network learns on this machine: some real steps of a trainer that
 * is thrown away.
 */
gboolean dm_pace_measure (double                 *speed,
                          const DmConfig         *config,
                          const DmDataset        *dataset,
                          const DmTrainerOptions *options,
                          DmPool                 *pool,
                          double                  seconds,
                          GError                **error);

/* The same before there are pictures, with gray ones. */
gboolean dm_pace_measure_blank (double                 *speed,
                                const DmConfig         *config,
                                const DmTrainerOptions *options,
                                DmPool                 *pool,
                                double                  seconds,
                                GError                **error);
