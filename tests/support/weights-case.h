/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/weights.h"

/* Weights files for tests: what there is to be read again. */
#define DM_WEIGHTS_CASE_FLOATS                                                 \
  {                                                                            \
    0.0f, -1.5f, 3e-5f, 65504.0f, 1e30f, 0.1f                                  \
  }

DmConfig dm_weights_case_config (void);
DmCard  *dm_weights_case_card (void);
char *
dm_weights_case_save (const char *folder, const char *name, const DmCard *card);
GBytes *dm_weights_case_read (const char *path);
void    dm_weights_case_remove (char *folder);
