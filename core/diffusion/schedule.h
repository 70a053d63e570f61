/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* Time t in [0, 1], 0 clean, to log-SNR = log (alpha² / sigma²), natural log.
 */
typedef struct
{
  double logsnr_min, logsnr_max;
} DmSchedule;

double dm_schedule_get_logsnr (const DmSchedule *self, double t);
double dm_schedule_get_t (const DmSchedule *self, double logsnr);

/* alpha² = sigmoid (logsnr), sigma² = sigmoid (-logsnr); never by subtraction
 */
double dm_alpha (double logsnr);
double dm_sigma (double logsnr);
