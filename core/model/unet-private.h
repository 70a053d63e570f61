/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "model/unet.h"
#include "nn/attention.h"
#include "nn/conv2d.h"
#include "nn/embedding.h"
#include "nn/group-norm.h"
#include "nn/res-block.h"

/* The network is a row of stages, walked forwards, then backwards.
 *
 * Outputs of the way down are wanted again on the way up. Such a value is
 * written at once into its part of the tensor where it meets the value from
 * below, a "concat": [below, skip] by channels. Concats are pushed on the way
 * down and popped on the way up, and their gradients the other way round, so
 * both live on the arena's stack.
 *
 * Stages form groups, which are the blocks of the paper: only the last value of
 * a group outlives it.
 */
typedef enum
{
  DM_STAGE_IN,
  DM_STAGE_RES,
  DM_STAGE_ATTENTION,
  DM_STAGE_DOWN,
  DM_STAGE_UP,
  DM_STAGE_OUT
} DmStageKind;

#define DM_NO_CONCAT ((size_t) -1)

typedef struct
{
  DmStageKind kind;
  size_t      group;
  size_t      level; /* of its input: sides are halved so often */
  size_t      c_in, c_out;
  size_t      pushes, pops; /* index of a concat, or DM_NO_CONCAT */

  DmGroupNorm norm; /* out          */
  DmConv2d    conv; /* in, down, up, out */
  DmResBlock  res;
  DmAttention attention;
} DmStage;

typedef struct
{
  size_t c_below, c_skip, level;
} DmConcat;

struct _DmUnet
{
  DmConfig    config;
  DmParams   *params;
  DmPacks     packs;
  DmEmbedding embedding;
  DmStage   **stages; /* packs point into them: they stay where they are */
  size_t      n_stages;
  DmConcat   *concats;
  size_t      n_concats;
};

/* What one stage uses of a plan. */
typedef struct
{
  DmTensor        x, y;
  DmTensor        bordered; /* what its convolution reads */
  DmGroupNormPlan norm;
  DmResBlockPlan  res;
  DmAttentionPlan attention;

  /* backward */
  DmTensor dx, dy;
  bool     add;
  bool     unwanted; /* dx: nobody asks for the picture's gradient */
  DmTensor spread, dbordered;
} DmStagePlan;

struct _DmUnetPlan
{
  const DmUnet   *unet;
  DmPlanMode      mode;
  size_t          n, h, w; /* of the pictures, pixels */
  DmWrap          wrap;
  DmArena         arena;
  size_t          n_value_bytes; /* of the arena, all but scratch */
  DmContext       context;
  DmEmbeddingPlan embedding;
  DmStagePlan    *stages;
  DmTensor       *concats, *dconcats;
  guint64         dropout_seed, first_picture;
  const float    *scale;  /* (nullable) [n], lent */
  const float    *labels; /* (nullable) [n, DM_AUGMENT_LABELS], lent */
};

void dm_unet_layout (DmUnetPlan *self, DmPlanner *planner);

void dm_stage_plan (const DmStage *self,
                    DmStagePlan   *plan,
                    DmPlanner     *planner,
                    DmTensor       y,
                    DmTensor       x);
void dm_stage_plan_backward (const DmStage *self,
                             DmStagePlan   *plan,
                             DmPlanner     *planner,
                             DmTensor       dx,
                             bool           add,
                             DmTensor       dy);
void dm_stage_forward (const DmStage   *self,
                       DmStagePlan     *plan,
                       const DmDropout *dropout,
                       DmWrap           wrap,
                       const DmContext *context);
void dm_stage_backward (const DmStage   *self,
                        DmStagePlan     *plan,
                        const DmDropout *dropout,
                        DmWrap           wrap,
                        const DmContext *context);
