/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

/* What the probabilities that a classifier gives to the classes of pictures,
 * [n, n_classes], say of the pictures.
 */
double
dm_inception_score (const float *probability, size_t n, size_t n_classes);
double dm_class_accuracy (const float *probability,
                          const int   *class_id,
                          size_t       n,
                          size_t       n_classes);
