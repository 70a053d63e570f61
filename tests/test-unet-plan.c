/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "count-allocations.h"
#include "tensor/error.h"
#include "unet-case.h"

/* --- bits -------------------------------------------------------------- */

typedef struct
{
  float *pred, *dxt, *gradients;
} Result;

static Result
run (UnetCase *self, size_t n_workers)
{
  DmParams *params = dm_unet_get_params (self->unet);

  dm_pool_free (self->pool);
  self->pool = n_workers > 0 ? dm_pool_new (n_workers) : NULL;
  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->pool, NULL);
  unet_case_make_plan (self, DM_PLAN_TRAIN, DM_WRAP_NONE);
  dm_unet_plan_set_dropout (self->plan, 5, 100);
  unet_case_forward (self);
  unet_case_backward (self);

  return (Result){
    g_memdup2 (self->pred, self->n_values * sizeof (float)),
    g_memdup2 (self->dxt, self->n_values * sizeof (float)),
    g_memdup2 (params->gradients, params->n_values * sizeof (float)),
  };
}

static void
clear (Result *self)
{
  g_free (self->pred);
  g_free (self->dxt);
  g_free (self->gradients);
}

static DmConfig
bits_config (void)
{
  DmConfig config = unet_case_small_config ();

  config.resolution = 24;
  config.width = 32;
  config.head_width = 16;
  config.dropout = 0.1;

  return config;
}

/* Any number of workers: the same bits, forward and backward. */
static void
test_workers (void)
{
  UnetCase self;
  Result   alone;

  unet_case_set_up (&self, bits_config (), 3, 24, 24);
  alone = run (&self, 0);

  for (size_t n_workers = 1; n_workers <= 3; n_workers++)
    {
      Result result = run (&self, n_workers);

      dm_assert_same (result.pred, alone.pred, self.n_values);
      dm_assert_same (result.dxt, alone.dxt, self.n_values);
      dm_assert_same (result.gradients, alone.gradients,
                      dm_unet_get_params (self.unet)->n_values);
      clear (&result);
    }

  clear (&alone);
  unet_case_tear_down (&self);
}

/* Each picture of a batch has the bits that it has alone, whether memory is
 * kept for backward or not; and the gradients of parts of a batch add up.
 */
static void
test_batch (void)
{
  UnetCase          self;
  Result            whole;
  DmParams         *params;
  g_autofree float *pred = NULL, *sum = NULL;
  size_t            n;

  unet_case_set_up (&self, bits_config (), 4, 24, 24);
  whole = run (&self, 2);
  params = dm_unet_get_params (self.unet);
  n = self.n_values / 4;
  pred = g_new (float, n);
  sum = g_new0 (float, n);

  dm_params_zero_gradients (params);
  self.n = 1;
  unet_case_make_plan (&self, DM_PLAN_TRAIN, DM_WRAP_NONE);
  for (size_t i = 0; i < 4; i++)
    {
      dm_unet_plan_set_dropout (self.plan, 5, 100 + i);
      dm_unet_forward (self.unet, self.plan, pred, self.xt + i * n,
                       self.logsnr + i, self.class_id + i);
      dm_assert_same (pred, whole.pred + i * n, n);

      memset (sum, 0, n * sizeof *sum);
      dm_unet_backward (self.unet, self.plan, sum, self.dpred + i * n);
      dm_assert_same (sum, whole.dxt + i * n, n);
    }

  for (size_t i = 0; i < params->n_values; i++)
    dm_assert_near (&params->gradients[i], &whole.gradients[i], 1,
                    1e-3 + 1e-4 * fabsf (whole.gradients[i]));

  clear (&whole);
  unet_case_tear_down (&self);
}

/* The gradients of the parameters do not depend on whether that of the picture
 * is asked for.
 */
static void
test_without_dxt (void)
{
  UnetCase  self;
  Result    whole;
  DmParams *params;

  unet_case_set_up (&self, bits_config (), 2, 24, 24);
  whole = run (&self, 2);
  params = dm_unet_get_params (self.unet);
  dm_params_zero_gradients (params);
  dm_unet_backward (self.unet, self.plan, NULL, self.dpred);
  dm_assert_same (params->gradients, whole.gradients, params->n_values);

  clear (&whole);
  unet_case_tear_down (&self);
}

/* Memory that activations share changes no bit. */
static void
test_infer (void)
{
  DmConfig config = bits_config ();
  UnetCase self;
  Result   train;

  config.dropout = 0.0;
  unet_case_set_up (&self, config, 3, 24, 24);
  train = run (&self, 2);
  unet_case_make_plan (&self, DM_PLAN_INFER, DM_WRAP_NONE);
  unet_case_forward (&self);
  dm_assert_same (self.pred, train.pred, self.n_values);
  unet_case_forward (&self);
  dm_assert_same (self.pred, train.pred, self.n_values);

  clear (&train);
  unet_case_tear_down (&self);
}

/* --- canvas ------------------------------------------------------------ */

/* A circular network does not know where the picture begins: moved by whole
 * strides, the answer is moved. On a canvas of another size than its own.
 */
static void
test_moved (void)
{
  DmConfig          config = unet_case_small_config ();
  const size_t      h = 8, w = 20, dy = 2, dx = 6;
  UnetCase          self;
  g_autofree float *before = NULL;
  g_autofree float *xt = NULL;

  config.circular = true;
  config.attention[1] = config.attention_middle = false;
  unet_case_set_up (&self, config, 1, h, w);
  unet_case_make_plan (&self, DM_PLAN_INFER, DM_WRAP_XY);
  unet_case_forward (&self);
  before = g_memdup2 (self.pred, self.n_values * sizeof *before);
  xt = g_memdup2 (self.xt, self.n_values * sizeof *xt);

  for (size_t i = 0; i < h * w; i++)
    memcpy (self.xt + ((i / w + dy) % h * w + (i % w + dx) % w) * 3, xt + i * 3,
            3 * sizeof *xt);
  unet_case_forward (&self);
  for (size_t i = 0; i < h * w; i++)
    dm_assert_near (self.pred + ((i / w + dy) % h * w + (i % w + dx) % w) * 3,
                    before + i * 3, 3, 1e-3);

  unet_case_tear_down (&self);
}

/* On a canvas larger than the native size a network sees what it was trained
 * on: of a canvas of copies of a native picture it makes copies of its answer.
 */
static void
test_copies (void)
{
  DmConfig     config = unet_case_small_config ();
  const size_t side = 8, h = 16, w = 24;
  UnetCase     one, many;

  config.circular = true;
  config.attention[1] = config.attention_middle = false;
  unet_case_set_up (&one, config, 1, side, side);
  unet_case_set_up (&many, config, 1, h, w);
  unet_case_make_plan (&many, DM_PLAN_INFER, DM_WRAP_XY);
  for (size_t i = 0; i < h * w; i++)
    memcpy (many.xt + i * 3, one.xt + (i / w % side * side + i % w % side) * 3,
            3 * sizeof (float));

  unet_case_forward (&one);
  unet_case_forward (&many);
  for (size_t i = 0; i < h * w; i++)
    dm_assert_near (many.pred + i * 3,
                    one.pred + (i / w % side * side + i % w % side) * 3, 3,
                    1e-3);

  unet_case_tear_down (&one);
  unet_case_tear_down (&many);
}

static void
test_size_refused (void)
{
  static const size_t bad[][3] = { { 0, 8, 8 },
                                   { 1, 9, 8 },
                                   { 1, 8, 0 },
                                   { 1, 8, (size_t) -2 },
                                   { (size_t) 1 << 40, 8, 8 },
                                   { 1, 1u << 30, 1u << 30 } };
  UnetCase            self;

  unet_case_set_up (&self, unet_case_small_config (), 1, 8, 8);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (dm_unet_plan_new (self.unet, DM_PLAN_INFER, bad[i][0],
                                       bad[i][1], bad[i][2], DM_WRAP_NONE, NULL,
                                       &error));
      g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
    }
  unet_case_tear_down (&self);
}

/* --- memory ------------------------------------------------------------ */

/* What is foretold is what is taken; inference takes far less than training;
 * and a step allocates nothing.
 */
static void
test_memory (void)
{
  UnetCase self;
  size_t   infer, train;

  unet_case_set_up (&self, bits_config (), 4, 24, 24);
  infer =
      dm_unet_plan_measure (self.unet, DM_PLAN_INFER, 4, 24, 24, DM_WRAP_NONE);
  train =
      dm_unet_plan_measure (self.unet, DM_PLAN_TRAIN, 4, 24, 24, DM_WRAP_NONE);
  g_assert_cmpuint (infer, <, train / 3);

  self.pool = dm_pool_new (0);
  unet_case_make_plan (&self, DM_PLAN_INFER, DM_WRAP_NONE);
  g_assert_cmpuint (dm_unet_plan_get_bytes (self.plan), ==, infer);
  unet_case_make_plan (&self, DM_PLAN_TRAIN, DM_WRAP_NONE);
  g_assert_cmpuint (dm_unet_plan_get_bytes (self.plan), ==, train);

  /* on a canvas, where windows of the norms take some more */
  self.h = 48;
  for (int wrap = 0; wrap < 4; wrap++)
    {
      infer = dm_unet_plan_measure (self.unet, DM_PLAN_INFER, 4, 48, 24, wrap);
      unet_case_make_plan (&self, DM_PLAN_INFER, wrap);
      g_assert_cmpuint (dm_unet_plan_get_bytes (self.plan), ==, infer);
    }

  unet_case_tear_down (&self);
}

#if COUNTING
/* After the first, a step allocates nothing. */
static void
test_no_allocation (void)
{
  UnetCase self;
  size_t   before;

  unet_case_set_up (&self, bits_config (), 4, 24, 24);
  self.pool = dm_pool_new (2);
  unet_case_make_plan (&self, DM_PLAN_TRAIN, DM_WRAP_NONE);

  for (int step = 0; step < 3; step++)
    {
      before = n_allocations;
      dm_unet_plan_set_dropout (self.plan, 5, 100);
      unet_case_forward (&self);
      unet_case_backward (&self);
      dm_unet_pack (self.unet, DM_PLAN_TRAIN, self.pool, NULL);
    }
  g_assert_cmpuint (before, >, 0);
  g_assert_cmpuint (n_allocations, ==, before);

  unet_case_tear_down (&self);
}
#endif

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/unet-plan/workers", test_workers);
  g_test_add_func ("/unet-plan/batch", test_batch);
  g_test_add_func ("/unet-plan/without-dxt", test_without_dxt);
  g_test_add_func ("/unet-plan/infer", test_infer);
  g_test_add_func ("/unet-plan/moved", test_moved);
  g_test_add_func ("/unet-plan/copies", test_copies);
  g_test_add_func ("/unet-plan/size-refused", test_size_refused);
  g_test_add_func ("/unet-plan/memory", test_memory);
#if COUNTING
  g_test_add_func ("/unet-plan/no-allocation", test_no_allocation);
#endif

  return g_test_run ();
}
