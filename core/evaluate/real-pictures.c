/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/real-pictures.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"

/* Pictures that are drawn together. */
#define TOGETHER 256

typedef struct
{
  DmRealPictures  *self;
  const DmDataset *dataset;
  guint64          seed;
  size_t           first;
  float           *x0; /* [TOGETHER, side, side, channels] */
} Job;

static size_t
picture_floats (const DmDataset *dataset)
{
  return dataset->side * dataset->side * dataset->channels;
}

static void
draw_one (void *data, size_t i, size_t worker)
{
  const Job      *job = data;
  DmRealPictures *self = job->self;
  size_t          k = job->first + i;

  (void) worker;
  self->picture[k] = dm_dataset_choose (job->dataset, job->seed, k);
  self->features.class_id[k] = dm_dataset_draw (
      job->dataset, job->x0 + i * picture_floats (job->dataset),
      &self->scale[k], job->seed, k);
}

static gboolean
look_at_all (Job          *job,
             DmFeatureNet *net,
             DmPool       *pool,
             DmStepFunc    on_step,
             void         *data,
             GError      **error)
{
  DmFeatures *features = &job->self->features;

  for (; job->first < features->n; job->first += TOGETHER)
    {
      size_t n = MIN (features->n - job->first, TOGETHER);

      if (on_step != NULL &&
          !on_step ((unsigned) job->first, (unsigned) features->n, data))
        {
          g_set_error_literal (error, DM_ERROR, DM_ERROR_CANCELLED,
                               _ ("the evaluation was stopped"));
          return FALSE;
        }

      dm_pool_run (pool, draw_one, job, n);
      dm_feature_net_look (net, features, job->x0, job->first, n);
    }

  return TRUE;
}

/**
 * dm_real_pictures_init:
 * @self: (out) to be cleared
 * @dataset: draws pictures that the network fits
 * @n: draws number 0 ... @n - 1 of @seed: of a dataset that is neither cropped
 *   at random nor balanced, the first n_images are all its pictures, once each
 * @pool: (nullable)
 * @on_step: (nullable): called with the pictures that are done and all
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_CANCELLED
 */
gboolean
dm_real_pictures_init (DmRealPictures  *self,
                       DmFeatureNet    *net,
                       const DmDataset *dataset,
                       size_t           n,
                       guint64          seed,
                       DmPool          *pool,
                       DmStepFunc       on_step,
                       void            *data,
                       GError         **error)
{
  g_autofree float *x0 = g_new (float, TOGETHER *picture_floats (dataset));
  Job               job = { self, dataset, seed, 0, x0 };

  *self = (DmRealPictures){ 0 };
  if (!dm_feature_net_prepare (net, &self->features, n, error))
    return FALSE;

  self->picture = g_new (size_t, n);
  self->scale = g_new (float, n);
  if (look_at_all (&job, net, pool, on_step, data, error))
    return TRUE;

  dm_real_pictures_clear (self);

  return FALSE;
}

void
dm_real_pictures_clear (DmRealPictures *self)
{
  dm_features_clear (&self->features);
  g_clear_pointer (&self->picture, g_free);
  g_clear_pointer (&self->scale, g_free);
}

/**
 * dm_real_pictures_choose:
 * @n: how many; of more than there are, some are chosen several times
 *
 * Returns: (transfer full): [n], which ones to take for a share of the pictures
 *   that has the classes in the same proportions, in the order of the classes
 */
size_t *
dm_real_pictures_choose (const DmRealPictures *self, size_t n)
{
  const DmFeatures  *all = &self->features;
  g_autofree size_t *next = g_new0 (size_t, all->n_classes + 1);
  g_autofree size_t *by_class = g_new (size_t, all->n);
  size_t            *chosen = g_new (size_t, n);

  for (size_t i = 0; i < all->n; i++)
    next[all->class_id[i] + 1]++;
  for (size_t c = 0; c < all->n_classes; c++)
    next[c + 1] += next[c];
  for (size_t i = 0; i < all->n; i++)
    by_class[next[all->class_id[i]]++] = i;

  /* the middle of each of n equal parts */
  for (size_t k = 0; k < n; k++)
    chosen[k] = by_class[(2 * k + 1) * all->n / (2 * n)];

  return chosen;
}

static void
copy_picture (DmRealPictures       *self,
              size_t                to,
              const DmRealPictures *other,
              size_t                from)
{
  DmFeatures       *a = &self->features;
  const DmFeatures *b = &other->features;

  memcpy (a->value + to * a->dim, b->value + from * b->dim,
          a->dim * sizeof (float));
  memcpy (a->probability + to * a->n_classes,
          b->probability + from * b->n_classes, a->n_classes * sizeof (float));
  a->class_id[to] = b->class_id[from];
  self->picture[to] = other->picture[from];
  self->scale[to] = other->scale[from];
}

/**
 * dm_real_pictures_share:
 * @self: (out) to be cleared
 * @n: up to as many as there are in @all
 *
 * The pictures of dm_real_pictures_choose().
 *
 * Errors: %DM_ERROR_MEMORY
 */
gboolean
dm_real_pictures_share (DmRealPictures       *self,
                        const DmFeatureNet   *net,
                        const DmRealPictures *all,
                        size_t                n,
                        GError              **error)
{
  g_autofree size_t *chosen = dm_real_pictures_choose (all, n);

  *self = (DmRealPictures){ 0 };
  if (!dm_feature_net_prepare (net, &self->features, n, error))
    return FALSE;

  self->picture = g_new (size_t, n);
  self->scale = g_new (float, n);
  for (size_t i = 0; i < n; i++)
    copy_picture (self, i, all, chosen[i]);

  return TRUE;
}
