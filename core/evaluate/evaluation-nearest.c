/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "evaluate/evaluation-private.h"

static size_t
picture_floats (const DmEvaluation *self)
{
  const DmDataset *set = self->options.dataset;

  return set->side * set->side * set->channels;
}

/* Of the pictures that are drawn at a strength, the first ones of a class. The
 * last one stands for those that are missing.
 *
 * Returns: whether there is one
 */
static gboolean
find_pictures (const DmEvaluation *self, size_t *k, int class_id, size_t count)
{
  size_t found = 0;

  for (size_t i = 0; found < count && i < self->options.n_samples; i++)
    if (self->real.features.class_id[self->chosen[i]] == class_id)
      k[found++] = i;

  for (size_t i = MAX (found, 1); i < count; i++)
    k[i] = k[found - 1];

  return found > 0;
}

/* Each beside the training picture that is nearest to it. */
static gboolean
show (const DmEvaluation *self,
      float              *pixels,
      float              *drawn,
      size_t              n,
      GError            **error)
{
  const DmEvaluationOptions *o = &self->options;
  size_t                     floats = picture_floats (self);
  DmPoints                   originals = self->originals.points;
  DmFeatures                 features;

  if (!dm_feature_net_prepare (o->net, &features, n, error))
    return FALSE;

  dm_feature_net_look (o->net, &features, drawn, 0, n);
  for (size_t i = 0; i < n; i++)
    {
      float *pair = pixels + 2 * i * floats;
      float  scale;
      size_t nearest =
          dm_neighbour_find (features.value + i * features.dim, &originals);

      memcpy (pair, drawn + i * floats, floats * sizeof (float));
      dm_dataset_draw (o->dataset, pair + floats, &scale, o->seed, nearest);
    }
  dm_features_clear (&features);

  return TRUE;
}

/**
 * dm_evaluation_show_nearest:
 * @count: pictures of each class
 *
 * Some of the pictures that dm_evaluation_measure_drawn() draws at a strength,
 * for eyes: each beside the picture that training has seen, cropped and turned
 * as it was then, that is nearest to it in features. Classes that are not among
 * the pictures are black.
 *
 * Errors: those of dm_generate()
 *
 * Returns: (transfer full) (nullable): [n_classes, count, 2, side, side,
 * channels] in [-1, 1]
 */
float *
dm_evaluation_show_nearest (DmEvaluation     *self,
                            const DmSettings *settings,
                            double            guidance,
                            size_t            count,
                            GError          **error)
{
  const DmEvaluationOptions *o = &self->options;
  size_t                     n_classes = o->dataset->n_classes;
  size_t                     floats = picture_floats (self);
  g_autofree size_t         *k = g_new (size_t, count);
  g_autofree DmPicture      *pictures = g_new (DmPicture, count);
  g_autofree float *pixels = g_new (float, n_classes *count * 2 * floats);

  for (size_t c = 0; c < n_classes; c++)
    {
      float            *row = pixels + c * count * 2 * floats;
      g_autofree float *drawn = NULL;

      if (!find_pictures (self, k, (int) c, count))
        {
          for (size_t i = 0; i < count * 2 * floats; i++)
            row[i] = -1.0f;
          continue;
        }

      for (size_t i = 0; i < count; i++)
        pictures[i] = dm_evaluation_get_picture (self, k[i], guidance);
      drawn = dm_generate (o->model, settings, pictures, count, NULL, NULL,
                           o->pool, error);
      if (drawn == NULL || !show (self, row, drawn, count, error))
        return NULL;
    }

  return g_steal_pointer (&pixels);
}
