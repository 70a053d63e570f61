/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "diffusion/schedule.h"

#include <math.h>

/* The angle a t + b of the schedule, measured from both ends: angle =
 * from_clean
 * + t * span, and pi/2 - angle = from_noise + (1 - t) * span. Near pi/2 the
 * tangent would magnify the rounding of the angle, so that the noisy half is
 * computed from its own end: tan (angle) = 1 / tan (pi/2 - angle).
 */
typedef struct
{
  double from_clean, from_noise, span;
} Angles;

static Angles
get_angles (const DmSchedule *self)
{
  Angles angles = { .from_clean = atan (exp (-0.5 * self->logsnr_max)),
                    .from_noise = atan (exp (0.5 * self->logsnr_min)) };

  angles.span = M_PI_2 - angles.from_clean - angles.from_noise;

  return angles;
}

/**
 * dm_schedule_get_logsnr:
 * @t: in [0, 1], 0 clean
 *
 *   logsnr = -2 log tan (a t + b)
 *   b = atan (exp (-logsnr_max / 2)),  a = atan (exp (-logsnr_min / 2)) - b
 *
 * For t drawn uniformly, logsnr follows a hyperbolic secant law cut off at both
 * ends of the range.
 *
 * Returns: the log-SNR, from logsnr_max at 0 down to logsnr_min at 1.
 *
 * Source: Ho & Salimans 2022, section 2.
 */
double
dm_schedule_get_logsnr (const DmSchedule *self, double t)
{
  Angles angles = get_angles (self);
  double angle = angles.from_clean + t * angles.span;

  if (t <= 0.0)
    return self->logsnr_max;
  if (t >= 1.0)
    return self->logsnr_min;

  if (angle <= M_PI_4)
    return -2.0 * log (tan (angle));

  return 2.0 * log (tan (angles.from_noise + (1.0 - t) * angles.span));
}

/**
 * dm_schedule_get_t:
 * @logsnr: any; beyond the range, its nearer end counts
 *
 * Returns: the time at which the schedule reaches @logsnr.
 */
double
dm_schedule_get_t (const DmSchedule *self, double logsnr)
{
  Angles angles = get_angles (self);

  if (logsnr >= self->logsnr_max)
    return 0.0;
  if (logsnr <= self->logsnr_min)
    return 1.0;

  return (atan (exp (-0.5 * logsnr)) - angles.from_clean) / angles.span;
}

/**
 * dm_alpha:
 *
 * Returns: alpha = sqrt (sigmoid (logsnr)), the share of x0 in xt; of full
 * relative precision however small.
 */
double
dm_alpha (double logsnr)
{
  return sqrt (1.0 / (1.0 + exp (-logsnr)));
}

/**
 * dm_sigma:
 *
 * Returns: sigma = sqrt (sigmoid (-logsnr)), the share of eps in xt; of full
 * relative precision however small.
 */
double
dm_sigma (double logsnr)
{
  return sqrt (1.0 / (1.0 + exp (logsnr)));
}
