/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet-private.h"

#include <string.h>

/* The way through the network while it is being built. */
typedef struct
{
  DmUnet   *unet;
  DmBuilder builder;
  size_t    level, c; /* of the value that the next stage reads */
  size_t    group;
  size_t    n_pushed;
} Building;

static DmStage *
add_stage (Building *self, DmStageKind kind, size_t c_out)
{
  DmUnet  *unet = self->unet;
  DmStage *stage = g_new0 (DmStage, 1);
  size_t   side = unet->config.resolution / unet->config.patch;

  stage->kind = kind;
  stage->group = self->group;
  stage->level = self->level;
  stage->c_in = self->c;
  stage->c_out = self->c = c_out;
  stage->pushes = stage->pops = DM_NO_CONCAT;

  unet->stages = g_renew (DmStage *, unet->stages, unet->n_stages + 1);
  unet->stages[unet->n_stages++] = stage;

  if (kind == DM_STAGE_DOWN)
    self->level++;
  else if (kind == DM_STAGE_UP)
    self->level--;

  side >>= kind == DM_STAGE_UP ? self->level : stage->level;
  self->builder.h = self->builder.w = side;

  return stage;
}

static void
add_conv (Building   *self,
          DmStageKind kind,
          const char *scope,
          size_t      c_out,
          DmStart     start)
{
  DmStage *stage = add_stage (self, kind, c_out);

  if (kind == DM_STAGE_OUT)
    dm_group_norm_init (&stage->norm, &self->builder, "norm_out", stage->c_in,
                        self->unet->config.n_groups, true);

  dm_conv2d_init (&stage->conv, &self->builder, scope, stage->c_in, c_out,
                  kind == DM_STAGE_DOWN ? 2 : 1, start);
}

static DmStage *
add_res (Building *self, const char *where, size_t index, size_t c_out)
{
  g_autofree char *scope = g_strdup_printf ("%s.block.%zu", where, index);
  DmStage         *stage = add_stage (self, DM_STAGE_RES, c_out);

  dm_res_block_init (&stage->res, &self->builder, scope, stage->c_in, c_out,
                     self->unet->config.embedding, self->unet->config.n_groups);

  return stage;
}

static void
add_attention (Building *self, const char *where, size_t index)
{
  g_autofree char *scope = g_strdup_printf ("%s.attention.%zu", where, index);
  DmStage         *stage = add_stage (self, DM_STAGE_ATTENTION, self->c);

  dm_attention_init (&stage->attention, &self->builder, scope, self->c,
                     self->unet->config.head_width,
                     self->unet->config.n_groups);
}

/* The group's value is wanted again on the way up. */
static void
push (Building *self)
{
  DmUnet *unet = self->unet;

  unet->stages[unet->n_stages - 1]->pushes = unet->n_concats;
  unet->concats = g_renew (DmConcat, unet->concats, unet->n_concats + 1);
  unet->concats[unet->n_concats++] =
      (DmConcat){ .c_skip = self->c, .level = self->level };
  self->n_pushed = unet->n_concats;
}

/* Returns: the concat that the next stage reads. */
static size_t
pop (Building *self)
{
  DmConcat *concat = &self->unet->concats[--self->n_pushed];

  concat->c_below = self->c;
  self->c += concat->c_skip;

  return self->n_pushed;
}

static void
build_down (Building *self, size_t level)
{
  const DmConfig  *config = &self->unet->config;
  g_autofree char *where = g_strdup_printf ("down.%zu", level);
  g_autofree char *scope = g_strconcat (where, ".downsample", NULL);

  for (size_t i = 0; i < config->n_blocks; i++)
    {
      self->group++;
      add_res (self, where, i, dm_config_get_level_width (config, level));
      if (config->attention[level])
        add_attention (self, where, i);
      push (self);
    }

  if (level + 1 < config->n_levels)
    {
      self->group++;
      add_conv (self, DM_STAGE_DOWN, scope, self->c, DM_START_RANDOM);
      push (self);
    }
}

static void
build_up (Building *self, size_t level)
{
  const DmConfig  *config = &self->unet->config;
  g_autofree char *where = g_strdup_printf ("up.%zu", level);
  g_autofree char *scope = g_strconcat (where, ".upsample", NULL);

  for (size_t i = 0; i <= config->n_blocks; i++)
    {
      size_t c = dm_config_get_level_width (config, level);
      size_t popped = pop (self);

      self->group++;
      add_res (self, where, i, c)->pops = popped;
      if (config->attention[level])
        add_attention (self, where, i);
    }

  if (level > 0)
    add_conv (self, DM_STAGE_UP, scope, self->c, DM_START_RANDOM);
}

static void
build (Building *self)
{
  const DmConfig *config = &self->unet->config;
  size_t          picture = config->channels * config->patch * config->patch;

  dm_embedding_init (&self->unet->embedding, &self->builder, "embed",
                     config->width, config->embedding, config->n_classes,
                     dm_config_is_scaled (config), config->augmented);

  self->c = picture;
  add_conv (self, DM_STAGE_IN, "conv_in", config->width, DM_START_RANDOM);
  push (self);

  for (size_t level = 0; level < config->n_levels; level++)
    build_down (self, level);

  self->group++;
  add_res (self, "middle", 0, self->c);
  if (config->attention_middle)
    add_attention (self, "middle", 0);
  add_res (self, "middle", 1, self->c);

  for (size_t level = config->n_levels; level-- > 0;)
    build_up (self, level);

  add_conv (self, DM_STAGE_OUT, "conv_out", picture, DM_START_ZERO);
}

static DmUnet *
unet_new (const DmConfig *config, bool direct)
{
  DmUnet  *self;
  Building building = { 0 };

  g_return_val_if_fail (dm_config_check (config, NULL), NULL);

  self = g_new0 (DmUnet, 1);
  self->config = *config;
  self->params = dm_params_new ();
  dm_packs_init (&self->packs, dm_kernels_get_default ());

  building.unet = self;
  building.builder.params = self->params;
  building.builder.packs = &self->packs;
  building.builder.direct = direct;
  build (&building);
  dm_packs_limit (&self->packs, direct ? 0 : DM_PACKS_LIMIT);
  dm_params_allocate (self->params);

  return self;
}

/**
 * dm_unet_new:
 * @config: a configuration that dm_config_check() finds good
 *
 * Returns: (transfer full): the network, its parameters all zero
 *
 * Source: Dhariwal & Nichol 2021, "Diffusion models beat GANs", section 3.
 */
DmUnet *
dm_unet_new (const DmConfig *config)
{
  return unet_new (config, false);
}

/**
 * dm_unet_new_direct:
 *
 * Returns: (transfer full): the same network, that computes its convolutions
 * and their gradients directly: slower, to compare with
 */
DmUnet *
dm_unet_new_direct (const DmConfig *config)
{
  return unet_new (config, true);
}

/**
 * dm_unet_free:
 * @self: (nullable)
 */
void
dm_unet_free (DmUnet *self)
{
  if (self == NULL)
    return;

  for (size_t i = 0; i < self->n_stages; i++)
    g_free (self->stages[i]);
  g_free (self->stages);
  g_free (self->concats);
  dm_packs_clear (&self->packs);
  dm_params_free (self->params);
  g_free (self);
}

const DmConfig *
dm_unet_get_config (const DmUnet *self)
{
  return &self->config;
}

DmParams *
dm_unet_get_params (DmUnet *self)
{
  return self->params;
}

size_t
dm_unet_get_stride (const DmUnet *self)
{
  return dm_config_get_stride (&self->config);
}

/**
 * dm_unet_pack:
 * @mode: %DM_PLAN_INFER packs for forward passes only
 * @pool: (nullable)
 *
 * To be called after the parameters have changed and before the next pass, and
 * never while a pass is running.
 *
 * Errors: %DM_ERROR_MEMORY, the first time; it may be tried again
 */
gboolean
dm_unet_pack (DmUnet *self, DmPlanMode mode, DmPool *pool, GError **error)
{
  return dm_packs_run (&self->packs, mode == DM_PLAN_TRAIN, pool, error);
}

/**
 * dm_unet_measure_packs:
 *
 * Returns: bytes that dm_unet_pack() takes beside the parameters.
 */
size_t
dm_unet_measure_packs (const DmUnet *self, DmPlanMode mode)
{
  return dm_packs_measure (&self->packs, mode == DM_PLAN_TRAIN);
}
