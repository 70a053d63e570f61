/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "diffusion/known.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "diffusion/schedule.h"

/* y[n] = a x[n] + b z[n] */
static void
combine (float *y, double a, const float *x, double b, const float *z, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = (float) (a * (double) x[i] + b * (double) z[i]);
}

static bool
is_kept (double mask, double left)
{
  return mask >= 1.0 || 1.0 - mask < left;
}

/**
 * dm_known_keep:
 * @x: (inout) [n_pictures, n_pixels, channels], at @logsnr
 * @eps: (nullable) of the same size; NULL once the picture is clean, when
 * @logsnr does not matter
 * @left: share of the steps that are still to be done, from 1 down to 0
 *
 * Where the picture is known, x is replaced by what is known, noised:
 *
 *   x = alpha x0 + sigma eps
 *
 * Source: Lugmayr et al. 2022, eq. 8.
 */
void
dm_known_keep (const DmKnown *self,
               float         *x,
               const float   *eps,
               double         logsnr,
               double         left,
               size_t         n_pictures)
{
  size_t channels = self->channels;
  double alpha = dm_alpha (logsnr), sigma = dm_sigma (logsnr);

  if (self->mask == NULL)
    return;

  for (size_t i = 0; i < n_pictures * self->n_pixels; i++)
    {
      size_t       pixel = i % self->n_pixels;
      const float *x0 = self->x0 + pixel * channels;
      float       *xt = x + i * channels;

      if (!is_kept (self->mask[pixel], left))
        continue;

      if (eps == NULL)
        memcpy (xt, x0, channels * sizeof *xt);
      else
        combine (xt, alpha, x0, sigma, eps + i * channels, channels);
    }
}

/**
 * dm_known_start:
 * @x: (inout) [n_pictures, n_pixels, channels], noise; on return, the picture
 * with that much of it that it is at @logsnr
 *
 *   x = alpha x0 + sigma x
 *
 * Source: Meng et al. 2022, "SDEdit", Algorithm 3, for a variance-preserving
 * process.
 */
void
dm_known_start (const DmKnown *self, float *x, double logsnr, size_t n_pictures)
{
  size_t n = self->n_pixels * self->channels;

  for (size_t i = 0; i < n_pictures; i++)
    combine (x + i * n, dm_alpha (logsnr), self->x0, dm_sigma (logsnr),
             x + i * n, n);
}

/**
 * dm_known_go_back:
 * @x: (inout) [n], at @logsnr; on return, at @next
 * @eps: [n]
 * @next: below @logsnr, noisier
 *
 * Draws from q (x_next | x), the process that takes pictures to noise:
 *
 *   x = r x + sigma_next sqrt (1 - exp (next - logsnr)) eps
 *   r = alpha_next / alpha
 *
 * Source: Ho & Salimans 2022, eq. 2.
 */
void
dm_known_go_back (
    float *x, const float *eps, double logsnr, double next, size_t n)
{
  double fresh = dm_sigma (next) * sqrt (-expm1 (next - logsnr));

  combine (x, dm_alpha (next) / dm_alpha (logsnr), x, fresh, eps, n);
}
