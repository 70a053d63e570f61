/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "diffusion/guidance.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#define RADIX_BITS 11
#define RADIX_SIZE (1u << RADIX_BITS)

/**
 * dm_guidance_is_active:
 * @t: in [0, 1]
 *
 * Returns: whether the null prediction matters at time @t; if not, it need not
 * be evaluated.
 *
 * Source: Kynkäänniemi et al. 2024, "Applying guidance in a limited interval".
 */
bool
dm_guidance_is_active (const DmGuidance *self, double t)
{
  return self->guidance != 0.0 && t <= self->start && t >= self->end;
}

/**
 * dm_guide:
 * @pred: (inout) [n], prediction for the class; on return, the guided one
 * @pred_null: [n], prediction for the null class
 * @guidance: w; -1 ignores the class, 0 is unguided, more is stronger
 *
 *   pred = (1 + w) pred - w pred_null
 *
 * The paper says so of eps. It holds for v and x0 predictions alike, since each
 * is the same affine function of eps for both, and the weights sum to 1. It is
 * computed as pred + w (pred - pred_null), which leaves equal predictions as
 * they are.
 *
 * Source: Ho & Salimans 2022, eq. 6.
 */
void
dm_guide (float *pred, const float *pred_null, double guidance, size_t n)
{
  float w = (float) guidance;

  for (size_t i = 0; i < n; i++)
    pred[i] += w * (pred[i] - pred_null[i]);
}

static double
get_deviation (const float *x, size_t n)
{
  double mean = 0.0, square = 0.0;

  for (size_t i = 0; i < n; i++)
    mean += x[i];
  mean /= (double) n;

  for (size_t i = 0; i < n; i++)
    square += (x[i] - mean) * (x[i] - mean);

  return sqrt (square / (double) n);
}

static void
scale (float *x, double factor, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = (float) (factor * (double) x[i]);
}

/* Guidance makes the contrast of x0 grow; this gives back a part phi of it:
 *
 *   x0 *= phi deviation (x0_class) / deviation (x0) + 1 - phi
 *
 * Source: Lin et al. 2023, "Common diffusion noise schedules and sample steps
 * are flawed", section 3.4, applied to x0 so that it means the same for every
 * prediction.
 */
static void
rescale (float *x0, const float *x0_class, double phi, size_t n)
{
  double guided = get_deviation (x0, n);
  double wanted = get_deviation (x0_class, n);

  if (guided > 0.0)
    scale (x0, phi * wanted / guided + 1.0 - phi, n);
}

static inline uint32_t
magnitude_bits (float x)
{
  uint32_t bits;

  memcpy (&bits, &x, sizeof bits);

  return bits & 0x7fffffffu;
}

/* The magnitude in x[n] that @rank others come before. Bits of floats without
 * sign are ordered as the floats are, and so they are looked up digit by digit,
 * each time counting the elements that share the digits found so far.
 */
static float
select_magnitude (const float *x, size_t n, size_t rank)
{
  uint32_t found = 0, mask = 0;
  float    magnitude;

  for (int shift = 2 * RADIX_BITS; shift >= 0; shift -= RADIX_BITS)
    {
      size_t   count[RADIX_SIZE] = { 0 };
      uint32_t digit = 0;

      for (size_t i = 0; i < n; i++)
        {
          uint32_t bits = magnitude_bits (x[i]);

          if ((bits & mask) == found)
            count[bits >> shift & (RADIX_SIZE - 1)]++;
        }

      while (rank >= count[digit])
        rank -= count[digit++];

      found |= digit << shift;
      mask |= (RADIX_SIZE - 1) << shift;
    }

  memcpy (&magnitude, &found, sizeof magnitude);

  return magnitude;
}

static void
clip (float *x, double limit, size_t n)
{
  float high = (float) limit;

  for (size_t i = 0; i < n; i++)
    x[i] = x[i] > high ? high : x[i] < -high ? -high : x[i];
}

/* Where a picture reaches beyond its range, the range of its quantile is
 * brought back to ±limit, and only what lies beyond that quantile is cut.
 *
 * Source: Saharia et al. 2022 (Imagen), section 2.3.
 */
static void
threshold (float *x0, double quantile, double limit, size_t n)
{
  size_t rank = (size_t) (quantile * (double) (n - 1));
  double reach = select_magnitude (x0, n, rank < n ? rank : n - 1);

  if (reach > limit)
    {
      clip (x0, reach, n);
      scale (x0, limit / reach, n);
    }

  clip (x0, limit, n);
}

/**
 * dm_guidance_apply:
 * @x0: (out) [n]; not @pred
 * @pred: [n], prediction for the class
 * @pred_null: (nullable) [n], prediction for the null class; NULL if guidance
 * is not active
 * @xt: [n], one picture
 * @scratch: [n]
 *
 * Guided x0 of one picture: mixed, rescaled, then thresholded or clipped. The
 * dynamic threshold replaces clipping; without a clip its range is ±1.
 */
void
dm_guidance_apply (const DmGuidance *self,
                   const DmTarget   *target,
                   float            *x0,
                   const float      *pred,
                   const float      *pred_null,
                   const float      *xt,
                   double            logsnr,
                   size_t            n,
                   float            *scratch)
{
  double limit = self->clip > 0.0 ? self->clip : 1.0;

  memcpy (scratch, pred, n * sizeof *scratch);
  if (pred_null != NULL)
    dm_guide (scratch, pred_null, self->guidance, n);

  dm_target_to_x0 (target, x0, scratch, xt, logsnr, n);

  if (pred_null != NULL && self->rescale > 0.0)
    {
      dm_target_to_x0 (target, scratch, pred, xt, logsnr, n);
      rescale (x0, scratch, self->rescale, n);
    }

  if (self->threshold > 0.0)
    threshold (x0, self->threshold, limit, n);
  else if (self->clip > 0.0)
    clip (x0, limit, n);
}
