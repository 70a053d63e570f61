/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/scores.h"

#include <glib.h>
#include <math.h>

/* p log (p / q), which is 0 for p = 0; q is 0 only if p is. */
static double
relative_entropy (double p, double q)
{
  return p > 0.0 ? p * log (p / q) : 0.0;
}

/**
 * dm_inception_score:
 * @probability: [n, n_classes], the classifier's of each picture, rows sum to 1
 *
 *   exp (mean over x of KL (p(y|x) || p(y))),  p(y) the mean of p(y|x)
 *
 * Returns: 1 if all pictures look alike to the classifier, up to n_classes if
 * it is sure of each and sees all classes equally often.
 *
 * Source: Salimans et al. 2016, "Improved techniques for training GANs",
 * section 4; over all pictures at once.
 */
double
dm_inception_score (const float *probability, size_t n, size_t n_classes)
{
  g_autofree double *mean = g_new0 (double, n_classes);
  double             sum = 0.0;

  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n_classes; k++)
      mean[k] += (double) probability[i * n_classes + k] / n;

  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n_classes; k++)
      sum += relative_entropy (probability[i * n_classes + k], mean[k]);

  return exp (sum / n);
}

/**
 * dm_class_accuracy:
 * @probability: [n, n_classes]
 * @class_id: [n], of which class each picture should be
 *
 * Returns: the share of pictures that look most like their class.
 */
double
dm_class_accuracy (const float *probability,
                   const int   *class_id,
                   size_t       n,
                   size_t       n_classes)
{
  size_t n_right = 0;

  for (size_t i = 0; i < n; i++)
    {
      const float *row = probability + i * n_classes;
      int          best = 0;

      for (size_t k = 1; k < n_classes; k++)
        if (row[k] > row[best])
          best = (int) k;
      n_right += best == class_id[i];
    }

  return (double) n_right / n;
}
