/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "diffusion/target.h"

#include <math.h>
#include <string.h>

#include "diffusion/schedule.h"

/* The preconditioned x0 prediction
 *
 * EDM (Karras et al. 2022, table 1) adds noise of deviation s to an unscaled
 * picture, x = x0 + s eps, and writes the denoiser as
 *
 *   x0 = k_skip x + k_out F (k_in x),   d = sigma_data
 *   k_in = 1 / sqrt (s² + d²),  k_skip = d² / (s² + d²),
 *   k_out = s d / sqrt (s² + d²)
 *
 * so that what F reads and what it should say have variance 1, and k_out is as
 * small as it can be. Our xt = alpha x0 + sigma eps is alpha x with
 * s = sigma / alpha. With variance = alpha² d² + sigma², that of xt,
 *
 *   k_in x   = xt / (alpha sqrt (s² + d²)) = xt / sqrt (variance)
 *   k_skip x = d² / (s² + d²) xt / alpha   = alpha d² / variance xt
 *   k_out    = sigma d / sqrt (variance)
 *
 * None of these divides by alpha or sigma, so they hold at both ends of the
 * range. Put into pred = (x0 - c_skip xt) / c_out and eps = (xt - alpha x0) /
 * sigma, they give two forms that do not divide either:
 *
 *   pred = (sigma / d x0 - alpha d eps) / sqrt (variance)
 *   eps  = sigma / variance xt - alpha d / sqrt (variance) pred
 *
 * With d = 1 the prediction is -v.
 */
static double
get_variance (const DmTarget *self, double logsnr)
{
  double alpha_d = dm_alpha (logsnr) * self->sigma_data;
  double sigma = dm_sigma (logsnr);

  return alpha_d * alpha_d + sigma * sigma;
}

/* y[n] = a x[n] + b z[n]; summed in double, since a x and b z may be large and
 * nearly cancel.
 */
static void
combine (float *y, double a, const float *x, double b, const float *z, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = (float) (a * (double) x[i] + b * (double) z[i]);
}

/**
 * dm_target_input_scale:
 *
 * Returns: c_in: the network reads c_in xt. It is 1 but for preconditioned x0.
 */
double
dm_target_input_scale (const DmTarget *self, double logsnr)
{
  if (self->prediction == DM_PREDICTION_X0)
    return 1.0 / sqrt (get_variance (self, logsnr));

  return 1.0;
}

/**
 * dm_target_to_x0:
 * @x0: (out) [n]; may be @pred
 * @pred: [n], what the network said
 * @xt: [n]
 *
 *   eps:  x0 = (xt - sigma eps) / alpha
 *   v:    x0 = alpha xt - sigma v
 *   x0:   x0 = c_skip xt + c_out pred
 *
 * Source: Ho & Salimans 2022, section 2; Salimans & Ho 2022 (v); above.
 */
void
dm_target_to_x0 (const DmTarget *self,
                 float          *x0,
                 const float    *pred,
                 const float    *xt,
                 double          logsnr,
                 size_t          n)
{
  double alpha = dm_alpha (logsnr);
  double sigma = dm_sigma (logsnr);
  double d = self->sigma_data;
  double variance = get_variance (self, logsnr);

  switch (self->prediction)
    {
    case DM_PREDICTION_V:
      combine (x0, alpha, xt, -sigma, pred, n);
      break;

    case DM_PREDICTION_X0:
      combine (x0, alpha * d * d / variance, xt, sigma * d / sqrt (variance),
               pred, n);
      break;

    default: /* DM_PREDICTION_EPS */
      combine (x0, 1.0 / alpha, xt, -sigma / alpha, pred, n);
    }
}

/**
 * dm_target_to_eps:
 * @eps: (out) [n]; may be @pred
 * @pred: [n], what the network said
 * @xt: [n]
 *
 *   eps:  eps = pred
 *   v:    eps = sigma xt + alpha v
 *   x0:   eps = sigma / variance xt - alpha d / sqrt (variance) pred
 */
void
dm_target_to_eps (const DmTarget *self,
                  float          *eps,
                  const float    *pred,
                  const float    *xt,
                  double          logsnr,
                  size_t          n)
{
  double alpha = dm_alpha (logsnr);
  double sigma = dm_sigma (logsnr);
  double variance = get_variance (self, logsnr);

  switch (self->prediction)
    {
    case DM_PREDICTION_V:
      combine (eps, sigma, xt, alpha, pred, n);
      break;

    case DM_PREDICTION_X0:
      combine (eps, sigma / variance, xt,
               -alpha * self->sigma_data / sqrt (variance), pred, n);
      break;

    default: /* DM_PREDICTION_EPS */
      memmove (eps, pred, n * sizeof *eps);
    }
}

/**
 * dm_target_from_x0_eps:
 * @pred: (out) [n]; may be @x0 or @eps
 * @x0: [n]
 * @eps: [n]
 *
 * What the network should have said of xt = alpha x0 + sigma eps:
 *
 *   eps:  pred = eps
 *   v:    pred = alpha eps - sigma x0
 *   x0:   pred = (sigma / d x0 - alpha d eps) / sqrt (variance)
 */
void
dm_target_from_x0_eps (const DmTarget *self,
                       float          *pred,
                       const float    *x0,
                       const float    *eps,
                       double          logsnr,
                       size_t          n)
{
  double alpha = dm_alpha (logsnr);
  double sigma = dm_sigma (logsnr);
  double d = self->sigma_data;
  double deviation = sqrt (get_variance (self, logsnr));

  switch (self->prediction)
    {
    case DM_PREDICTION_V:
      combine (pred, alpha, eps, -sigma, x0, n);
      break;

    case DM_PREDICTION_X0:
      combine (pred, sigma / d / deviation, x0, -alpha * d / deviation, eps, n);
      break;

    default: /* DM_PREDICTION_EPS */
      memmove (pred, eps, n * sizeof *pred);
    }
}
