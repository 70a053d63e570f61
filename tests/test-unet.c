/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "unet-case.h"

/* The derivative by x, from four values: their rounding, which is that of a
 * whole network, asks for a wider step than two values would allow.
 */
static double
difference (UnetCase *self, float *x)
{
  static const double weight[4] = { 1.0, -8.0, 8.0, -1.0 };
  static const float  place[4] = { -2.0f, -1.0f, 1.0f, 2.0f };
  const float         step = 4e-2f;
  float               kept = *x;
  double              sum = 0.0;

  for (int i = 0; i < 4; i++)
    {
      *x = kept + place[i] * step;
      sum += weight[i] * unet_case_loss (self);
    }
  *x = kept;

  return sum / (12.0 * step);
}

static void
check_array (
    UnetCase *self, const char *name, float *x, const float *dx, size_t n)
{
  size_t stride = n > 2 ? n / 2 : 1;
  double largest = 0.0;

  for (size_t i = 0; i < n; i++)
    largest = MAX (largest, fabs (dx[i]));

  for (size_t i = 0; i < n; i += stride)
    {
      double expected = difference (self, &x[i]);

      if (!(fabs (expected - dx[i]) <= 1e-2 * largest + 1e-3))
        g_error ("%s, gradient %zu of %zu: %.6g, by differences %.6g", name, i,
                 n, dx[i], expected);
    }
}

static void
check_gradients (DmConfig config, size_t h, size_t w)
{
  UnetCase  self;
  DmParams *params;

  unet_case_set_up (&self, config, 2, h, w);
  dm_unet_plan_set_dropout (self.plan, 5, 100);
  unet_case_forward (&self);
  unet_case_backward (&self);

  params = dm_unet_get_params (self.unet);
  for (size_t i = 0; i < params->n_params; i++)
    check_array (&self, params->list[i]->name, params->list[i]->value,
                 params->list[i]->gradient, params->list[i]->n);
  check_array (&self, "xt", self.xt, self.dxt, self.n_values);

  unet_case_tear_down (&self);
}

static void
test_gradient (void)
{
  check_gradients (unet_case_small_config (), 8, 8);
}

/* Two blocks, three levels, several heads, not square, gray. */
static void
test_gradient_deep (void)
{
  DmConfig config = unet_case_small_config ();

  config.channels = 1;
  config.n_levels = 3;
  config.multipliers[2] = 3;
  config.n_blocks = 2;
  check_gradients (config, 8, 12);
}

static void
test_gradient_circular (void)
{
  DmConfig config = unet_case_small_config ();

  config.circular = true;
  config.attention[1] = config.attention_middle = false;
  check_gradients (config, 8, 12);
}

static void
test_gradient_stem (void)
{
  DmConfig config = unet_case_small_config ();

  config.patch = 2;
  config.dropout = 0.3;
  check_gradients (config, 8, 8);
  config.resolution = 16;
  config.patch = 4;
  check_gradients (config, 16, 8);
}

/* 14 = 2 * 7; and a concat as wide as the block that reads it. */
static void
test_gradient_odd (void)
{
  DmConfig config = unet_case_small_config ();

  config.resolution = 14;
  config.circular = true;
  config.multipliers[0] = 3;
  config.multipliers[1] = 2;
  check_gradients (config, 14, 14);
}

/* To rounding the same whether convolutions are done directly or as planned,
 * but not to the bit: they were not done alike.
 */
static void
test_direct (void)
{
  DmConfig  config = unet_case_small_config ();
  UnetCase  planned, direct;
  DmParams *params, *expected;

  unet_case_set_up (&planned, config, 2, 8, 8);
  unet_case_set_up_with (&direct, dm_unet_new_direct (&config), 2, 8, 8);
  unet_case_forward (&planned);
  unet_case_backward (&planned);
  unet_case_forward (&direct);
  unet_case_backward (&direct);

  dm_assert_near (planned.pred, direct.pred, planned.n_values,
                  1e-4 * dm_test_deviation (direct.pred, direct.n_values));
  dm_assert_near (planned.dxt, direct.dxt, planned.n_values,
                  1e-4 * dm_test_deviation (direct.dxt, direct.n_values));

  params = dm_unet_get_params (planned.unet);
  expected = dm_unet_get_params (direct.unet);
  dm_assert_near (
      params->gradients, expected->gradients, params->n_values,
      1e-4 * dm_test_deviation (expected->gradients, expected->n_values));
  g_assert_cmpint (memcmp (params->gradients, expected->gradients,
                           params->n_values * sizeof (float)),
                   !=, 0);

  unet_case_tear_down (&planned);
  unet_case_tear_down (&direct);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unet/gradient", test_gradient);
  g_test_add_func ("/unet/gradient-deep", test_gradient_deep);
  g_test_add_func ("/unet/gradient-circular", test_gradient_circular);
  g_test_add_func ("/unet/gradient-stem", test_gradient_stem);
  g_test_add_func ("/unet/gradient-odd", test_gradient_odd);
  g_test_add_func ("/unet/direct", test_direct);

  return g_test_run ();
}
