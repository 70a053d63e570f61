/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "model/unet.h"
#include "nn/embedding.h"
#include "reference-case.h"

/* Largest error beside the standard deviation of a result: PyTorch's rounding
 * and ours, after some twenty layers.
 */
#define TOLERANCE 2e-4

#define N 3

static const DmConfig small = {
  .resolution = 12,
  .channels = 3,
  .n_classes = 3,
  .width = 10,
  .n_levels = 2,
  .multipliers = { 1, 2 },
  .n_blocks = 1,
  .attention = { false, true },
  .attention_middle = true,
  .head_width = 10,
  .n_groups = 2,
  .embedding = 20,
  .patch = 1,
  .sigma_data = 0.5,
  .logsnr_min = -20.0,
  .logsnr_max = 20.0,
};

static const DmConfig cells = {
  .resolution = 16,
  .channels = 1,
  .n_classes = 3,
  .width = 10,
  .n_levels = 2,
  .multipliers = { 1, 2 },
  .n_blocks = 1,
  .head_width = 10,
  .n_groups = 2,
  .embedding = 20,
  .patch = 2,
  .circular = true,
  .sigma_data = 0.5,
  .logsnr_min = -20.0,
  .logsnr_max = 20.0,
};

/* One level without attention: what differs is that it is told the scale and
 * what has been done to a picture.
 */
static const DmConfig told = {
  .resolution = 8,
  .channels = 3,
  .n_classes = 3,
  .width = 8,
  .n_levels = 1,
  .multipliers = { 1 },
  .n_blocks = 1,
  .head_width = 10,
  .n_groups = 2,
  .embedding = 16,
  .patch = 1,
  .scale_min = 0.25,
  .scale_max = 1.0,
  .augmented = true,
  .sigma_data = 0.5,
  .logsnr_min = -20.0,
  .logsnr_max = 20.0,
};

static void
assert_close (const float *a, const float *b, size_t n)
{
  dm_assert_near (a, b, n, TOLERANCE * (dm_test_deviation (b, n) + 1e-3));
}

static void
check_gradients (const DmParams *params, const DmWeights *file)
{
  for (size_t i = 0; i < params->n_params; i++)
    {
      const DmParam    *param = params->list[i];
      g_autofree char  *name = g_strconcat ("gradient.", param->name, NULL);
      g_autofree float *expected = read_floats (file, name, param->n);

      assert_close (param->gradient, expected, param->n);
    }
}

static void
check_network (const DmConfig *config, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) file = open_vectors (name);
  g_autoptr (DmUnet) unet = dm_unet_new (config);
  g_autoptr (DmUnetPlan) plan = NULL;
  DmParams         *params = dm_unet_get_params (unet);
  size_t            side = config->resolution;
  size_t            n = N * side * side * config->channels;
  g_autofree float *xt = read_floats (file, "xt", n);
  g_autofree float *logsnr = read_floats (file, "logsnr", N);
  g_autofree float *class_id = read_floats (file, "class_id", N);
  g_autofree float *pred = read_floats (file, "pred", n);
  g_autofree float *dpred = read_floats (file, "dpred", n);
  g_autofree float *dxt = read_floats (file, "dxt", n);
  g_autofree float *scale =
      dm_config_is_scaled (config) ? read_floats (file, "scale", N) : NULL;
  g_autofree float *labels =
      config->augmented ? read_floats (file, "labels", N * DM_AUGMENT_LABELS) :
                          NULL;
  g_autofree float *our_pred = g_new0 (float, n);
  g_autofree float *our_dxt = g_new0 (float, n);
  int               classes[N];

  for (size_t i = 0; i < N; i++)
    classes[i] = (int) class_id[i];

  read_params (file, params, "weights.", params->values);
  dm_params_allocate_gradients (params);
  dm_params_zero_gradients (params);
  plan = dm_unet_plan_new (unet, DM_PLAN_TRAIN, N, side, side,
                           config->circular ? DM_WRAP_XY : DM_WRAP_NONE, NULL,
                           &error);
  g_assert_no_error (error);

  dm_unet_pack (unet, DM_PLAN_TRAIN, NULL, NULL);
  dm_unet_plan_set_scale (plan, scale);
  dm_unet_plan_set_labels (plan, labels);
  dm_unet_forward (unet, plan, our_pred, xt, logsnr, classes);
  assert_close (our_pred, pred, n);

  dm_unet_backward (unet, plan, our_dxt, dpred);
  assert_close (our_dxt, dxt, n);
  check_gradients (params, file);
}

/* Output and every gradient are PyTorch's: attention, skips, both samplings. */
static void
test_small (void)
{
  check_network (&small, "small.safetensors");
}

/* The same for 2x2 cells and pictures that wrap. */
static void
test_cells (void)
{
  check_network (&cells, "cells.safetensors");
}

/* The same for a network that is told scales, one of them unknown, and what has
 * been done to the pictures.
 */
static void
test_told (void)
{
  check_network (&told, "told.safetensors");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reference/small", test_small);
  g_test_add_func ("/reference/cells", test_cells);
  g_test_add_func ("/reference/told", test_told);

  return g_test_run ();
}
