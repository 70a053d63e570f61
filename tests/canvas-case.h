/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <math.h>

#include "generate/canvas.h"
#include "unet-case.h"

/* What the network is told, and what it reads is multiplied by. */
#define SCALE 0.5f
#define GAIN 0.7f

/* A small network, for pictures of 16 x 16, that wrap if it is circular, and is
 * told their scale.
 */
static inline DmUnet *
make_unet_with (bool circular, bool attention)
{
  DmConfig config = unet_case_small_config ();
  DmUnet  *unet;

  config.resolution = 16;
  config.attention[1] = config.attention_middle = attention;
  config.circular = circular;
  config.scale_min = 0.25;
  config.scale_max = 1.0;
  unet = dm_unet_new (&config);
  unet_case_fill_params (unet);
  g_assert_true (dm_unet_pack (unet, DM_PLAN_INFER, NULL, NULL));

  return unet;
}

static inline DmUnet *
make_plain_unet (bool circular)
{
  return make_unet_with (circular, false);
}

static inline DmUnet *
make_unet (void)
{
  return make_plain_unet (true);
}

/* Memory and plans for a canvas that knows its passes. */
static inline void
reserve (DmCanvas *self, DmArena *arena, DmPool *pool)
{
  g_autoptr (GError) error = NULL;

  *arena = (DmArena){ 0 };
  dm_canvas_place (self, arena);
  g_assert_true (dm_arena_reserve (arena, NULL));
  dm_canvas_place (self, arena);
  dm_canvas_reserve (self, pool, &error);
  g_assert_no_error (error);
}

static inline void
tear_down (DmCanvas *self, DmArena *arena)
{
  dm_canvas_clear (self);
  dm_arena_clear (arena);
}
