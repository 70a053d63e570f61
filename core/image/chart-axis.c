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

static void
add_linear_ticks (DmChartAxis *self)
{
  double first;

  self->step = round_up ((self->high - self->low) / MOST);
  first = ceil (self->low / self->step);
  self->n = (size_t) (floor (self->high / self->step) - first) + 1;
  for (size_t i = 0; i < self->n; i++)
    {
      double value = (first + (double) i) * self->step;

      /* and not some 1e-17, or -0 */
      self->ticks[i] = fabs (value) < 1e-6 * self->step ? 0.0 : value;
    }
}

/* 1, 2, 3, 5 and 7 times the powers of ten; of powers alone if those were too
 * many. Returns: whether there are as many as there should be.
 */
static gboolean
add_log_ticks (DmChartAxis *self, size_t n_digits)
{
  static const double digits[] = { 1.0, 2.0, 3.0, 5.0, 7.0 };

  self->n = 0;
  for (double power = pow (10.0, floor (log10 (self->low))); power < self->high;
       power *= 10.0)
    for (size_t i = 0; i < n_digits; i++)
      {
        double value = digits[i] * power;

        if (value < self->low || value > self->high)
          continue;
        if (self->n == DM_CHART_MAX_TICKS)
          return FALSE;
        self->ticks[self->n++] = value;
      }

  return self->n >= 3;
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

  *self = (DmChartAxis){
    .low = low - MARGIN * range,
    .high = high + MARGIN * range,
  };
  add_linear_ticks (self);
}

/**
 * dm_chart_axis_init_log:
 * @self: (out)
 * @low, @high: the least and the largest value, above 0; they may be equal
 *
 * As dm_chart_axis_init(), where equal ratios have equal lengths.
 */
void
dm_chart_axis_init_log (DmChartAxis *self, double low, double high)
{
  double margin = pow (fmax (high / low, 1.1), MARGIN);

  *self = (DmChartAxis){
    .low = low / margin,
    .high = high * margin,
    .log = TRUE,
  };
  if (!add_log_ticks (self, 5) && !add_log_ticks (self, 1))
    add_linear_ticks (self);
}

/**
 * dm_chart_axis_place:
 *
 * Returns: where a value lies: 0 at the low end, 1 at the high one.
 */
double
dm_chart_axis_place (const DmChartAxis *self, double value)
{
  if (self->log)
    return log (value / self->low) / log (self->high / self->low);

  return (value - self->low) / (self->high - self->low);
}
