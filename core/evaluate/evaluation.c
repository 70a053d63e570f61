/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/evaluation.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "evaluate/copies.h"
#include "evaluate/gaussian.h"
#include "evaluate/real-pictures.h"
#include "evaluate/scores.h"
#include "tensor/error.h"

/* Which neighbour's distance is a point's radius.
 *
 * Source: Kynkäänniemi et al. 2019, section 2.
 */
#define NEIGHBOUR 3

/* Crops of the data that stand for all there are, at least. */
#define N_CROPS 10000

/* Pictures that are kept as pixels at a time. */
#define TOGETHER 64

struct _DmEvaluation
{
  DmEvaluationOptions options;

  /* the training pictures */
  DmRealPictures real;
  DmGaussian     gaussian; /* of all of them */
  DmOriginals    originals;

  /* those that the pictures drawn take class and scale from, and, once each,
     what these are to cover */
  size_t  *chosen;   /* [n_samples] */
  float   *manifold; /* [n_manifold, dim] */
  float   *radii;    /* [n_manifold] */
  DmPoints covered;
};

static gboolean
is_cropped (const DmDataset *dataset)
{
  return dataset->augment.crop != DM_CROP_CENTER;
}

static DmPoints
get_points (const DmFeatures *features)
{
  return (DmPoints){ features->value, features->n, features->dim };
}

/* --- real pictures --------------------------------------------------------
 */

/* A share of the real pictures as large as the set that it is compared with. */
static void
make_manifold (DmEvaluation *self)
{
  const DmFeatures *real = &self->real.features;
  size_t            n = MIN (self->options.n_samples, real->n), dim = real->dim;
  g_autofree size_t *picked = dm_real_pictures_choose (&self->real, n);

  self->manifold = g_new (float, n *dim);
  self->radii = g_new (float, n);
  for (size_t i = 0; i < n; i++)
    memcpy (self->manifold + i * dim, real->value + picked[i] * dim,
            dim * sizeof (float));

  self->covered = (DmPoints){ self->manifold, n, dim };
  dm_neighbour_radii (self->radii, &self->covered, NEIGHBOUR,
                      self->options.pool);
}

static gboolean
look_at_real (DmEvaluation *self,
              DmStepFunc    on_step,
              void         *data,
              GError      **error)
{
  const DmEvaluationOptions *o = &self->options;
  size_t                     n = o->dataset->n_images;

  if (is_cropped (o->dataset))
    n = MAX (n, N_CROPS);

  if (n <= dm_feature_net_get_dim (o->net))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_DATA,
                   _ ("%s: %zu pictures to train on are too few to compare %zu "
                      "features of them; train a classifier of a smaller "
                      "--width"),
                   o->dataset->name, n, dm_feature_net_get_dim (o->net));
      return FALSE;
    }

  return dm_real_pictures_init (&self->real, o->net, o->dataset, n, o->seed,
                                o->pool, on_step, data, error);
}

/**
 * dm_evaluation_new:
 * @on_step: (nullable): called with the training pictures that were looked at
 *   and all of them
 *
 * Errors: those of dm_evaluation_check(), %DM_ERROR_DATA, %DM_ERROR_MEMORY,
 * %DM_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable)
 */
DmEvaluation *
dm_evaluation_new (const DmEvaluationOptions *options,
                   DmStepFunc                 on_step,
                   void                      *data,
                   GError                   **error)
{
  g_autoptr (DmEvaluation) self = g_new0 (DmEvaluation, 1);
  const DmFeatures *real = &self->real.features;

  self->options = *options;
  if (!dm_evaluation_check (options, error) ||
      !look_at_real (self, on_step, data, error))
    return NULL;

  dm_gaussian_init (&self->gaussian, real->value, real->n, real->dim,
                    options->pool);
  self->originals = (DmOriginals){ get_points (real), self->real.picture };
  self->chosen = dm_real_pictures_choose (&self->real, options->n_samples);
  make_manifold (self);

  return g_steal_pointer (&self);
}

/**
 * dm_evaluation_free:
 * @self: (nullable)
 */
void
dm_evaluation_free (DmEvaluation *self)
{
  if (self == NULL)
    return;

  dm_real_pictures_clear (&self->real);
  dm_gaussian_clear (&self->gaussian);
  g_free (self->chosen);
  g_free (self->manifold);
  g_free (self->radii);
  g_free (self);
}

/* --- figures --------------------------------------------------------------
 */

static gboolean
measure_frechet (DmEvaluation     *self,
                 double           *distance,
                 const DmFeatures *found,
                 GError          **error)
{
  DmGaussian gaussian;
  gboolean   done;

  /* of so few no covariance can be had */
  if (found->n <= found->dim)
    return TRUE;

  dm_gaussian_init (&gaussian, found->value, found->n, found->dim,
                    self->options.pool);
  done = dm_frechet_distance (distance, &gaussian, &self->gaussian, error);
  dm_gaussian_clear (&gaussian);

  return done;
}

static void
measure_coverage (DmEvaluation *self, DmFigures *figures, const DmPoints *found)
{
  DmPool           *pool = self->options.pool;
  g_autofree float *radii = g_new (float, found->n);

  figures->precision =
      dm_neighbour_coverage (found, &self->covered, self->radii, pool);
  if (found->n <= NEIGHBOUR)
    return;

  dm_neighbour_radii (radii, found, NEIGHBOUR, pool);
  figures->recall = dm_neighbour_coverage (&self->covered, found, radii, pool);
}

static gboolean
measure (DmEvaluation     *self,
         DmFigures        *figures,
         const DmFeatures *found,
         GError          **error)
{
  DmPoints points = get_points (found);
  DmCopies copies;

  *figures = (DmFigures){ .n = found->n, .frechet = NAN, .recall = NAN };
  if (!measure_frechet (self, &figures->frechet, found, error))
    return FALSE;

  figures->inception =
      dm_inception_score (found->probability, found->n, found->n_classes);
  figures->accuracy = dm_class_accuracy (found->probability, found->class_id,
                                         found->n, found->n_classes);
  measure_coverage (self, figures, &points);
  dm_copies_find (&copies, &points, &self->originals, self->options.pool);
  figures->distance = copies.distance;
  figures->copies = copies.share;

  return TRUE;
}

/* --- pictures held out ----------------------------------------------------
 */

/**
 * dm_evaluation_measure_held_out:
 * @figures: (out): what the best of models could reach: those of pictures held
 *   out, as many as are drawn or as there are; figures->n is 0 if there are
 * none
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_DATA
 */
gboolean
dm_evaluation_measure_held_out (DmEvaluation *self,
                                DmFigures    *figures,
                                GError      **error)
{
  const DmEvaluationOptions *o = &self->options;
  DmDataset                  held_out;
  DmRealPictures             pictures;
  size_t                     n = o->n_samples;
  gboolean                   done;

  *figures = (DmFigures){ 0 };
  if (o->dataset->n_held_out == 0)
    return TRUE;
  if (!is_cropped (o->dataset))
    n = MIN (n, o->dataset->n_held_out);

  dm_dataset_view_held_out (&held_out, o->dataset);
  done = dm_real_pictures_init (&pictures, o->net, &held_out, n, o->seed,
                                o->pool, NULL, NULL, error);
  dm_dataset_view_clear (&held_out);
  if (!done)
    return FALSE;

  done = measure (self, figures, &pictures.features, error);
  dm_real_pictures_clear (&pictures);

  return done;
}

/* --- pictures drawn -------------------------------------------------------
 */

typedef struct
{
  DmEvaluation *self;
  DmFeatures    features;
  double        guidance;
  size_t        first, n; /* pictures at hand */
  DmStepFunc    on_step;
  void         *data;
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

/* Picture @k takes class and scale from a real one. */
static DmPicture
get_picture (const Drawing *self, size_t k)
{
  const DmEvaluationOptions *o = &self->self->options;
  const DmRealPictures      *real = &self->self->real;
  size_t                     like = self->self->chosen[k];
  gboolean scaled = dm_config_is_scaled (dm_model_get_config (o->model));

  return (DmPicture){
    .class_id = real->features.class_id[like],
    .guidance = self->guidance,
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
      pictures[i] = get_picture (self, self->first + i);
      self->features.class_id[self->first + i] = pictures[i].class_id;
    }

  pixels = dm_generate (o->model, o->settings, pictures, self->n,
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
 * @on_step: (nullable): called with the pictures that are drawn and all
 *
 * Draws pictures, of classes and scales as the training pictures have them, and
 * compares them with these. They start from the same noise for any @guidance.
 *
 * Errors: those of dm_generate(), %DM_ERROR_DATA
 */
gboolean
dm_evaluation_measure_drawn (DmEvaluation *self,
                             DmFigures    *figures,
                             double        guidance,
                             DmStepFunc    on_step,
                             void         *data,
                             GError      **error)
{
  const DmEvaluationOptions *o = &self->options;
  Drawing                    drawing = {
                       .self = self, .guidance = guidance, .on_step = on_step, .data = data
  };
  gboolean done;

  if (!dm_feature_net_prepare (o->net, &drawing.features, o->n_samples, error))
    return FALSE;

  done = draw_all (&drawing, error) &&
         measure (self, figures, &drawing.features, error);
  dm_features_clear (&drawing.features);

  return done;
}
