/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/chart-axis.h"

#include <math.h>

/* Round numbers on an axis, at most. */
#define MOST 8

/* Room beside the values, as a share of their range. */
#define MARGIN 0.07

/* The smallest of 1, 2, 5 times a power of ten that is not below @x. */
static double
round_up (double x)
{
  double power = pow (10.0, floor (log10 (x)));
  double digit = x / power;

  if (digit <= 1.0)
    return power;
  if (digit <= 2.0)
    return 2.0 * power;
  if (digit <= 5.0)
    return 5.0 * power;

  return 10.0 * power;
}

/**
 * dm_chart_axis_init:
 * @self: (out)
 * @low, @high: the least and the largest value, finite; they may be equal
 */
void
dm_chart_axis_init (DmChartAxis *self, double low, double high)
{
  double range = high - low;

  if (!(range > 1e-9 * fmax (fabs (low), fabs (high))))
    range = low != 0.0 ? fabs (low) : 1.0;

  self->low = low - MARGIN * range;
  self->high = high + MARGIN * range;
  self->step = round_up ((self->high - self->low) / MOST);
  self->first = ceil (self->low / self->step);
  self->n = (size_t) (floor (self->high / self->step) - self->first) + 1;
  self->first *= self->step;
}

/**
 * dm_chart_axis_get:
 * @i: 0 ... n - 1
 *
 * Returns: a round number of the axis.
 */
double
dm_chart_axis_get (const DmChartAxis *self, size_t i)
{
  double value = self->first + (double) i * self->step;

  /* and not some 1e-17 */
  return fabs (value) < 1e-6 * self->step ? 0.0 : value;
}
