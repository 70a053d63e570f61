/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet.h"
#include "nn/embedding.h"
#include "train/learner.h"
#include "train/loss.h"

/* Of a part: pictures, input, wanted and found output, and its gradient. */
#define N_PICTURE_BLOCKS 5

typedef struct
{
  DmLearner   base;
  DmUnet     *unet;
  DmUnetPlan *plan;
  DmUnetPlan *measure_plan; /* (nullable) for pictures held out */
  DmLoss      loss;
  guint64     first; /* picture of the part that is drawn */

  /* of a part */
  float      *x0, *pred, *dpred; /* [part, floats of a picture] */
  DmLossBatch drawn;
} Denoiser;

/* --- memory --------------------------------------------------------------- */

static void
clear_part (Denoiser *self)
{
  g_clear_pointer (&self->plan, dm_unet_plan_free);
  g_clear_pointer (&self->measure_plan, dm_unet_plan_free);
  g_clear_pointer (&self->x0, g_free);
  g_clear_pointer (&self->pred, g_free);
  g_clear_pointer (&self->dpred, g_free);
  g_clear_pointer (&self->drawn.input, g_free);
  g_clear_pointer (&self->drawn.want, g_free);
  g_clear_pointer (&self->drawn.logsnr, g_free);
  g_clear_pointer (&self->drawn.class_id, g_free);
  g_clear_pointer (&self->drawn.scale, g_free);
  g_clear_pointer (&self->drawn.labels, g_free);
}

static void
denoiser_free (DmLearner *base)
{
  Denoiser *self = (Denoiser *) base;

  clear_part (self);
  dm_unet_free (self->unet);
  g_free (self);
}

static gboolean
denoiser_pack (DmLearner *base, GError **error)
{
  Denoiser *self = (Denoiser *) base;

  return dm_unet_pack (self->unet, DM_PLAN_TRAIN, base->context.pool, error);
}

static size_t
denoiser_measure_packs (const DmLearner *base)
{
  const Denoiser *self = (const Denoiser *) base;

  return dm_unet_measure_packs (self->unet, DM_PLAN_TRAIN);
}

static DmWrap
get_wrap (const DmLearner *base)
{
  return base->config->circular ? DM_WRAP_XY : DM_WRAP_NONE;
}

static size_t
measure_pictures (const DmLearner *base, size_t part)
{
  return N_PICTURE_BLOCKS * part * dm_learner_picture_floats (base) *
         sizeof (float);
}

static size_t
denoiser_measure_part (const DmLearner *base, size_t part)
{
  const Denoiser *self = (const Denoiser *) base;
  size_t          side = base->config->resolution;
  DmWrap          wrap = get_wrap (base);
  size_t          bytes =
      dm_unet_plan_measure (self->unet, DM_PLAN_TRAIN, part, side, side, wrap) +
      measure_pictures (base, part);

  if (base->dataset->n_held_out > 0)
    bytes += dm_unet_plan_measure (self->unet, DM_PLAN_INFER, part, side, side,
                                   wrap);

  return bytes;
}

static gboolean
make_plan (const Denoiser *self,
           DmUnetPlan    **plan,
           DmPlanMode      mode,
           GError        **error)
{
  size_t side = self->base.config->resolution;

  *plan =
      dm_unet_plan_new (self->unet, mode, self->base.part, side, side,
                        get_wrap (&self->base), self->base.context.pool, error);

  return *plan != NULL;
}

static gboolean
denoiser_set_part (DmLearner *base, GError **error)
{
  Denoiser *self = (Denoiser *) base;
  size_t    n = base->part, floats = n * dm_learner_picture_floats (base);

  clear_part (self);
  if (!make_plan (self, &self->plan, DM_PLAN_TRAIN, error) ||
      (base->dataset->n_held_out > 0 &&
       !make_plan (self, &self->measure_plan, DM_PLAN_INFER, error)) ||
      !dm_learner_check_memory (measure_pictures (base, n), error))
    return FALSE;

  self->x0 = g_new (float, floats);
  self->pred = g_new (float, floats);
  self->dpred = g_new (float, floats);
  self->drawn = (DmLossBatch){
    .input = g_new (float, floats),
    .want = g_new (float, floats),
    .logsnr = g_new (float, n),
    .class_id = g_new (int, n),
    .scale = g_new (float, n),
    .labels = g_new (float, n *DM_AUGMENT_LABELS),
  };

  return TRUE;
}

/* --- learning ------------------------------------------------------------- */

static void
draw_picture (void *data, size_t i, size_t worker)
{
  Denoiser        *self = data;
  const DmLearner *base = &self->base;
  size_t           floats = dm_learner_picture_floats (base);
  guint64          picture = self->first + i;
  float           *x0 = self->x0 + i * floats;

  (void) worker;
  self->drawn.class_id[i] =
      dm_learner_draw (base, x0, &self->drawn.scale[i],
                       self->drawn.labels + i * DM_AUGMENT_LABELS, picture);
  dm_loss_draw (&self->loss, &self->drawn, x0, i, floats, picture);
}

static void
run_network (Denoiser *self, DmUnetPlan *plan, const float *labels)
{
  dm_unet_plan_set_scale (plan, self->drawn.scale);
  dm_unet_plan_set_labels (plan, labels);
  dm_unet_forward (self->unet, plan, self->pred, self->drawn.input,
                   self->drawn.logsnr, self->drawn.class_id);
}

/* Mean square over @n_pictures, of which the part is some. */
static double
measure_loss (Denoiser *self, size_t n_pictures)
{
  size_t floats = dm_learner_picture_floats (&self->base);

  return dm_loss_measure (self->dpred, self->pred, self->drawn.want,
                          self->base.part * floats,
                          1.0 / (double) (n_pictures * floats));
}

static double
denoiser_learn (DmLearner *base, guint64 first)
{
  Denoiser *self = (Denoiser *) base;
  double    loss;

  self->first = first;
  dm_pool_run (base->context.pool, draw_picture, self, base->part);
  dm_unet_plan_set_dropout (self->plan, base->options->seed, first);
  run_network (self, self->plan, self->drawn.labels);
  loss = measure_loss (self, base->options->batch);
  dm_unet_backward (self->unet, self->plan, NULL, self->dpred);

  return loss;
}

static DmMeasure
denoiser_measure (DmLearner *base, size_t first)
{
  Denoiser *self = (Denoiser *) base;
  size_t    floats = dm_learner_picture_floats (base);
  DmLoss    loss = self->loss;

  loss.p_uncond = 0.0;
  loss.noise_mean = 0.0;
  loss.noise_spread = 1.0;
  for (size_t i = 0; i < base->part; i++)
    {
      float *x0 = self->x0 + i * floats;

      self->drawn.class_id[i] =
          dm_learner_get_held_out (base, x0, &self->drawn.scale[i], first + i);
      dm_loss_draw (&loss, &self->drawn, x0, i, floats,
                    DM_HELD_OUT_FIRST + first + i);
    }
  run_network (self, self->measure_plan, NULL);

  return (DmMeasure){ .loss = measure_loss (self, base->part) };
}

/* --- the whole ------------------------------------------------------------ */

static const DmLearnerClass denoiser_class = {
  .free = denoiser_free,
  .pack = denoiser_pack,
  .measure_packs = denoiser_measure_packs,
  .measure_part = denoiser_measure_part,
  .set_part = denoiser_set_part,
  .learn = denoiser_learn,
  .measure = denoiser_measure,
};

/**
 * dm_denoiser_new:
 *
 * Returns: (transfer full): its parameters all zero, without a part
 */
DmLearner *
dm_denoiser_new (const DmLesson *lesson)
{
  const DmConfig *config = lesson->config;
  Denoiser       *self = g_new0 (Denoiser, 1);

  self->unet = dm_unet_new (config);
  dm_learner_init (&self->base, &denoiser_class, lesson,
                   dm_unet_get_params (self->unet));
  self->loss = (DmLoss){
    .target = { config->prediction, config->sigma_data },
    .schedule = { config->logsnr_min, config->logsnr_max },
    .p_uncond = lesson->options->p_uncond,
    .noise_mean = lesson->options->noise_mean,
    .noise_spread = lesson->options->noise_spread,
    .seed = lesson->options->seed,
  };

  return &self->base;
}
