/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/evaluation-private.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "evaluate/scores.h"
#include "tensor/error.h"

/* Which neighbour's distance is a point's radius.
 *
 * Source: Kynkäänniemi et al. 2019, section 2.
 */
#define NEIGHBOUR 3

/* Crops of the data that stand for all there are, at least. */
#define N_CROPS 10000

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

static void
find_originals (DmEvaluation *self)
{
  const DmRealPictures *real = &self->real;
  const guint          *alike = self->options.dataset->alike;
  size_t                n = real->features.n;

  self->picture = g_new (size_t, n);
  for (size_t i = 0; i < n; i++)
    self->picture[i] =
        alike != NULL ? alike[real->picture[i]] : real->picture[i];
  self->originals =
      (DmOriginals){ get_points (&real->features), self->picture };
}

/* A share of the real pictures as large as the set that it is compared with. */
static void
make_manifold (DmEvaluation *self)
{
  const DmFeatures *real = &self->real.features;
  size_t            n = MIN (self->options.n_samples, real->n), dim = real->dim;
  g_autofree size_t *picked = dm_real_pictures_choose (&self->real, n);

  self->manifold = g_new (float, n *dim);
  self->radii = g_new (float, n);
  self->own = g_new (size_t, n);
  for (size_t i = 0; i < n; i++)
    {
      memcpy (self->manifold + i * dim, real->value + picked[i] * dim,
              dim * sizeof (float));
      self->own[i] = self->picture[picked[i]];
    }

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
  find_originals (self);
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
  g_free (self->picture);
  g_free (self->chosen);
  g_free (self->manifold);
  g_free (self->radii);
  g_free (self->own);
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

/* @own: (nullable): as in dm_copies_find() */
static void
measure_copies (DmEvaluation   *self,
                DmFigures      *figures,
                const DmPoints *found,
                const size_t   *own)
{
  DmCopies copies;

  dm_copies_find (&copies, found, own, &self->originals, self->options.pool);
  figures->distance = copies.distance;
  figures->copies = copies.share;
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

/**
 * dm_evaluation_compare:
 * @figures: (out)
 * @found: pictures, one or more
 *
 * Errors: %DM_ERROR_DATA
 */
gboolean
dm_evaluation_compare (DmEvaluation     *self,
                       DmFigures        *figures,
                       const DmFeatures *found,
                       GError          **error)
{
  DmPoints points = get_points (found);

  *figures = (DmFigures){ .n = found->n, .frechet = NAN, .recall = NAN };
  if (!measure_frechet (self, &figures->frechet, found, error))
    return FALSE;

  figures->inception =
      dm_inception_score (found->probability, found->n, found->n_classes);
  figures->accuracy = dm_class_accuracy (found->probability, found->class_id,
                                         found->n, found->n_classes);
  measure_coverage (self, figures, &points);
  measure_copies (self, figures, &points, NULL);

  return TRUE;
}

/* --- pictures held out ----------------------------------------------------
 */

/* Of pictures that are read whole, those that have the classes in proportion;
 * of crops, of which there is no end, the first.
 */
static gboolean
look_at_held_out (DmEvaluation *self, DmRealPictures *pictures, GError **error)
{
  const DmEvaluationOptions *o = &self->options;
  gboolean                   cropped = is_cropped (o->dataset);
  size_t         n_all = cropped ? o->n_samples : o->dataset->n_held_out;
  DmDataset      held_out;
  DmRealPictures all;
  gboolean       done;

  dm_dataset_view_held_out (&held_out, o->dataset);
  done = dm_real_pictures_init (&all, o->net, &held_out, n_all, o->seed,
                                o->pool, NULL, NULL, error);
  dm_dataset_view_clear (&held_out);
  if (!done)
    return FALSE;

  done = dm_real_pictures_share (pictures, o->net, &all,
                                 MIN (n_all, o->n_samples), error);
  dm_real_pictures_clear (&all);

  return done;
}

/**
 * dm_evaluation_measure_held_out:
 * @figures: (out): what the best of models could reach: those of pictures held
 *   out, as many as are drawn or as there are; figures->n is 0 if there are
 * none
 *
 * If the data say which pictures are alike, whole groups are held out, and few:
 * chance among them decides about near-copies. So distance and copies are then
 * those of training pictures, each beside all that are not of its group, as if
 * each group were held out in turn.
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_DATA
 */
gboolean
dm_evaluation_measure_held_out (DmEvaluation *self,
                                DmFigures    *figures,
                                GError      **error)
{
  DmRealPictures pictures;
  gboolean       done;

  *figures = (DmFigures){ 0 };
  if (self->options.dataset->n_held_out == 0)
    return TRUE;

  if (!look_at_held_out (self, &pictures, error))
    return FALSE;

  done = dm_evaluation_compare (self, figures, &pictures.features, error);
  dm_real_pictures_clear (&pictures);
  if (done && self->options.dataset->alike != NULL)
    measure_copies (self, figures, &self->covered, self->own);

  return done;
}
