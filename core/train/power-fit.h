/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* An average of weights over a run, that nobody kept, out of others that were
 * kept: those of one length, taken at several steps.
 */
bool dm_power_fit (double       *share,
                   double       *error,
                   const double *step,
                   size_t        n,
                   double        exponent,
                   double        wanted);
