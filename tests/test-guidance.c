/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "diffusion/guidance.h"
#include "diffusion/schedule.h"

#define N 1000

typedef struct
{
  float x0[N], x0_null[N]; /* what class and null prediction mean */
  float eps[N], eps_null[N], xt[N];
  float pred[N], pred_null[N];
  float guided[N], scratch[N];
} Case;

/* Two predictions that agree on xt, as those of one network do. */
static void
make_case (Case *self, const DmTarget *target, double logsnr)
{
  double alpha = dm_alpha (logsnr), sigma = dm_sigma (logsnr);

  dm_test_random (self->x0, N, 1);
  dm_test_random (self->x0_null, N, 2);
  dm_test_random (self->xt, N, 3);

  for (size_t i = 0; i < N; i++)
    {
      self->eps[i] = (float) ((self->xt[i] - alpha * self->x0[i]) / sigma);
      self->eps_null[i] =
          (float) ((self->xt[i] - alpha * self->x0_null[i]) / sigma);
    }

  dm_target_from_x0_eps (target, self->pred, self->x0, self->eps, logsnr, N);
  dm_target_from_x0_eps (target, self->pred_null, self->x0_null, self->eps_null,
                         logsnr, N);
}

static const DmTarget v_target = { DM_PREDICTION_V, 0.5 };

/* Guided x0 of a v prediction; @guided says whether the null class takes part
 */
static void
apply (Case *self, const DmGuidance *guidance, gboolean guided)
{
  dm_guidance_apply (guidance, &v_target, self->guided, self->pred,
                     guided ? self->pred_null : NULL, self->xt, 0.5, N,
                     self->scratch);
}

/* No strength or a time outside the interval: no null prediction needed. */
static void
test_active (void)
{
  DmGuidance guidance = DM_GUIDANCE_INIT;

  g_assert_false (dm_guidance_is_active (&guidance, 0.5));

  guidance.guidance = 1.0;
  g_assert_true (dm_guidance_is_active (&guidance, 0.0));
  g_assert_true (dm_guidance_is_active (&guidance, 1.0));

  guidance.start = 0.8;
  guidance.end = 0.3;
  g_assert_true (dm_guidance_is_active (&guidance, 0.8));
  g_assert_true (dm_guidance_is_active (&guidance, 0.3));
  g_assert_false (dm_guidance_is_active (&guidance, 0.81));
  g_assert_false (dm_guidance_is_active (&guidance, 0.29));

  guidance.guidance = -1.0;
  g_assert_true (dm_guidance_is_active (&guidance, 0.5));
}

/* The paper's mix; -1 is the null prediction, 0 the class's, and where both
 * agree the strength does not matter, to the last bit.
 */
static void
test_guide (void)
{
  float pred[N], class[N], null[N], mix[N];

  dm_test_random (class, N, 1);
  dm_test_random (null, N, 2);

  for (double w = -1.0; w <= 8.0; w += 0.5)
    {
      for (size_t i = 0; i < N; i++)
        mix[i] = (float) ((1.0 + w) * class[i] - w * null[i]);

      memcpy (pred, class, sizeof pred);
      dm_guide (pred, null, w, N);
      dm_assert_near (pred, mix, N, 1e-5);

      memcpy (pred, class, sizeof pred);
      dm_guide (pred, class, w, N);
      dm_assert_same (pred, class, N);
    }
}

/* Guidance means the same for every prediction: (1 + w) x0 - w x0_null. */
static void
test_predictions_agree (void)
{
  g_autofree Case *self = g_new (Case, 1);
  DmGuidance       guidance = { .guidance = 3.0, .start = 1.0 };
  float            expected[N];

  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    for (double logsnr = -8.0; logsnr <= 8.0; logsnr += 2.0)
      {
        DmTarget target = { prediction, 0.5 };

        make_case (self, &target, logsnr);
        for (size_t i = 0; i < N; i++)
          expected[i] = 4.0f * self->x0[i] - 3.0f * self->x0_null[i];

        dm_guidance_apply (&guidance, &target, self->guided, self->pred,
                           self->pred_null, self->xt, logsnr, N, self->scratch);

        /* eps predictions lose what 1 / alpha magnifies, up to 1 / 0.018 */
        dm_assert_near (self->guided, expected, N, 5e-4);
      }
}

/* Without a null prediction there is no guidance, whatever its strength. */
static void
test_unguided (void)
{
  g_autofree Case *self = g_new (Case, 1);
  DmGuidance       guidance = { .guidance = 5.0, .start = 1.0, .rescale = 1.0 };

  make_case (self, &v_target, 0.5);
  apply (self, &guidance, FALSE);
  dm_assert_near (self->guided, self->x0, N, 1e-5);
}

/* A clip changes what lies beyond it and nothing else. */
static void
test_clip (void)
{
  g_autofree Case *self = g_new (Case, 1);
  DmGuidance       guidance = { .guidance = 2.0, .start = 1.0 };
  float            expected[N];

  make_case (self, &v_target, 0.5);
  apply (self, &guidance, TRUE);
  for (size_t i = 0; i < N; i++)
    expected[i] = CLAMP (self->guided[i], -0.7f, 0.7f);

  guidance.clip = 0.7;
  apply (self, &guidance, TRUE);
  dm_assert_same (self->guided, expected, N);
}

static int
compare (const void *a, const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return (x > y) - (x < y);
}

/* Imagen's words: with s the quantile of |x0|, if s > 1, clip to ±s and divide
 * by s. The quantile by sorting.
 */
static void
test_threshold (void)
{
  static const double quantiles[] = { 0.001, 0.25, 0.5, 0.9, 0.995, 1.0 };
  g_autofree Case    *self = g_new (Case, 1);

  make_case (self, &v_target, 0.5);

  for (size_t k = 0; k < G_N_ELEMENTS (quantiles); k++)
    {
      DmGuidance guidance = { .guidance = 2.0, .start = 1.0 };
      float      expected[N], sorted[N], s;

      apply (self, &guidance, TRUE);
      for (size_t i = 0; i < N; i++)
        sorted[i] = fabsf (self->guided[i]);
      qsort (sorted, N, sizeof *sorted, compare);
      s = fmaxf (sorted[(size_t) (quantiles[k] * (N - 1))], 1.0f);
      for (size_t i = 0; i < N; i++)
        expected[i] = CLAMP (self->guided[i], -s, s) / s;

      guidance.threshold = quantiles[k];
      apply (self, &guidance, TRUE);
      dm_assert_near (self->guided, expected, N, 1e-6);

      guidance.clip = 1.0;
      apply (self, &guidance, TRUE);
      dm_assert_near (self->guided, expected, N, 1e-6);
    }
}

/* A threshold ends on any numbers, and on a single one. */
static void
test_threshold_odd_numbers (void)
{
  static const float odd[][3] = {
    { 0.0f, -0.0f, 0.0f },      { 5.0f, 5.0f, -5.0f },
    { NAN, 1.0f, -2.0f },       { INFINITY, 0.5f, -INFINITY },
    { 1e-40f, -1e-40f, 3e38f }, { -NAN, NAN, NAN },
  };
  DmGuidance guidance = { .start = 1.0, .clip = 1.0, .threshold = 0.9 };
  float      xt[3] = { 0 }, x0[3], scratch[3];

  for (size_t k = 0; k < G_N_ELEMENTS (odd); k++)
    for (size_t n = 1; n <= 3; n++)
      {
        dm_guidance_apply (&guidance, &v_target, x0, odd[k], NULL, xt, 0.0, n,
                           scratch);
        for (size_t i = 0; i < n; i++)
          g_assert_true (!(fabsf (x0[i]) > 1.0f));
      }
}

/* Rescaled fully, guided x0 has the deviation of the class's own; half of the
 * way lies in the middle; 0 changes nothing.
 */
static void
test_rescale (void)
{
  g_autofree Case *self = g_new (Case, 1);
  DmGuidance       guidance = { .guidance = 4.0, .start = 1.0 };
  double           wanted, guided, middle;
  float            unscaled[N];

  make_case (self, &v_target, 0.5);
  wanted = dm_test_deviation (self->x0, N);

  apply (self, &guidance, TRUE);
  guided = dm_test_deviation (self->guided, N);
  g_assert_cmpfloat (guided, >, 2.0 * wanted);
  memcpy (unscaled, self->guided, sizeof unscaled);

  guidance.rescale = 1.0;
  apply (self, &guidance, TRUE);
  g_assert_cmpfloat_with_epsilon (dm_test_deviation (self->guided, N), wanted,
                                  1e-5);
  g_assert_cmpfloat_with_epsilon (self->guided[7] / unscaled[7],
                                  wanted / guided, 1e-5);

  guidance.rescale = 0.5;
  apply (self, &guidance, TRUE);
  middle = dm_test_deviation (self->guided, N);
  g_assert_cmpfloat_with_epsilon (middle, 0.5 * (wanted + guided), 1e-5);
}

/* A picture of one value has nothing to rescale, and stays finite. */
static void
test_rescale_flat (void)
{
  DmGuidance guidance = { .guidance = 1.0, .start = 1.0, .rescale = 0.7 };
  float      flat[4] = { 0 }, x0[4], scratch[4];

  dm_guidance_apply (&guidance, &v_target, x0, flat, flat, flat, 0.0, 4,
                     scratch);
  dm_assert_same (x0, flat, 4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/guidance/active", test_active);
  g_test_add_func ("/guidance/guide", test_guide);
  g_test_add_func ("/guidance/predictions-agree", test_predictions_agree);
  g_test_add_func ("/guidance/unguided", test_unguided);
  g_test_add_func ("/guidance/clip", test_clip);
  g_test_add_func ("/guidance/threshold", test_threshold);
  g_test_add_func ("/guidance/threshold-odd-numbers",
                   test_threshold_odd_numbers);
  g_test_add_func ("/guidance/rescale", test_rescale);
  g_test_add_func ("/guidance/rescale-flat", test_rescale_flat);

  return g_test_run ();
}
