/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

/* A range of values, and the round numbers in it that are written down. */
typedef struct
{
  double low, high; /* of what is shown         */
  double step;      /* between the round numbers */
  double first;     /* the lowest of them       */
  size_t n;         /* of them                  */
} DmChartAxis;

void   dm_chart_axis_init (DmChartAxis *self, double low, double high);
double dm_chart_axis_get (const DmChartAxis *self, size_t i);
