/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <malloc.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "model/unet.h"
#include "tensor/error.h"
#include "tensor/rng.h"

#define MAX_N 4

/* A small network and one batch for it. */
typedef struct
{
  DmConfig    config;
  DmUnet     *unet;
  DmUnetPlan *plan;
  DmPool     *pool;
  size_t      n, h, w;
  size_t      n_values; /* of a batch of pictures */
  float      *xt, *pred, *dpred, *dxt;
  float       logsnr[MAX_N];
  int         class_id[MAX_N];
} Fixture;

static DmConfig
small_config (void)
{
  DmConfig config;

  dm_config_init (&config);
  config.resolution = 8;
  config.n_classes = 3;
  config.width = 8;
  config.n_levels = 2;
  config.multipliers[1] = 2;
  config.n_blocks = 1;
  config.attention[1] = true;
  config.head_width = 8;
  config.n_groups = 4;
  config.embedding = 12;

  return config;
}

/* First values with noise, so that no parameter is zero. */
static void
fill_params (DmUnet *unet)
{
  DmParams         *params = dm_unet_get_params (unet);
  g_autofree float *noise = g_new (float, params->n_values);

  dm_params_init (params, 1);
  dm_test_random (noise, params->n_values, 7);
  for (size_t i = 0; i < params->n_params; i++)
    for (size_t j = 0; j < params->list[i]->n; j++)
      params->list[i]->value[j] += 0.1f * noise[params->list[i]->offset + j];
}

static void
make_plan (Fixture *self, DmPlanMode mode, DmWrap wrap)
{
  g_autoptr (GError) error = NULL;

  dm_unet_plan_free (self->plan);
  self->plan = dm_unet_plan_new (self->unet, mode, self->n, self->h, self->w,
                                 wrap, self->pool, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, DmConfig config, size_t n, size_t h, size_t w)
{
  *self = (Fixture){ .config = config, .n = n, .h = h, .w = w };
  self->unet = dm_unet_new (&config);
  self->n_values = n * h * w * config.channels;
  self->xt = g_new (float, self->n_values);
  self->pred = g_new (float, self->n_values);
  self->dpred = g_new (float, self->n_values);
  self->dxt = g_new0 (float, self->n_values);
  dm_test_random (self->xt, self->n_values, 1);
  dm_test_random (self->dpred, self->n_values, 2);

  for (size_t i = 0; i < n; i++)
    {
      self->logsnr[i] = 3.0f - 2.5f * (float) i;
      self->class_id[i] = i == 1 ? DM_CLASS_NULL : (int) i % 3;
    }

  dm_params_allocate_gradients (dm_unet_get_params (self->unet));
  fill_params (self->unet);
  dm_unet_pack (self->unet, DM_PLAN_TRAIN, NULL);
  make_plan (self, DM_PLAN_TRAIN, config.circular ? DM_WRAP_XY : DM_WRAP_NONE);
}

static void
tear_down (Fixture *self)
{
  dm_unet_plan_free (self->plan);
  dm_unet_free (self->unet);
  dm_pool_free (self->pool);
  g_free (self->xt);
  g_free (self->pred);
  g_free (self->dpred);
  g_free (self->dxt);
}

static void
forward (Fixture *self)
{
  dm_unet_forward (self->unet, self->plan, self->pred, self->xt, self->logsnr,
                   self->class_id);
}

static void
backward (Fixture *self)
{
  dm_params_zero_gradients (dm_unet_get_params (self->unet));
  memset (self->dxt, 0, self->n_values * sizeof *self->dxt);
  dm_unet_backward (self->unet, self->plan, self->dxt, self->dpred);
}

static double
loss (void *data)
{
  Fixture *self = data;
  double   sum = 0.0;

  dm_unet_pack (self->unet, DM_PLAN_INFER, NULL);
  forward (self);
  for (size_t i = 0; i < self->n_values; i++)
    sum += (double) self->pred[i] * self->dpred[i];

  return sum;
}

/* --- gradients --------------------------------------------------------- */

/* The derivative by x, from four values: their rounding, which is that of a
 * whole network, asks for a wider step than two values would allow.
 */
static double
difference (Fixture *self, float *x)
{
  static const double weight[4] = { 1.0, -8.0, 8.0, -1.0 };
  static const float  place[4] = { -2.0f, -1.0f, 1.0f, 2.0f };
  const float         step = 4e-2f;
  float               kept = *x;
  double              sum = 0.0;

  for (int i = 0; i < 4; i++)
    {
      *x = kept + place[i] * step;
      sum += weight[i] * loss (self);
    }
  *x = kept;

  return sum / (12.0 * step);
}

static void
check_array (
    Fixture *self, const char *name, float *x, const float *dx, size_t n)
{
  size_t stride = n > 7 ? n / 7 : 1;
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
  Fixture   self;
  DmParams *params;

  set_up (&self, config, 2, h, w);
  dm_unet_plan_set_dropout (self.plan, 5, 100);
  forward (&self);
  backward (&self);

  params = dm_unet_get_params (self.unet);
  for (size_t i = 0; i < params->n_params; i++)
    check_array (&self, params->list[i]->name, params->list[i]->value,
                 params->list[i]->gradient, params->list[i]->n);
  check_array (&self, "xt", self.xt, self.dxt, self.n_values);

  tear_down (&self);
}

static void
test_gradient (void)
{
  check_gradients (small_config (), 8, 8);
}

/* Two blocks, three levels, several heads, not square, gray. */
static void
test_gradient_deep (void)
{
  DmConfig config = small_config ();

  config.channels = 1;
  config.n_levels = 3;
  config.multipliers[2] = 3;
  config.n_blocks = 2;
  config.attention[0] = true;
  check_gradients (config, 8, 12);
}

static void
test_gradient_circular (void)
{
  DmConfig config = small_config ();

  config.circular = true;
  config.attention[1] = config.attention_middle = false;
  check_gradients (config, 8, 12);
}

static void
test_gradient_stem (void)
{
  DmConfig config = small_config ();

  config.patch = 2;
  config.dropout = 0.3;
  check_gradients (config, 8, 8);
}

/* 14 = 2 * 7; and a concat as wide as the block that reads it. */
static void
test_gradient_odd (void)
{
  DmConfig config = small_config ();

  config.resolution = 14;
  config.circular = true;
  config.multipliers[0] = 3;
  config.multipliers[1] = 2;
  check_gradients (config, 14, 14);
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

  return g_test_run ();
}
