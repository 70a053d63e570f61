/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "diffusion/guidance.h"
#include "diffusion/sampler.h"
#include "model/model.h"
#include "tensor/pool.h"
#include "tensor/tensor.h"

/* A picture to start from, or to draw around what is known of it. Lent. */
typedef struct
{
  const float *x0;    /* [height, width, channels] in [-1, 1]              */
  const float *mask;  /* (nullable) [height, width]: 1 where x0 is kept, 0
                         where it is drawn, between see DmKnown; NULL:
                         drawn everywhere                              */
  double strength;    /* share of the steps that is left for drawing, in
                         (0, 1]; 1 starts from noise, less from x0 with
                         noise in it                                   */
  unsigned n_repeats; /* 1 to 100: RePaint's resampling                   */
} DmGiven;

/* How often each step is taken unless somebody says otherwise. */
#define DM_GIVEN_REPEATS 4

/* How much a large canvas changes from place to place unless somebody says
 * otherwise: enough for a meadow, little enough for a wall.
 */
#define DM_SETTINGS_VARIATION 0.3

/* What a set of pictures drawn together has in common. */
typedef struct
{
  DmSampler sampler;
  unsigned  n_steps;
  size_t    width, height; /* of the canvas; the native size unless the model
                              is fully convolutional                      */
  DmWrap wrap;
  size_t window_pixels; /* the most that the network sees of a canvas at once;
                           0: as many as take about 1.3 GB of memory       */
  double guidance_start, guidance_end; /* in t                         */
  double clip, threshold, rescale;     /* see DmGuidance               */
  double variation; /* 0 to 1: how much a canvas that is larger than the native
                       size changes from place to place, if the model's
                       pictures wrap and nothing is given                  */

  /* where the steps lie and what ancestral adds: see DmSampling */
  DmSpacing spacing;
  double    logsnr_first, logsnr_last, variance_mix;

  const DmGiven *given; /* (nullable): for each of the pictures */
} DmSettings;

/* One picture: a function of these and the settings, whatever is drawn with it.
 */
typedef struct
{
  int     class_id;
  double  guidance;
  guint64 seed;
  guint64 index; /* picture @index of @seed */
  double  scale; /* for networks that are told it, 0: unknown; what is beyond
                    the range of training counts as its nearer end      */
} DmPicture;

/* Settings that the model's file recommends, at its native size. The rest is
 * set to what is best for most: change only what you mean to.
 */
void dm_settings_init (DmSettings *self, const DmModel *model);
void dm_settings_recommend (DmSettings     *self,
                            const DmConfig *config,
                            const DmCard   *card);

/* As many pictures as are drawn together, at most. */
#define DM_GENERATE_TOGETHER 16

/* Returns: (transfer full): [n_pictures, height, width, channels] in [-1, 1],
 * g_free()d by the caller; NULL if it cannot be done or was stopped.
 */
float *dm_generate (const DmModel    *model,
                    const DmSettings *settings,
                    const DmPicture  *pictures,
                    size_t            n_pictures,
                    DmStepFunc        on_step,
                    void             *data,
                    DmPool           *pool,
                    GError          **error);

/* How often dm_generate() has run in this process, and how many pictures its
 * networks have evaluated; for tests of caches and of skipped work.
 */
guint dm_generate_get_n_runs (void);
guint dm_generate_get_n_rows (void);

double dm_generate_get_memory_limit (void);
