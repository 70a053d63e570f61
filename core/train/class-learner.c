/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "model/classifier.h"
#include "nn/cross-entropy.h"
#include "train/learner.h"

typedef struct
{
  DmLearner         base;
  DmClassifier     *net;
  DmClassifierPlan *plan;
  DmClassifierPlan *measure_plan; /* (nullable) for pictures held out  */
  guint64           first;        /* picture of the part that is drawn */

  /* of a part */
  float *x0;                   /* [part, floats of a picture] */
  float *logits, *p, *dlogits; /* [part, n_classes]           */
  int   *class_id;             /* [part]                      */
} ClassLearner;

/* --- memory --------------------------------------------------------------- */

static void
clear_part (ClassLearner *self)
{
  g_clear_pointer (&self->plan, dm_classifier_plan_free);
  g_clear_pointer (&self->measure_plan, dm_classifier_plan_free);
  g_clear_pointer (&self->x0, g_free);
  g_clear_pointer (&self->logits, g_free);
  g_clear_pointer (&self->p, g_free);
  g_clear_pointer (&self->dlogits, g_free);
  g_clear_pointer (&self->class_id, g_free);
}

static void
class_learner_free (DmLearner *base)
{
  ClassLearner *self = (ClassLearner *) base;

  clear_part (self);
  dm_classifier_free (self->net);
  g_free (self);
}

static gboolean
class_learner_pack (DmLearner *base, GError **error)
{
  ClassLearner *self = (ClassLearner *) base;

  return dm_classifier_pack (self->net, DM_PLAN_TRAIN, base->context.pool,
                             error);
}

static size_t
class_learner_measure_packs (const DmLearner *base)
{
  const ClassLearner *self = (const ClassLearner *) base;

  return dm_classifier_measure_packs (self->net, DM_PLAN_TRAIN);
}

static size_t
measure_pictures (const DmLearner *base, size_t part)
{
  return part * (dm_learner_picture_floats (base) * sizeof (float) +
                 3 * base->config->n_classes * sizeof (float) + sizeof (int));
}

static size_t
class_learner_measure_part (const DmLearner *base, size_t part)
{
  const ClassLearner *self = (const ClassLearner *) base;
  size_t bytes = dm_classifier_plan_measure (self->net, DM_PLAN_TRAIN, part) +
                 measure_pictures (base, part);

  if (base->dataset->n_held_out > 0)
    bytes += dm_classifier_plan_measure (self->net, DM_PLAN_INFER, part);

  return bytes;
}

static gboolean
make_plan (const ClassLearner *self,
           DmClassifierPlan  **plan,
           DmPlanMode          mode,
           GError            **error)
{
  *plan = dm_classifier_plan_new (self->net, mode, self->base.part,
                                  self->base.context.pool, error);

  return *plan != NULL;
}

static gboolean
class_learner_set_part (DmLearner *base, GError **error)
{
  ClassLearner *self = (ClassLearner *) base;
  size_t        n = base->part, n_classes = base->config->n_classes;

  clear_part (self);
  if (!make_plan (self, &self->plan, DM_PLAN_TRAIN, error) ||
      (base->dataset->n_held_out > 0 &&
       !make_plan (self, &self->measure_plan, DM_PLAN_INFER, error)) ||
      !dm_learner_check_memory (measure_pictures (base, n), error))
    return FALSE;

  self->x0 = g_new (float, n *dm_learner_picture_floats (base));
  self->logits = g_new (float, n *n_classes);
  self->p = g_new (float, n *n_classes);
  self->dlogits = g_new (float, n *n_classes);
  self->class_id = g_new (int, n);

  return TRUE;
}

/* --- learning ------------------------------------------------------------- */

static void
draw_picture (void *data, size_t i, size_t worker)
{
  ClassLearner    *self = data;
  const DmLearner *base = &self->base;
  float           *x0 = self->x0 + i * dm_learner_picture_floats (base), scale;

  (void) worker;
  self->class_id[i] = dm_learner_draw (base, x0, &scale, NULL, self->first + i);
}

/* Returns: the sum of the losses of the part. */
static double
run_network (ClassLearner *self, DmClassifierPlan *plan)
{
  const DmLearner *base = &self->base;

  dm_classifier_forward (self->net, plan, self->logits, NULL, self->x0);

  return dm_cross_entropy_forward (self->p, self->logits, self->class_id,
                                   base->part, base->config->n_classes,
                                   &base->context);
}

static double
class_learner_learn (DmLearner *base, guint64 first)
{
  ClassLearner *self = (ClassLearner *) base;
  size_t        n_classes = base->config->n_classes;
  double        scale = 1.0 / (double) base->options->batch, loss;

  self->first = first;
  dm_pool_run (base->context.pool, draw_picture, self, base->part);
  dm_classifier_plan_set_dropout (self->plan, base->options->seed, first);
  loss = scale * run_network (self, self->plan);

  memset (self->dlogits, 0, base->part * n_classes * sizeof (float));
  dm_cross_entropy_backward (self->dlogits, self->p, self->class_id, base->part,
                             n_classes, scale);
  dm_classifier_backward (self->net, self->plan, NULL, self->dlogits);

  return loss;
}

static gboolean
is_right (const ClassLearner *self, size_t i)
{
  size_t       n_classes = self->base.config->n_classes;
  const float *row = self->logits + i * n_classes;

  for (size_t k = 0; k < n_classes; k++)
    if ((int) k != self->class_id[i] && !(row[k] < row[self->class_id[i]]))
      return FALSE;

  return TRUE;
}

static DmMeasure
class_learner_measure (DmLearner *base, size_t first)
{
  ClassLearner *self = (ClassLearner *) base;
  size_t        floats = dm_learner_picture_floats (base);
  DmMeasure     measure = { 0 };

  for (size_t i = 0; i < base->part; i++)
    {
      float scale;

      self->class_id[i] = dm_learner_get_held_out (base, self->x0 + i * floats,
                                                   &scale, first + i);
    }

  measure.loss = run_network (self, self->measure_plan) / (double) base->part;
  for (size_t i = 0; i < base->part; i++)
    measure.n_right +=
        first + i < base->dataset->n_held_out && is_right (self, i);

  return measure;
}

/* --- the whole ------------------------------------------------------------ */

static const DmLearnerClass class_learner_class = {
  .free = class_learner_free,
  .pack = class_learner_pack,
  .measure_packs = class_learner_measure_packs,
  .measure_part = class_learner_measure_part,
  .set_part = class_learner_set_part,
  .learn = class_learner_learn,
  .measure = class_learner_measure,
};

/**
 * dm_class_learner_new:
 *
 * Returns: (transfer full): its parameters all zero, without a part
 */
DmLearner *
dm_class_learner_new (const DmLesson *lesson)
{
  ClassLearner *self = g_new0 (ClassLearner, 1);

  self->net = dm_classifier_new (lesson->config);
  dm_learner_init (&self->base, &class_learner_class, lesson,
                   dm_classifier_get_params (self->net));

  return &self->base;
}
