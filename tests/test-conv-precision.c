/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "diffusion/schedule.h"
#include "diffusion/target.h"
#include "generate/generate.h"
#include "model/unet-private.h"
#include "tensor/arena.h"

/* Largest error of a convolution's outputs, relative to their standard
 * deviation.
 */
#define TOLERANCE 1e-4

/* Of the picture that the network is shown, at two levels of noise. */
#define CLASS 9
#define N 2
static const float logsnr[N] = { 3.0f, -2.0f };

static const char *const algorithm_names[] = {
  [DM_CONV_DIRECT] = "direct",
  [DM_CONV_F2] = "F2",
  [DM_CONV_F4] = "F4",
};

/* Largest errors so far, of every instruction set and algorithm. */
typedef struct
{
  double   error[DM_N_CPUS][3];
  unsigned n_layers;
} Errors;

/* --- one convolution ------------------------------------------------------ */

typedef struct
{
  const DmTensor *x; /* bordered, the border filled */
  const float    *w, *bias;
  size_t          c_out;
  double         *y; /* [n, h, w, c_out]: what it should be */
  double          deviation;
} Layer;

/* The sum of one pixel and output channel, in double. */
static double
convolve_one (const Layer *self, size_t n, size_t y, size_t i, size_t o)
{
  const DmTensor *x = self->x;
  const float    *corner = dm_tensor_at (x, n, y, i) - x->row - x->pixel;
  double          sum = self->bias[o];

  for (size_t tap = 0; tap < 9; tap++)
    {
      const float *from = corner + tap / 3 * x->row + tap % 3 * x->pixel;
      const float *w = self->w + o * x->c * 9 + tap;

      for (size_t k = 0; k < x->c; k++)
        sum += (double) from[k] * w[9 * k];
    }

  return sum;
}

static void
layer_init (Layer          *self,
            const DmTensor *x,
            const float    *w,
            const float    *bias,
            size_t          c_out)
{
  size_t n = x->n * x->h * x->w * c_out;
  double sum = 0.0, sum2 = 0.0;

  *self = (Layer){ x, w, bias, c_out, g_new (double, n), 0.0 };
  for (size_t i = 0; i < n; i++)
    {
      size_t p = i / c_out;

      self->y[i] = convolve_one (self, p / x->w / x->h, p / x->w % x->h,
                                 p % x->w, i % c_out);
      sum += self->y[i];
      sum2 += self->y[i] * self->y[i];
    }
  self->deviation = sqrt (sum2 / n - (sum / n) * (sum / n));
}

/* What a kernel needs beside its input. */
typedef struct
{
  DmArena       arena;
  DmTensor      y;
  DmConvWeights packed;
  DmContext     context;
} Space;

static void
place (Space *self, const Layer *layer, DmConvAlgorithm algorithm)
{
  const DmTensor  *x = layer->x;
  const DmKernels *kernels = self->context.kernels;
  DmScratchSize    scratch = dm_conv3x3_scratch (kernels, algorithm, x->n, x->h,
                                                 x->w, x->c, layer->c_out);

  self->y =
      dm_arena_tensor (&self->arena, x->n, x->h, x->w, layer->c_out, false);
  self->packed = (DmConvWeights){ algorithm, x->c, layer->c_out, NULL };
  self->packed.data = dm_arena_floats (
      &self->arena,
      dm_conv3x3_packed_floats (kernels, algorithm, x->c, layer->c_out));
  self->context.scratch_floats = (scratch.worker + 15) / 16 * 16;
  self->context.scratch =
      dm_arena_floats (&self->arena, self->context.scratch_floats);
  self->context.shared = dm_arena_floats (&self->arena, scratch.shared);
}

/* Returns: the largest error, relative to the deviation of the outputs. */
static double
measure (const Layer     *layer,
         const DmKernels *kernels,
         DmConvAlgorithm  algorithm)
{
  Space           space = { .context = { .kernels = kernels } };
  const DmTensor *x = layer->x;
  double          error = 0.0;

  place (&space, layer, algorithm);
  g_assert_true (dm_arena_reserve (&space.arena, NULL));
  place (&space, layer, algorithm);
  dm_conv3x3_pack (&space.packed, layer->w, false, &space.context);
  dm_conv3x3_forward (&space.y, x, &space.packed, layer->bias, NULL, 1,
                      &space.context);

  for (size_t p = 0; p < x->n * x->h * x->w; p++)
    for (size_t o = 0; o < layer->c_out; o++)
      {
        float y = dm_tensor_at (&space.y, p / x->w / x->h, p / x->w % x->h,
                                p % x->w)[o];

        g_assert_true (isfinite (y));
        error = MAX (error, fabs (y - layer->y[p * layer->c_out + o]));
      }
  dm_arena_clear (&space.arena);

  return error / layer->deviation;
}

/* Every instruction set, every algorithm. */
static void
check_layer (Errors         *errors,
             const DmTensor *x,
             const float    *w,
             const float    *bias,
             size_t          c_out)
{
  Layer layer;

  layer_init (&layer, x, w, bias, c_out);
  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    for (int algorithm = 0; algorithm < 3; algorithm++)
      {
        double   *error = &errors->error[cpu][algorithm];
        DmKernels kernels;

        dm_kernels_init (&kernels, cpu);
        *error = MAX (*error, measure (&layer, &kernels, algorithm));
        g_assert_cmpfloat (*error, <=, TOLERANCE);
      }
  errors->n_layers++;
  g_free (layer.y);
}

static void
report (const Errors *errors)
{
  g_test_message ("%u convolutions", errors->n_layers);
  for (int cpu = 0; cpu <= (int) dm_cpu_detect (); cpu++)
    for (int algorithm = 0; algorithm < 3; algorithm++)
      g_test_message ("%s, %s: largest error %.1e of the deviation",
                      dm_cpu_get_name (cpu), algorithm_names[algorithm],
                      errors->error[cpu][algorithm]);
}

/* --- random numbers --------------------------------------------------------
 */

static void
check_random (Errors *errors, size_t side, size_t c_in, size_t c_out)
{
  DmArena           arena = { 0 };
  DmContext         context = { .kernels = dm_kernels_get_default () };
  g_autofree float *w = g_new (float, 9 * c_in * c_out);
  g_autofree float *bias = g_new (float, c_out);
  DmTensor          x;

  dm_arena_tensor (&arena, 1, side, side, c_in, true);
  g_assert_true (dm_arena_reserve (&arena, NULL));
  x = dm_arena_tensor (&arena, 1, side, side, c_in, true);
  for (size_t y = 0; y < side; y++)
    dm_test_random (dm_tensor_at (&x, 0, y, 0), side * c_in, (uint32_t) y);
  dm_border_fill (&x, DM_WRAP_NONE, &context);
  dm_test_random (w, 9 * c_in * c_out, 1000);
  dm_test_random (bias, c_out, 1001);

  check_layer (errors, &x, w, bias, c_out);
  dm_arena_clear (&arena);
}

static void
test_random (void)
{
  Errors errors = { 0 };

  check_random (&errors, 16, 64, 64);
  check_random (&errors, 9, 256, 40);
  check_random (&errors, 8, 512, 64);
  report (&errors);
}

/* --- activations of a trained network ------------------------------------ */

/* A picture that the model draws, which are the pictures it knows. */
static float *
draw (const DmModel *model)
{
  g_autoptr (GError) error = NULL;
  DmPicture  picture = { .class_id = CLASS, .guidance = 1.0, .seed = 1 };
  DmSettings settings;
  float     *x0;

  dm_settings_init (&settings, model);
  settings.n_steps = 6;
  x0 = dm_generate (model, &settings, &picture, 1, NULL, NULL, NULL, &error);
  g_assert_no_error (error);

  return x0;
}

static void
add_noise (float *xt, const float *x0, size_t n, const DmConfig *config)
{
  DmTarget target = { config->prediction, config->sigma_data };

  for (size_t i = 0; i < N; i++)
    {
      float scale = (float) dm_target_input_scale (&target, logsnr[i]);
      float alpha = (float) dm_alpha (logsnr[i]);
      float sigma = (float) dm_sigma (logsnr[i]);

      dm_test_random (xt + i * n, n, 2000 + (uint32_t) i);
      for (size_t k = 0; k < n; k++)
        xt[i * n + k] = scale * (alpha * x0[k] + sigma * xt[i * n + k]);
    }
}

/* Those which a planner may give to Winograd. */
static void
check_conv (Errors *errors, const DmConv2d *conv, const DmTensor *x)
{
  if (conv->forward.algorithm != DM_CONV_DIRECT)
    check_layer (errors, x, conv->weight->value, conv->bias->value,
                 conv->c_out);
}

/* After a pass with a plan that keeps all activations. */
static void
check_stages (Errors *errors, const DmUnet *unet, const DmUnetPlan *plan)
{
  for (size_t i = 0; i < unet->n_stages; i++)
    {
      const DmStage     *stage = unet->stages[i];
      const DmStagePlan *kept = &plan->stages[i];

      if (stage->kind == DM_STAGE_RES)
        {
          check_conv (errors, &stage->res.conv1, &kept->res.active1);
          check_conv (errors, &stage->res.conv2, &kept->res.active2);
        }
      else if (stage->kind == DM_STAGE_UP)
        {
          check_conv (errors, &stage->conv, &kept->bordered);
        }
    }
}

/* All convolutions of the bundled model, with its weights and what they are
 * given when it looks at a noisy picture.
 */
static void
test_model (void)
{
  static const int class_id[N] = { CLASS, DM_CLASS_NULL };
  g_autofree char *path = g_test_build_filename (
      G_TEST_DIST, "..", "data", "models", "fashion.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = dm_model_load (path, &error);
  g_autoptr (DmUnetPlan) plan = NULL;
  g_autofree float *x0 = NULL, *xt = NULL, *pred = NULL;
  const DmConfig   *config;
  Errors            errors = { 0 };
  size_t            side, n_floats;

  g_assert_no_error (error);
  config = dm_model_get_config (model);
  side = config->resolution;
  n_floats = side * side * config->channels;
  x0 = draw (model);
  xt = g_new (float, N *n_floats);
  pred = g_new (float, N *n_floats);
  add_noise (xt, x0, n_floats, config);

  plan = dm_unet_plan_new (dm_model_get_unet (model), DM_PLAN_TRAIN, N, side,
                           side, DM_WRAP_NONE, NULL, &error);
  g_assert_no_error (error);
  dm_unet_forward (dm_model_get_unet (model), plan, pred, xt, logsnr, class_id);

  check_stages (&errors, dm_model_get_unet (model), plan);
  report (&errors);
  g_assert_cmpuint (errors.n_layers, >, 10);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conv-precision/random", test_random);
  g_test_add_func ("/conv-precision/model", test_model);

  return g_test_run ();
}
