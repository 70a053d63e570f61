/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "diffusion/schedule.h"
#include "diffusion/target.h"
#include "model/unet.h"
#include "reference-case.h"
#include "train/adamw.h"
#include "train/ema.h"
#include "train/loss.h"

/* PyTorch's rounding and ours, of one step and of ten that build on it. */
#define LOSS_TOLERANCE 2e-4
#define FINAL_TOLERANCE 5e-3

#define STEPS 10
#define N 4
#define SIDE 8
#define FLOATS (SIDE * SIDE)

/* As in reference/make_vectors.py. */
#define CLIP 1.0
#define DECAY 0.05
#define EMA_EXPONENT 6.0

static const DmConfig tiny = {
  .resolution = SIDE,
  .channels = 1,
  .n_classes = 3,
  .width = 8,
  .n_levels = 1,
  .multipliers = { 1 },
  .n_blocks = 1,
  .head_width = 8,
  .n_groups = 2,
  .embedding = 16,
  .patch = 1,
  .sigma_data = 0.5,
  .logsnr_min = -20.0,
  .logsnr_max = 20.0,
};

typedef struct
{
  DmWeights  *file;
  DmUnet     *unet;
  DmUnetPlan *plan;
  DmParams   *params;
  float      *x0, *eps, *logsnr, *class_id, *rates, *losses, *norms;
  float       pred[N * FLOATS], dpred[N * FLOATS];
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  (void) data;
  self->file = open_vectors ("training.safetensors");
  self->x0 = read_floats (self->file, "x0", STEPS * N * FLOATS);
  self->eps = read_floats (self->file, "eps", STEPS * N * FLOATS);
  self->logsnr = read_floats (self->file, "logsnr", STEPS * N);
  self->class_id = read_floats (self->file, "class_id", STEPS * N);
  self->rates = read_floats (self->file, "rates", STEPS);
  self->losses = read_floats (self->file, "losses", STEPS);
  self->norms = read_floats (self->file, "norms", STEPS);

  self->unet = dm_unet_new (&tiny);
  self->params = dm_unet_get_params (self->unet);
  dm_params_allocate_gradients (self->params);
  read_params (self->file, self->params, "weights.", self->params->values);
  self->plan = dm_unet_plan_new (self->unet, DM_PLAN_TRAIN, N, SIDE, SIDE,
                                 DM_WRAP_NONE, NULL, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_unet_plan_free (self->plan);
  dm_unet_free (self->unet);
  dm_weights_free (self->file);
  g_free (self->x0);
  g_free (self->eps);
  g_free (self->logsnr);
  g_free (self->class_id);
  g_free (self->rates);
  g_free (self->losses);
  g_free (self->norms);
}

/* Forward and loss of one of the batches; leaves @dpred. */
static double
get_loss (Fixture *self, size_t step, DmPrediction prediction)
{
  DmTarget target = { prediction, 0.5 };
  float    input[N * FLOATS], want[N * FLOATS];
  int      classes[N];

  for (size_t i = 0; i < N; i++)
    {
      const float *x0 = self->x0 + (step * N + i) * FLOATS;
      const float *eps = self->eps + (step * N + i) * FLOATS;
      double       logsnr = self->logsnr[step * N + i];
      float        scale = (float) dm_target_input_scale (&target, logsnr);

      classes[i] = (int) self->class_id[step * N + i];
      dm_target_from_x0_eps (&target, want + i * FLOATS, x0, eps, logsnr,
                             FLOATS);
      for (size_t k = 0; k < FLOATS; k++)
        input[i * FLOATS + k] = scale * (float) (dm_alpha (logsnr) * x0[k] +
                                                 dm_sigma (logsnr) * eps[k]);
    }

  dm_unet_pack (self->unet, DM_PLAN_TRAIN, NULL, NULL);
  dm_unet_forward (self->unet, self->plan, self->pred, input,
                   self->logsnr + step * N, classes);

  return dm_loss_measure (self->dpred, self->pred, want, N * FLOATS,
                          1.0 / (N * FLOATS));
}

/* The loss of one batch for each thing that a network can predict. */
static void
test_predictions (Fixture *self, gconstpointer data)
{
  (void) data;
  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    {
      g_autofree char *name =
          g_strconcat ("loss.", dm_prediction_get_name (prediction), NULL);
      g_autofree float *expected = read_floats (self->file, name, 1);

      g_assert_cmpfloat_with_epsilon (get_loss (self, 0, prediction), *expected,
                                      LOSS_TOLERANCE * *expected);
    }
}

static void
check_block (Fixture *self, const char *prefix, const float *block)
{
  g_autofree float *expected = g_new0 (float, self->params->n_values);

  read_params (self->file, self->params, prefix, expected);
  for (size_t i = 0; i < self->params->n_params; i++)
    {
      const DmParam *param = self->params->list[i];
      const float   *want = expected + param->offset;

      dm_assert_near (block + param->offset, want, param->n,
                      FINAL_TOLERANCE *
                          (dm_test_deviation (want, param->n) + 0.1));
    }
}

/* Ten steps of AdamW with clipping, decay, and averaging: each loss and
 * gradient norm, and the weights and the average at the end.
 */
static void
test_ten_steps (Fixture *self, gconstpointer data)
{
  DmContext         context = { .kernels = dm_kernels_get_default () };
  DmAdamwOptions    options = DM_ADAMW_INIT;
  DmAdamw           adamw;
  g_autofree float *average = g_new0 (float, self->params->n_values);

  (void) data;
  options.decay = DECAY;
  options.clip = CLIP;
  dm_adamw_init (&adamw, &options, self->params);

  for (size_t step = 0; step < STEPS; step++)
    {
      double loss = get_loss (self, step, DM_PREDICTION_V), norm;

      dm_params_zero_gradients (self->params);
      dm_unet_backward (self->unet, self->plan, NULL, self->dpred);
      norm = dm_adamw_norm (self->params, &context);

      g_assert_cmpfloat_with_epsilon (loss, self->losses[step],
                                      5 * LOSS_TOLERANCE * self->losses[step]);
      g_assert_cmpfloat_with_epsilon (norm, self->norms[step],
                                      2e-3 * self->norms[step]);

      dm_adamw_step (&adamw, self->params, self->rates[step], norm, &context);
      dm_ema_step (average, self->params, EMA_EXPONENT, step + 1, &context);
    }

  check_block (self, "final.", self->params->values);
  check_block (self, "average.", average);
  dm_adamw_clear (&adamw);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add ("/training/predictions", Fixture, NULL, set_up, test_predictions,
              tear_down);
  g_test_add ("/training/ten-steps", Fixture, NULL, set_up, test_ten_steps,
              tear_down);

  return g_test_run ();
}
