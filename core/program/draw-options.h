/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "generate/generate.h"

/* How pictures are drawn, as all sub-commands that draw some are told it. */
typedef struct
{
  char  *guidance, *sampler;
  int    steps, threads;
  gint64 seed;
  double guidance_start, guidance_end;
} DmDrawOptions;

void          dm_draw_options_init (DmDrawOptions *self);
void          dm_draw_options_clear (DmDrawOptions *self);
GOptionEntry *dm_draw_options_new_table (DmDrawOptions *self);
GArray       *dm_draw_options_get_guidance (const DmDrawOptions *self,
                                            const DmCard        *card,
                                            GError             **error);
gboolean      dm_draw_options_get_settings (const DmDrawOptions *self,
                                            DmSettings          *settings,
                                            const DmModel       *model,
                                            GError             **error);
