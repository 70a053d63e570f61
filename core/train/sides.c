/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/sides.h"

#include <math.h>

/* Pictures that are looked at: of more, each so many-th. */
#define MOST 20000

/* Measured: 0.37 for Fashion-MNIST, whose shoes all point to the left, 0.09 for
 * sprites that are lit from there, and 0.014 for textures.
 */
#define ALIKE 0.02

/* Of a class: the sum of what pictures have to the left and not to the right,
 * [side, side, channels], and the sum of its squares.
 */
typedef struct
{
  double *sum;
  double  squares;
  size_t  n;
} Class;

static void
add_picture (Class *self, const float *x0, size_t side, size_t channels)
{
  for (size_t y = 0; y < side; y++)
    for (size_t x = 0; x < side; x++)
      for (size_t c = 0; c < channels; c++)
        {
          const float *row = x0 + y * side * channels;
          double d = row[x * channels + c] - row[(side - 1 - x) * channels + c];

          self->sum[(y * side + x) * channels + c] += d;
          self->squares += d * d;
        }
  self->n++;
}

/* Sums over the class of what its n pictures have in common, and of all.
 *
 *   |sum d|² = n (n - 1) |m|² + sum |d|²   in the mean, m the mean of d
 *
 * so that n |m|² is found without what n random pictures have in common.
 */
static void
add_class (double *common, double *all, const Class *class, size_t floats)
{
  double square = 0.0;

  if (class->n < 2)
    return;

  for (size_t i = 0; i < floats; i++)
    square += class->sum[i] * class->sum[i];

  *common += (square - class->squares) / (double) (class->n - 1);
  *all += class->squares;
}

/**
 * dm_sides_measure:
 *
 * Returns: what the pictures of a class have to the left and not to the right,
 * as a share of what each has by itself: about 0 if mirrored pictures would be
 * as likely, up to 1.
 */
double
dm_sides_measure (const DmDataset *dataset)
{
  size_t            side = dataset->side, channels = dataset->channels;
  size_t            floats = side * side * channels;
  size_t            step = dataset->n_images / MOST + 1;
  g_autofree float *x0 = g_new (float, floats);
  g_autofree Class *classes = g_new0 (Class, dataset->n_classes);
  double            common = 0.0, all = 0.0;

  for (size_t k = 0; k < dataset->n_classes; k++)
    classes[k].sum = g_new0 (double, floats);

  for (size_t i = 0; i < dataset->n_images; i += step)
    add_picture (&classes[dm_dataset_get (dataset, x0, i)], x0, side, channels);

  for (size_t k = 0; k < dataset->n_classes; k++)
    {
      add_class (&common, &all, &classes[k], floats);
      g_free (classes[k].sum);
    }

  return all > 0.0 ? CLAMP (common / all, 0.0, 1.0) : 0.0;
}

/**
 * dm_sides_are_alike:
 * @share: of dm_sides_measure()
 */
gboolean
dm_sides_are_alike (double share)
{
  return share <= ALIKE;
}
