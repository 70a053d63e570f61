/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/power-fit.h"

#include <glib.h>
#include <math.h>

/* The weight that an average of exponent g, taken at step s, gives to step r:
 *
 *   p (r) = (g + 1) / s (r / s)^g  for 0 <= r <= s,  else 0
 */
typedef struct
{
  double exponent, step;
} Profile;

/* ∫ p q, with a at the earlier step:
 *
 *   (g_a + 1) (g_b + 1) / (g_a + g_b + 1) (s_a / s_b)^g_b / s_b
 */
static double
multiply (const Profile *p, const Profile *q)
{
  const Profile *a = p->step <= q->step ? p : q, *b = a == p ? q : p;

  return (a->exponent + 1.0) * (b->exponent + 1.0) /
         (a->exponent + b->exponent + 1.0) *
         pow (a->step / b->step, b->exponent) / b->step;
}

/* Cholesky: @a becomes its lower factor. Returns: whether it is positive. */
static bool
factor (double *a, size_t n)
{
  for (size_t j = 0; j < n; j++)
    for (size_t i = j; i < n; i++)
      {
        double sum = a[i * n + j];

        for (size_t k = 0; k < j; k++)
          sum -= a[i * n + k] * a[j * n + k];
        if (i == j && !(sum > 0.0))
          return false;
        a[i * n + j] = i == j ? sqrt (sum) : sum / a[j * n + j];
      }

  return true;
}

/* @x: (inout) the right side, then the solution */
static void
solve (double *x, const double *l, size_t n)
{
  for (size_t i = 0; i < n; i++)
    {
      for (size_t k = 0; k < i; k++)
        x[i] -= l[i * n + k] * x[k];
      x[i] /= l[i * n + i];
    }
  for (size_t i = n; i-- > 0;)
    {
      for (size_t k = i + 1; k < n; k++)
        x[i] -= l[k * n + i] * x[k];
      x[i] /= l[i * n + i];
    }
}

/**
 * dm_power_fit:
 * @share: (out) [n]: of each average in the wanted one; their sum is near 1
 * @error: (out): of the fit, relative to the wanted profile, both as roots of
 *   their mean squares over the run
 * @step: [n], rising and positive: when the averages were taken
 * @exponent: of all of them, see dm_ema_exponent()
 * @wanted: exponent of the average at the last of the steps
 *
 * The shares make Σ share p nearest to the wanted profile in the mean square.
 *
 * Returns: false if the averages are too much alike to tell them apart
 *
 * Source: Karras et al. 2024 (EDM2), section 3.2 and algorithm 3.
 */
bool
dm_power_fit (double       *share,
              double       *error,
              const double *step,
              size_t        n,
              double        exponent,
              double        wanted)
{
  g_autofree double *products = g_new (double, n *n);
  Profile            goal = { wanted, step[n - 1] };
  double             rest = multiply (&goal, &goal);

  for (size_t i = 0; i < n; i++)
    {
      Profile a = { exponent, step[i] };

      for (size_t j = 0; j < n; j++)
        products[i * n + j] = multiply (&a, &(Profile){ exponent, step[j] });
      share[i] = multiply (&a, &goal);
    }

  if (!factor (products, n))
    return false;

  solve (share, products, n);
  /* |goal - fit|² = |goal|² - <goal, fit>, as the fit is a projection */
  for (size_t i = 0; i < n; i++)
    rest -= share[i] * multiply (&(Profile){ exponent, step[i] }, &goal);
  *error = sqrt (fmax (rest, 0.0) / multiply (&goal, &goal));

  return true;
}
