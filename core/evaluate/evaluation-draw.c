/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/evaluation-private.h"

/* Pictures that are kept as pixels at a time. */
#define TOGETHER 64

typedef struct
{
  DmEvaluation     *self;
  DmFeatures        features;
  const DmSettings *settings;
  double            guidance;
  size_t            first, n; /* pictures at hand */
  DmStepFunc        on_step;
  void             *data;
} Drawing;

/* In pictures, of which a step of the sampler is a part. */
static bool
on_sampler_step (unsigned step, unsigned n_steps, void *data)
{
  const Drawing *drawing = data;
  size_t         done = drawing->first + drawing->n * step / n_steps;

  return drawing->on_step == NULL ||
         drawing->on_step ((unsigned) done, (unsigned) drawing->features.n,
                           drawing->data);
}

/**
 * dm_evaluation_get_picture:
 *
 * Returns: picture @k of those drawn at a strength, which takes class and scale
 * from a real one
 */
DmPicture
dm_evaluation_get_picture (const DmEvaluation *self, size_t k, double guidance)
{
  const DmEvaluationOptions *o = &self->options;
  const DmRealPictures      *real = &self->real;
  size_t                     like = self->chosen[k];
  gboolean scaled = dm_config_is_scaled (dm_model_get_config (o->model));

  return (DmPicture){
    .class_id = real->features.class_id[like],
    .guidance = guidance,
    .seed = o->seed,
    .index = k,
    .scale = scaled ? (double) real->scale[like] : 0.0,
  };
}

static gboolean
draw_some (Drawing *self, GError **error)
{
  const DmEvaluationOptions *o = &self->self->options;
  DmPicture                  pictures[TOGETHER];
  g_autofree float          *pixels = NULL;

  for (size_t i = 0; i < self->n; i++)
    {
      pictures[i] = dm_evaluation_get_picture (self->self, self->first + i,
                                               self->guidance);
      self->features.class_id[self->first + i] = pictures[i].class_id;
    }

  pixels = dm_generate (o->model, self->settings, pictures, self->n,
                        on_sampler_step, self, o->pool, error);
  if (pixels == NULL)
    return FALSE;

  dm_feature_net_look (o->net, &self->features, pixels, self->first, self->n);

  return TRUE;
}

static gboolean
draw_all (Drawing *self, GError **error)
{
  for (; self->first < self->features.n; self->first += TOGETHER)
    {
      self->n = MIN (self->features.n - self->first, TOGETHER);
      if (!draw_some (self, error))
        return FALSE;
    }

  return TRUE;
}

/**
 * dm_evaluation_measure_drawn:
 * @figures: (out)
 * @settings: of pictures of the native size
 * @on_step: (nullable): called with the pictures that are drawn and all
 *
 * Draws pictures, of classes and scales as the training pictures have them, and
 * compares them with these. They start from the same noise for any @settings
 * and @guidance.
 *
 * Errors: those of dm_generate(), %DM_ERROR_DATA
 */
gboolean
dm_evaluation_measure_drawn (DmEvaluation     *self,
                             DmFigures        *figures,
                             const DmSettings *settings,
                             double            guidance,
                             DmStepFunc        on_step,
                             void             *data,
                             GError          **error)
{
  const DmEvaluationOptions *o = &self->options;
  Drawing                    drawing = {
                       .self = self,
                       .settings = settings,
                       .guidance = guidance,
                       .on_step = on_step,
                       .data = data,
  };
  gboolean done;

  if (!dm_feature_net_prepare (o->net, &drawing.features, o->n_samples, error))
    return FALSE;

  done = draw_all (&drawing, error) &&
         dm_evaluation_compare (self, figures, &drawing.features, error);
  dm_features_clear (&drawing.features);

  return done;
}
