/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/classifier-private.h"

/* The way through the network while it is being built. */
typedef struct
{
  DmClassifier *classifier;
  DmBuilder     builder;
  size_t        level, c; /* of the value that the next stage reads */
} Building;

static DmStage *
add_stage (Building *self, DmStageKind kind, size_t c_out)
{
  DmClassifier *classifier = self->classifier;
  DmStage      *stage = g_new0 (DmStage, 1);
  size_t        side = classifier->config.resolution / classifier->config.patch;

  stage->kind = kind;
  stage->level = self->level;
  stage->c_in = self->c;
  stage->c_out = self->c = c_out;
  stage->pushes = stage->pops = DM_NO_CONCAT;
  self->builder.h = self->builder.w = side >> self->level;

  classifier->stages =
      g_renew (DmStage *, classifier->stages, classifier->n_stages + 1);
  classifier->stages[classifier->n_stages++] = stage;

  return stage;
}

static void
add_conv (Building *self, DmStageKind kind, const char *scope, size_t c_out)
{
  DmStage *stage = add_stage (self, kind, c_out);

  dm_conv2d_init (&stage->conv, &self->builder, scope, stage->c_in, c_out,
                  kind == DM_STAGE_DOWN ? 2 : 1, DM_START_RANDOM);
  if (kind == DM_STAGE_DOWN)
    self->level++;
}

static void
add_res (Building *self, size_t index, size_t c_out)
{
  g_autofree char *scope =
      g_strdup_printf ("down.%zu.block.%zu", self->level, index);
  DmStage *stage = add_stage (self, DM_STAGE_RES, c_out);

  dm_res_block_init (&stage->res, &self->builder, scope, stage->c_in, c_out, 0,
                     self->classifier->config.n_groups);
}

static void
build (Building *self)
{
  const DmConfig *config = &self->classifier->config;

  self->c = config->channels * config->patch * config->patch;
  add_conv (self, DM_STAGE_IN, "conv_in", config->width);

  for (size_t level = 0; level < config->n_levels; level++)
    {
      g_autofree char *scope = g_strdup_printf ("down.%zu.downsample", level);

      for (size_t i = 0; i < config->n_blocks; i++)
        add_res (self, i, dm_config_get_level_width (config, level));
      if (level + 1 < config->n_levels)
        add_conv (self, DM_STAGE_DOWN, scope, self->c);
    }

  dm_group_norm_init (&self->classifier->norm, &self->builder, "norm_out",
                      self->c, config->n_groups, true);
  dm_linear_init (&self->classifier->head, &self->builder, "head", self->c,
                  config->n_classes, 0, DM_START_RANDOM);
}

/**
 * dm_classifier_new:
 * @config: of the task %DM_TASK_CLASSIFIER, and dm_config_check() finds it good
 *
 * Returns: (transfer full): the network, its parameters all zero
 */
DmClassifier *
dm_classifier_new (const DmConfig *config)
{
  DmClassifier *self;
  Building      building = { 0 };

  g_return_val_if_fail (config->task == DM_TASK_CLASSIFIER &&
                            dm_config_check (config, NULL),
                        NULL);

  self = g_new0 (DmClassifier, 1);
  self->config = *config;
  self->params = dm_params_new ();
  dm_packs_init (&self->packs, dm_kernels_get_default ());

  building.classifier = self;
  building.builder.params = self->params;
  building.builder.packs = &self->packs;
  build (&building);
  dm_packs_limit (&self->packs, DM_PACKS_LIMIT);
  dm_params_allocate (self->params);

  return self;
}

/**
 * dm_classifier_free:
 * @self: (nullable)
 */
void
dm_classifier_free (DmClassifier *self)
{
  if (self == NULL)
    return;

  for (size_t i = 0; i < self->n_stages; i++)
    g_free (self->stages[i]);
  g_free (self->stages);
  dm_packs_clear (&self->packs);
  dm_params_free (self->params);
  g_free (self);
}

const DmConfig *
dm_classifier_get_config (const DmClassifier *self)
{
  return &self->config;
}

DmParams *
dm_classifier_get_params (DmClassifier *self)
{
  return self->params;
}

/**
 * dm_classifier_get_n_features:
 *
 * Returns: how many numbers stand for a picture before its class is read off.
 */
size_t
dm_classifier_get_n_features (const DmClassifier *self)
{
  return self->head.c_in;
}

/**
 * dm_classifier_pack:
 * @pool: (nullable)
 *
 * To be called after the parameters have changed and before the next pass, and
 * never while a pass is running.
 *
 * Errors: %DM_ERROR_MEMORY, the first time; it may be tried again
 */
gboolean
dm_classifier_pack (DmClassifier *self,
                    DmPlanMode    mode,
                    DmPool       *pool,
                    GError      **error)
{
  return dm_packs_run (&self->packs, mode == DM_PLAN_TRAIN, pool, error);
}

size_t
dm_classifier_measure_packs (const DmClassifier *self, DmPlanMode mode)
{
  return dm_packs_measure (&self->packs, mode == DM_PLAN_TRAIN);
}
