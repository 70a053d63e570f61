/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "kernels/context.h"
#include "nn/params.h"

/* Average over the past of a run, of a length that grows with it: the weight of
 * a step is proportional to a power of its number.
 */
double dm_ema_exponent (double relative_length);
void   dm_ema_step (float           *average,
                    const DmParams  *params,
                    double           exponent,
                    guint64          n_steps,
                    const DmContext *context);
