/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#define DM_N_HUSHED 3

/* What GEGL and its loaders say goes into the error, not to the terminal. Not
 * from two threads at once.
 */
typedef struct
{
  guint    handlers[DM_N_HUSHED];
  gboolean warned;
} DmHush;

void dm_hush_begin (DmHush *self);
void dm_hush_end (DmHush *self);
