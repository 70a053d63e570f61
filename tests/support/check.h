/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Fixed pseudo-random numbers, standard normal; @sub tells arrays apart. */
void dm_test_random (float *x, size_t n, uint32_t sub);

/* Standard deviation of x[n]. */
double dm_test_deviation (const float *x, size_t n);

/* Every |a - b| is at most @tolerance; NaN never passes. */
void
dm_assert_near (const float *a, const float *b, size_t n, double tolerance);

/* All bits equal. */
void dm_assert_same (const float *a, const float *b, size_t n);

/* dx[n] is the gradient of loss (data) with respect to x[n], as central
 * differences see it, to 1 % of its largest element. Of long arrays a fixed
 * selection is checked.
 */
typedef double (*DmTestLoss) (void *data);

void dm_assert_gradient (
    DmTestLoss loss, void *data, float *x, const float *dx, size_t n);
