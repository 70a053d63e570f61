/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stddef.h>

/* Noise of a canvas that goes round and is larger than what the network was
 * trained on. Its mean over such a window is what the network reads colours and
 * brightness from: where that changes slowly, so does the picture.
 */
void dm_noise_set_variation (float *eps,
                             size_t h,
                             size_t w,
                             size_t channels,
                             size_t window,
                             double variation,
                             float *mean,
                             float *scratch);
