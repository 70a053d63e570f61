/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <math.h>

#include "count-allocations.h"
#include "generate/generate.h"
#include "model-case.h"
#include "tensor/error.h"
#include "tensor/rng.h"
#include "unet-case.h"

/* Pictures of small networks with random weights: nothing to look at, but each
 * must be what its own values say.
 */
#define N_STEPS 5

static char *folder;

/* 8 x 8 pictures of three classes, with attention. */
static DmConfig
sized_config (void)
{
  return unet_case_small_config ();
}

/* The same for a canvas of any size that is a multiple of 2. */
static DmConfig
canvas_config (void)
{
  DmConfig config = unet_case_small_config ();

  config.attention[1] = false;
  config.attention_middle = false;
  config.circular = true;

  return config;
}

/* Writes the file that load_model() reads. */
static void
save_model (DmUnet *unet, const DmConfig *config, const DmCard *card)
{
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DmParams             *params = dm_unet_get_params (unet);
  g_autofree DmToStore *tensors = g_new0 (DmToStore, params->n_params);

  for (size_t i = 0; i < params->n_params; i++)
    {
      DmParam *param = params->list[i];

      tensors[i] = (DmToStore){ .name = param->name,
                                .n_dims = (guint) param->n_dims,
                                .value = param->value };
      for (size_t d = 0; d < param->n_dims; d++)
        tensors[i].shape[d] = param->shape[d];
    }

  dm_weights_save (path, config, card, NULL, tensors, (guint) params->n_params,
                   &error);
  g_assert_no_error (error);
}

static DmModel *
load_model (void)
{
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DmModel *model = dm_model_load (path, &error);

  g_assert_no_error (error);

  return model;
}

static DmModel *
make_model (DmConfig config, const char *sampler, int n_steps)
{
  g_autoptr (DmUnet) unet = dm_unet_new (&config);
  g_autoptr (DmCard) card = dm_card_new ();

  unet_case_fill_params (unet);
  g_strfreev (card->class_names);
  card->class_names = g_strsplit ("a,b,c", ",", -1);
  card->sampler = g_strdup (sampler);
  card->n_steps = n_steps;
  save_model (unet, &config, card);

  return load_model ();
}

static size_t
count_floats (const DmSettings *settings)
{
  return settings->width * settings->height * 3;
}

static float *
draw (const DmModel    *model,
      const DmSettings *settings,
      const DmPicture  *pictures,
      size_t            n,
      DmPool           *pool)
{
  g_autoptr (GError) error = NULL;
  float *pixels =
      dm_generate (model, settings, pictures, n, NULL, NULL, pool, &error);

  g_assert_no_error (error);
  n *= settings->width * settings->height *
       dm_model_get_config (model)->channels;
  for (size_t i = 0; i < n; i++)
    g_assert_true (fabsf (pixels[i]) <= 1.0f);

  return pixels;
}

/* --- what a picture is -----------------------------------------------------
 */

/* With a single step the picture is what the network makes of a picture's own
 * noise, guided; put together here from the parts, at the size asked for.
 */
static void
test_one_step (void)
{
  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    {
      DmConfig      config = canvas_config ();
      DmPicture     picture = { .class_id = 2, .guidance = 1.5, .seed = 6 };
      DmRng         rng = { 6, DM_STREAM_START, 4 };
      float         xt[2][12 * 10 * 3], pred[2][12 * 10 * 3];
      float         x0[12 * 10 * 3], scratch[12 * 10 * 3];
      const float   logsnr[2] = { -1.5f, -1.5f };
      const int     class_id[2] = { 2, DM_CLASS_NULL };
      const size_t  n = G_N_ELEMENTS (x0);
      DmTarget      target = { prediction, config.sigma_data };
      DmGuidance    guidance = { .guidance = 1.5, .start = 1.0, .clip = 0.9 };
      DmSettings    settings;
      const DmUnet *unet;

      config.prediction = prediction;
      g_autoptr (DmModel) model = make_model (config, NULL, 0);
      g_autoptr (DmUnetPlan) plan = NULL;
      g_autofree float *pixels = NULL;

      unet = dm_model_get_unet (model);
      plan = dm_unet_plan_new (unet, DM_PLAN_INFER, 2, 10, 12, DM_WRAP_XY, NULL,
                               NULL);
      dm_rng_normal (xt[0], n, rng, 0);
      for (size_t i = 0; i < n; i++)
        xt[1][i] = xt[0][i] *=
            (float) dm_target_input_scale (&target, logsnr[0]);
      dm_unet_forward (unet, plan, pred[0], xt[0], logsnr, class_id);
      dm_rng_normal (xt[0], n, rng, 0);
      dm_guidance_apply (&guidance, &target, x0, pred[0], pred[1], xt[0],
                         logsnr[0], n, scratch);

      dm_settings_init (&settings, model);
      settings.width = 12;
      settings.height = 10;
      settings.n_steps = 1;
      settings.wrap = DM_WRAP_X;
      settings.clip = 0.9;
      settings.logsnr_first = logsnr[0];
      settings.logsnr_last = 5.0;
      picture.index = 4;
      pixels = draw (model, &settings, &picture, 1, NULL);
      dm_assert_same (pixels, x0, n);
    }
}

/* --- the same picture ------------------------------------------------------
 */

enum
{
  N_PICTURES = 21 /* more than are drawn together */
};

/* All classes and the null class, guided and not. */
static void
fill_pictures (DmPicture pictures[N_PICTURES])
{
  static const double strengths[] = { 0.0, 1.5, 4.0, 0.0, -0.5 };

  for (int i = 0; i < N_PICTURES; i++)
    pictures[i] = (DmPicture){
      .class_id = i % 4 < 3 ? i % 4 : DM_CLASS_NULL,
      .guidance = strengths[i % G_N_ELEMENTS (strengths)],
      .seed = (guint64) i / 2,
      .index = (guint64) i % 2,
    };
}

/* Drawn alone or with others, on any number of threads: the same bits, for
 * every sampler, also where guidance begins or ends on the way.
 */
static void
test_same_bits (void)
{
  DmConfig  configs[] = { sized_config (), canvas_config () };
  DmPicture pictures[N_PICTURES];

  fill_pictures (pictures);

  for (size_t c = 0; c < G_N_ELEMENTS (configs); c++)
    for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
      {
        g_autoptr (DmModel) model = make_model (configs[c], NULL, 0);
        g_autofree float *alone = NULL;
        DmSettings        settings;
        size_t            n;

        dm_settings_init (&settings, model);
        settings.sampler = sampler;
        settings.n_steps = N_STEPS;
        settings.guidance_start = 0.9;
        settings.guidance_end = 0.2;
        n = count_floats (&settings);

        alone = g_new (float, n *N_PICTURES);
        for (size_t i = 0; i < N_PICTURES; i++)
          {
            g_autofree float *one =
                draw (model, &settings, &pictures[i], 1, NULL);

            memcpy (alone + i * n, one, n * sizeof *one);
          }

        for (size_t n_workers = 1; n_workers <= 3; n_workers++)
          {
            DmPool           *pool = dm_pool_new (n_workers);
            g_autofree float *together =
                draw (model, &settings, pictures, N_PICTURES, pool);

            dm_assert_same (together, alone, n * N_PICTURES);
            dm_pool_free (pool);
          }
      }
}

/* Each value of a picture matters to it: class, guidance, seed and number, also
 * beyond 32 bits.
 */
static void
test_all_matters (void)
{
  static const DmPicture pictures[] = {
    { 0, 1.0, 3, 7, 0.0 },
    { 1, 1.0, 3, 7, 0.0 },
    { 0, 1.1, 3, 7, 0.0 },
    { 0, 1.0, 4, 7, 0.0 },
    { 0, 1.0, 3, 8, 0.0 },
    { DM_CLASS_NULL, 1.0, 3, 7, 0.0 },
    { 0, 0.0, 3, 7, 0.0 },
    { 0, 1.0, 3, 7 + (G_GUINT64_CONSTANT (1) << 32), 0.0 },
  };
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  g_autofree float *pixels = NULL;
  DmSettings        settings;
  size_t            n;

  dm_settings_init (&settings, model);
  n = count_floats (&settings);
  pixels = draw (model, &settings, pictures, G_N_ELEMENTS (pictures), NULL);

  for (size_t i = 0; i < G_N_ELEMENTS (pictures); i++)
    for (size_t k = 0; k < i; k++)
      g_assert_cmpint (
          memcmp (pixels + i * n, pixels + k * n, n * sizeof *pixels), !=, 0);
}

/* ... but the null class has no class to be guided towards. */
static void
test_null_class (void)
{
  static const DmPicture pictures[] = { { DM_CLASS_NULL, 0.0, 3, 7, 0.0 },
                                        { DM_CLASS_NULL, 5.0, 3, 7, 0.0 } };
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  g_autofree float *pixels = NULL;
  DmSettings        settings;

  dm_settings_init (&settings, model);
  pixels = draw (model, &settings, pictures, 2, NULL);
  dm_assert_same (pixels, pixels + count_floats (&settings),
                  count_floats (&settings));
}

/* Every kind of prediction, at the ends of the paper's range of log-SNR. */
static void
test_predictions (void)
{
  for (int prediction = 0; prediction < DM_N_PREDICTIONS; prediction++)
    {
      DmConfig   config = sized_config ();
      DmPicture  picture = { .class_id = 1, .guidance = 3.0 };
      DmSettings settings;

      config.prediction = prediction;
      g_autoptr (DmModel) model = make_model (config, NULL, 0);
      dm_settings_init (&settings, model);
      settings.logsnr_first = -20.0;
      settings.logsnr_last = 20.0;

      g_free (draw (model, &settings, &picture, 1, NULL));
    }
}

typedef struct
{
  const DmModel    *model;
  const DmSettings *settings;
  DmPicture         picture;
  DmPool           *pool;
} Job;

static gpointer
draw_job (gpointer data)
{
  const Job *job = data;

  return draw (job->model, job->settings, &job->picture, 1, job->pool);
}

/* Two threads draw with one model and one pool at once. */
static void
test_at_once (void)
{
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmPool    *pool = dm_pool_new (2);
  DmSettings settings;
  GThread   *threads[2];
  Job        jobs[2];

  dm_settings_init (&settings, model);
  for (int i = 0; i < 2; i++)
    {
      jobs[i] = (Job){ model, &settings, { i, 2.0, 9, 0, 0.0 }, pool };
      threads[i] = g_thread_new ("draw", draw_job, &jobs[i]);
    }

  for (int i = 0; i < 2; i++)
    {
      g_autofree float *pixels = g_thread_join (threads[i]);
      g_autofree float *alone =
          draw (model, &settings, &jobs[i].picture, 1, NULL);

      dm_assert_same (pixels, alone, count_floats (&settings));
    }

  dm_pool_free (pool);
}

/* --- no more work than needed ----------------------------------------------
 */

static guint
count_rows (const DmModel    *model,
            const DmSettings *settings,
            const DmPicture  *pictures,
            size_t            n)
{
  guint before = dm_generate_get_n_rows ();

  g_free (draw (model, settings, pictures, n, NULL));

  return dm_generate_get_n_rows () - before;
}

/* The null class is evaluated for guided pictures only, and only in steps
 * within the interval.
 */
static void
test_rows (void)
{
  static const DmPicture pictures[] = { { 0, 0.0, 1, 0, 0.0 },
                                        { 0, 2.0, 2, 0, 0.0 },
                                        { DM_CLASS_NULL, 2.0, 3, 0, 0.0 } };
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmSettings settings;

  dm_settings_init (&settings, model);
  settings.n_steps = N_STEPS;
  g_assert_cmpuint (count_rows (model, &settings, pictures, 1), ==, N_STEPS);
  g_assert_cmpuint (count_rows (model, &settings, pictures + 1, 1), ==,
                    2 * N_STEPS);
  g_assert_cmpuint (count_rows (model, &settings, pictures + 2, 1), ==,
                    N_STEPS);
  g_assert_cmpuint (count_rows (model, &settings, pictures, 3), ==,
                    4 * N_STEPS);

  settings.sampler = DM_SAMPLER_HEUN;
  g_assert_cmpuint (count_rows (model, &settings, pictures, 3), ==,
                    4 * (2 * N_STEPS - 1));

  /* ancestral steps of t = 1, 0.75, 0.5, 0.25, 0 */
  settings.sampler = DM_SAMPLER_ANCESTRAL;
  settings.guidance_start = 0.8;
  settings.guidance_end = 0.4;
  g_assert_cmpuint (count_rows (model, &settings, pictures, 3), ==,
                    3 * N_STEPS + 2);

  settings.guidance_start = 0.3;
  g_assert_cmpuint (count_rows (model, &settings, pictures, 3), ==,
                    3 * N_STEPS);
}

typedef struct
{
  unsigned n_heard, n_steps, stop_at;
  size_t   n_allocations_first, n_allocations_last;
} Listener;

static bool
listen (unsigned step, unsigned n_steps, void *data)
{
  Listener *self = data;

  self->n_heard++;
  g_assert_cmpuint (step, ==, self->n_heard);
  self->n_steps = n_steps;
#if COUNTING
  self->n_allocations_last = n_allocations;
  if (step == 1)
    self->n_allocations_first = n_allocations;
#endif

  return step != self->stop_at;
}

#if COUNTING
/* All memory is had before the first step. */
static void
test_no_allocation (void)
{
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
      DmPool           *pool = dm_pool_new (2);
      g_autofree float *pixels = NULL;
      DmPicture         picture = { .guidance = 1.0 };
      Listener          listener = { 0 };
      DmSettings        settings;

      dm_settings_init (&settings, model);
      settings.sampler = sampler;
      settings.guidance_start = 0.6;
      pixels = dm_generate (model, &settings, &picture, 1, listen, &listener,
                            pool, NULL);

      g_assert_nonnull (pixels);
      g_assert_cmpuint (listener.n_allocations_last, ==,
                        listener.n_allocations_first);
      dm_pool_free (pool);
    }
}
#endif

/* --- progress and stopping -------------------------------------------------
 */

/* Steps of all batches are counted through. */
static void
test_progress (void)
{
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  g_autofree float *pixels = NULL;
  DmPicture         pictures[N_PICTURES];
  Listener          listener = { 0 };
  DmSettings        settings;

  fill_pictures (pictures);
  dm_settings_init (&settings, model);
  settings.n_steps = N_STEPS;
  pixels = dm_generate (model, &settings, pictures, N_PICTURES, listen,
                        &listener, NULL, NULL);

  g_assert_nonnull (pixels);
  g_assert_cmpuint (listener.n_heard, ==, listener.n_steps);
  g_assert_cmpuint (listener.n_steps, ==, 2 * N_STEPS);
}

/* Stopped at any step: no picture, no further step, and afterwards the model
 * draws what it always drew.
 */
static void
test_stop (void)
{
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmPicture         picture = { .class_id = 2, .guidance = 1.0 };
  DmSettings        settings;
  g_autofree float *before = NULL, *after = NULL;

  dm_settings_init (&settings, model);
  settings.n_steps = N_STEPS;
  before = draw (model, &settings, &picture, 1, NULL);

  for (unsigned stop_at = 1; stop_at <= N_STEPS; stop_at++)
    {
      g_autoptr (GError) error = NULL;
      Listener listener = { .stop_at = stop_at };

      g_assert_null (dm_generate (model, &settings, &picture, 1, listen,
                                  &listener, NULL, &error));
      g_assert_error (error, DM_ERROR, DM_ERROR_CANCELLED);
      g_assert_cmpuint (listener.n_heard, ==, stop_at);
    }

  after = draw (model, &settings, &picture, 1, NULL);
  dm_assert_same (before, after, count_floats (&settings));
}

/* --- the canvas ------------------------------------------------------------
 */

/* An odd size is the upper left part of the next whole one. */
static void
test_crop (void)
{
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmPicture pictures[2] = { { 0, 1.0, 1, 0, 0.0 }, { 1, 0.0, 2, 0, 0.0 } };
  g_autofree float *whole = NULL, *part = NULL;
  DmSettings        settings;

  dm_settings_init (&settings, model);
  settings.width = 14;
  settings.height = 20;
  whole = draw (model, &settings, pictures, 2, NULL);
  settings.width = 13;
  settings.height = 19;
  part = draw (model, &settings, pictures, 2, NULL);

  for (size_t i = 0; i < 2; i++)
    for (size_t y = 0; y < 19; y++)
      dm_assert_same (part + (i * 19 + y) * 13 * 3,
                      whole + (i * 20 + y) * 14 * 3, 13 * 3);
}

/* Each axis that wraps makes a picture of its own, in no whole strides. */
static void
test_wrap (void)
{
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmPicture  picture = { .seed = 1 };
  float     *pixels[4];
  DmSettings settings;

  dm_settings_init (&settings, model);
  settings.width = 13;
  settings.height = 11;
  for (int wrap = 0; wrap < 4; wrap++)
    {
      settings.wrap = wrap;
      pixels[wrap] = draw (model, &settings, &picture, 1, NULL);
      for (int other = 0; other < wrap; other++)
        g_assert_cmpint (memcmp (pixels[wrap], pixels[other],
                                 count_floats (&settings) * sizeof (float)),
                         !=, 0);
    }

  for (int wrap = 0; wrap < 4; wrap++)
    g_free (pixels[wrap]);
}

/* Mean difference of pixels to their left neighbours, in column @x of some
 * pictures; column 0 has the last one to its left.
 */
static double
get_jump (const float *pixels, size_t n, size_t h, size_t w, size_t c, size_t x)
{
  double sum = 0.0;

  for (size_t row = 0; row < n * h; row++)
    for (size_t k = 0; k < c; k++)
      sum += fabsf (pixels[(row * w + x) * c + k] -
                    pixels[(row * w + (x + w - 1) % w) * c + k]);

  return sum / (double) (n * h * c);
}

/* @pixels [n, h, w, c] turned: [n, w, h, c] */
static float *
turn (const float *pixels, size_t n, size_t h, size_t w, size_t c)
{
  float *out = g_new (float, n *h *w *c);

  for (size_t i = 0; i < n * h * w; i++)
    memcpy (out + ((i / (h * w) * w + i % w) * h + i / w % h) * c,
            pixels + i * c, c * sizeof *out);

  return out;
}

/* The jump in one column against the mean of all but the first. */
static double
get_seam (const float *pixels, size_t n, size_t h, size_t w, size_t c, size_t x)
{
  double inside = 0.0;

  for (size_t i = 1; i < w; i++)
    inside += get_jump (pixels, n, h, w, c, i) / (double) (w - 1);

  return get_jump (pixels, n, h, w, c, x) / inside;
}

/* The bundled model, which draws smooth pictures. */
static DmModel *
load_fashion (void)
{
  g_autofree char *path = g_test_build_filename (
      G_TEST_DIST, "..", "data", "models", "fashion.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DmModel *model = dm_model_load (path, &error);

  g_assert_no_error (error);

  return model;
}

/* @n pictures of each of @n_classes classes, in few steps. */
static float *
draw_classes (const DmModel *model, DmSettings settings, int n_classes, int n)
{
  g_autofree DmPicture *pictures = g_new0 (DmPicture, n_classes * n);

  settings.n_steps = 2;
  for (int i = 0; i < n_classes * n; i++)
    pictures[i] = (DmPicture){ i / n, 1.0, 3, (guint64) (i % n), 0.0 };

  return draw (model, &settings, pictures, (size_t) (n_classes * n), NULL);
}

/* How much larger than elsewhere the jumps between the first and the last
 * columns, and rows, of each class are: opposite edges that wrap fit each other
 * as well as what lies inside.
 *
 * Returns: the largest of those that do not wrap
 */
static double
check_seams (const DmModel *model,
             int            n_classes,
             size_t         n,
             size_t         w,
             size_t         h,
             DmWrap         wrap)
{
  size_t            c = dm_model_get_config (model)->channels;
  size_t            class_floats = n * w * h * c;
  DmSettings        settings;
  double            open = 0.0;
  g_autofree float *pixels = NULL, *turned = NULL;

  dm_settings_init (&settings, model);
  settings.width = w;
  settings.height = h;
  settings.wrap = wrap;
  pixels = draw_classes (model, settings, n_classes, (int) n);
  turned = turn (pixels, (size_t) n_classes * n, h, w, c);

  for (size_t i = 0; i < (size_t) n_classes; i++)
    {
      double x = get_seam (pixels + i * class_floats, n, h, w, c, 0);
      double y = get_seam (turned + i * class_floats, n, w, h, c, 0);

      g_test_message ("%zu x %zu, wrap %d, class %zu: %.3f %.3f", w, h,
                      (int) wrap, i, x, y);
      if (wrap & DM_WRAP_X)
        g_assert_cmpfloat (x, <, 1.1);
      else
        open = MAX (open, x);
      if (wrap & DM_WRAP_Y)
        g_assert_cmpfloat (y, <, 1.1);
      else
        open = MAX (open, y);
    }

  return open;
}

/* Sides that are multiples of the stride, where the network wraps, and others,
 * where windows go round. What a network draws that does not wrap is seen not
 * to, or this would see nothing.
 */
static void
test_seamless (void)
{
  DmConfig config = canvas_config ();
  g_autoptr (DmModel) rough = make_model (config, NULL, 0);
  g_autoptr (DmModel) plain = NULL;

  for (int wrap = 1; wrap < 4; wrap++)
    {
      check_seams (rough, 3, 16, 32, 48, wrap);
      check_seams (rough, 3, 16, 33, 47, wrap);
    }
  config.circular = false;
  plain = make_model (config, NULL, 0);
  g_assert_cmpfloat (check_seams (plain, 3, 16, 32, 48, 0), >, 1.1);
}

/* No joint of windows is to be seen: columns there are no other than elsewhere.
 */
static void
test_joints (void)
{
  const size_t w = 196, h = 28, ramp = 14, n = 4;
  g_autoptr (DmModel) model = load_fashion ();
  g_autofree float *pixels = NULL;
  double            near = 0.0, largest = 0.0;
  DmSettings        settings;

  dm_settings_init (&settings, model);
  settings.width = w;
  settings.height = h;
  settings.window_pixels = 124 * h;
  pixels = draw_classes (model, settings, 1, (int) n);

  for (size_t x = w / 2 - ramp; x < w / 2 + ramp; x++)
    {
      double seam = get_seam (pixels, n, h, w, 1, x);

      near += seam / (2.0 * (double) ramp);
      largest = MAX (largest, seam);
    }
  g_test_message ("%.3f, at most %.3f", near, largest);
  g_assert_cmpfloat (near, <, 1.1);
  g_assert_cmpfloat (largest, <, 2.0);
}

/* --- scale -----------------------------------------------------------------
 */

/* A network that is told the scale draws by it; beyond its range the nearer end
 * counts, and pictures drawn together keep their own.
 */
static void
test_scale (void)
{
  DmConfig config = sized_config ();
  g_autoptr (DmModel) model = NULL;
  DmSettings        settings;
  DmPicture         pictures[5];
  g_autofree float *pixels = NULL;
  const double      scales[5] = { 0.0, 0.25, 1.0, 0.01, 7.0 };
  size_t            n;

  config.scale_min = 0.25;
  config.scale_max = 1.0;
  model = make_model (config, NULL, 3);
  dm_settings_init (&settings, model);
  n = count_floats (&settings);
  for (size_t i = 0; i < 5; i++)
    pictures[i] = (DmPicture){ .class_id = 1,
                               .guidance = i == 0 ? 0.0 : 1.0,
                               .seed = 3,
                               .scale = scales[i] };

  pixels = draw (model, &settings, pictures, 5, NULL);
  g_assert_true (memcmp (pixels, pixels + n, n * sizeof *pixels) != 0);
  g_assert_true (memcmp (pixels + n, pixels + 2 * n, n * sizeof *pixels) != 0);
  dm_assert_same (pixels + 3 * n, pixels + n, n);
  dm_assert_same (pixels + 4 * n, pixels + 2 * n, n);
  for (size_t i = 0; i < 5; i++)
    {
      g_autofree float *alone = draw (model, &settings, &pictures[i], 1, NULL);

      dm_assert_same (alone, pixels + i * n, n);
    }
}

/* --- what cannot be done ---------------------------------------------------
 */

static void
assert_refused (const DmModel    *model,
                const DmSettings *settings,
                DmPicture         picture,
                int               code,
                const char       *word)
{
  g_autoptr (GError) error = NULL;
  Listener listener = { 0 };

  g_assert_null (dm_generate (model, settings, &picture, 1, listen, &listener,
                              NULL, &error));
  g_assert_error (error, DM_ERROR, code);
  g_assert_cmpuint (listener.n_heard, ==, 0);
  if (strstr (error->message, word) == NULL)
    g_error ("“%s” does not mention “%s”", error->message, word);
}

static void
test_bad_pictures (void)
{
  static const struct
  {
    DmPicture   picture;
    const char *word;
  } bad[] = {
    { { .class_id = 3 }, "class 3" },
    { { .class_id = -2 }, "class -2" },
    { { .class_id = G_MAXINT }, "0 to 2" },
    { { .guidance = NAN }, "guidance" },
    { { .guidance = INFINITY }, "guidance" },
    { { .guidance = -1e6 }, "guidance" },
    { { .scale = 1.0 }, "not told the scale" },
    { { .scale = -1.0 }, "scale" },
    { { .scale = NAN }, "scale" },
  };
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmSettings settings;

  dm_settings_init (&settings, model);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    assert_refused (model, &settings, bad[i].picture, DM_ERROR_OPTION,
                    bad[i].word);
}

static void
test_bad_settings (void)
{
  static const struct
  {
    const char *word;
    size_t      width, height;
    unsigned    n_steps;
    DmWrap      wrap;
    gboolean    canvas; /* a network for any canvas */
  } bad[] = {
    { "steps", 8, 8, 0, 0, FALSE },
    { "steps", 8, 8, 1001, 0, FALSE },
    { "8 x 8", 10, 8, 4, 0, FALSE },
    { "8 x 8", 8, 0x10000, 4, 0, FALSE },
    { "wrap", 8, 8, 4, DM_WRAP_X, FALSE },
    { "65536", 0, 8, 4, 0, TRUE },
    { "65536", 8, 65537, 4, 0, TRUE },
    { "65536", G_MAXSIZE, 8, 4, 0, TRUE },
  };
  g_autoptr (DmModel) sized = make_model (sized_config (), NULL, 0);
  g_autoptr (DmModel) canvas = make_model (canvas_config (), NULL, 0);

  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      DmModel   *model = bad[i].canvas ? canvas : sized;
      DmSettings settings;

      dm_settings_init (&settings, model);
      settings.width = bad[i].width;
      settings.height = bad[i].height;
      settings.n_steps = bad[i].n_steps;
      settings.wrap = bad[i].wrap;
      assert_refused (model, &settings, (DmPicture){ 0 }, DM_ERROR_OPTION,
                      bad[i].word);
    }
}

/* A canvas that takes more memory than may be used is refused before anything
 * is drawn or asked for, with what it takes.
 */
static void
test_memory (void)
{
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmSettings settings;

  dm_settings_init (&settings, model);
  settings.width = settings.height = 65536;
  assert_refused (model, &settings, (DmPicture){ 0 }, DM_ERROR_MEMORY,
                  "65536 x 65536 pixels take");

  settings.width = settings.height = 512;
  g_setenv ("GEGL_DIFFUSION_MEMORY_MB", "20", TRUE);
  assert_refused (model, &settings, (DmPicture){ 0 }, DM_ERROR_MEMORY,
                  "0.0 GB may be used");
  settings.width = settings.height = 16;
  g_free (draw (model, &settings, &(DmPicture){ 0 }, 1, NULL));
  g_unsetenv ("GEGL_DIFFUSION_MEMORY_MB");
}

/* --- a given picture -------------------------------------------------------
 */

/* A picture in [-1, 1] of which the left half is known, the right a soft edge
 * and a hole.
 */
enum
{
  GIVEN_SIDE = 8
};

typedef struct
{
  float   x0[GIVEN_SIDE * GIVEN_SIDE * 3], mask[GIVEN_SIDE * GIVEN_SIDE];
  DmGiven given;
} GivenCase;

static void
given_init (GivenCase *self, double strength, unsigned n_repeats)
{
  dm_test_random (self->x0, G_N_ELEMENTS (self->x0), 77);
  for (size_t i = 0; i < G_N_ELEMENTS (self->x0); i++)
    self->x0[i] = tanhf (self->x0[i]);
  for (size_t i = 0; i < G_N_ELEMENTS (self->mask); i++)
    self->mask[i] = i % GIVEN_SIDE < 4 ? 1.0f :
                    i % GIVEN_SIDE < 5 ? 0.5f :
                                         0.0f;

  self->given = (DmGiven){ self->x0, self->mask, strength, n_repeats };
}

/* Without anything that is kept, and from pure noise, the picture is as if none
 * was given; each word of what is given matters otherwise.
 */
static void
test_given_matters (void)
{
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmPicture         picture = { .class_id = 1, .guidance = 1.0, .seed = 3 };
  g_autofree float *plain = NULL, *same = NULL;
  GivenCase         one;
  DmSettings        settings;
  float            *variants[5];
  size_t            n;

  dm_settings_init (&settings, model);
  settings.n_steps = N_STEPS;
  n = count_floats (&settings);
  plain = draw (model, &settings, &picture, 1, NULL);

  given_init (&one, 1.0, 1);
  one.given.mask = NULL;
  settings.given = &one.given;
  same = draw (model, &settings, &picture, 1, NULL);
  dm_assert_same (plain, same, n);

  for (int i = 0; i < 5; i++)
    {
      given_init (&one, i == 1 ? 0.6 : 1.0, i == 2 ? 3 : 1);
      if (i == 3)
        one.x0[0] = -one.x0[0];
      if (i == 4)
        one.mask[4] = 0.9f;
      variants[i] = draw (model, &settings, &picture, 1, NULL);
      for (int k = 0; k < i; k++)
        g_assert_cmpint (memcmp (variants[i], variants[k], n * sizeof (float)),
                         !=, 0);
    }

  for (int i = 0; i < 5; i++)
    g_free (variants[i]);
}

/* What is known comes back as it was, bit for bit, for each sampler; alone or
 * with others and on any number of threads the pictures have the same bits.
 */
static void
test_given_same_bits (void)
{
  DmPicture pictures[N_PICTURES];

  fill_pictures (pictures);
  for (int sampler = 0; sampler < DM_N_SAMPLERS; sampler++)
    {
      g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
      DmPool           *pool = dm_pool_new (3);
      g_autofree float *together = NULL;
      DmSettings        settings;
      GivenCase         one;
      size_t            n;

      given_init (&one, 0.8, 2);
      dm_settings_init (&settings, model);
      settings.sampler = sampler;
      settings.n_steps = N_STEPS;
      settings.given = &one.given;
      n = count_floats (&settings);
      together = draw (model, &settings, pictures, N_PICTURES, pool);

      for (size_t i = 0; i < N_PICTURES; i++)
        {
          g_autofree float *alone =
              draw (model, &settings, &pictures[i], 1, NULL);

          dm_assert_same (together + i * n, alone, n);
          for (size_t k = 0; k < G_N_ELEMENTS (one.mask); k++)
            if (one.mask[k] == 1.0f)
              dm_assert_same (alone + k * 3, one.x0 + k * 3, 3);
        }

      dm_pool_free (pool);
    }
}

/* The work is what is left of it, repeats counted, and is told as that. */
static void
test_given_work (void)
{
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmPicture  picture = { .class_id = 1, .seed = 3 };
  DmSettings settings;
  GivenCase  one;

  dm_settings_init (&settings, model);
  settings.n_steps = 10;
  settings.given = &one.given;

  for (int tenths = 1; tenths <= 10; tenths++)
    for (unsigned repeats = 1; repeats <= 3; repeats++)
      {
        g_autofree float *pixels = NULL;
        Listener          listener = { 0 };
        guint             before = dm_generate_get_n_rows ();
        guint             expected = ((guint) tenths - 1) * repeats + 1;

        given_init (&one, tenths / 10.0, repeats);
        pixels = dm_generate (model, &settings, &picture, 1, listen, &listener,
                              NULL, NULL);
        g_assert_nonnull (pixels);
        g_assert_cmpuint (dm_generate_get_n_rows () - before, ==, expected);
        g_assert_cmpuint (listener.n_heard, ==, expected);
        g_assert_cmpuint (listener.n_steps, ==, expected);
      }
}

/* A canvas that the network rounds up: the known part of an odd size. */
static void
test_given_crop (void)
{
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmPicture         picture = { .class_id = 1, .seed = 3 };
  g_autofree float *pixels = NULL;
  DmSettings        settings;
  GivenCase         one;

  given_init (&one, 1.0, 2);
  dm_settings_init (&settings, model);
  settings.width = 7;
  settings.height = 9;
  settings.given = &one.given;
  pixels = draw (model, &settings, &picture, 1, NULL);

  for (size_t k = 0; k < 7 * 9; k++)
    if (one.mask[k] == 1.0f)
      dm_assert_same (pixels + k * 3, one.x0 + k * 3, 3);
}

static void
test_given_refused (void)
{
  static const struct
  {
    double      strength;
    unsigned    n_repeats;
    const char *word;
  } bad[] = {
    { 0.0, 1, "strength" }, { 1.01, 1, "strength" },  { NAN, 1, "strength" },
    { 1.0, 0, "1 to 100" }, { 1.0, 101, "1 to 100" },
  };
  g_autoptr (DmModel) model = make_model (sized_config (), NULL, 0);
  DmSettings settings;

  dm_settings_init (&settings, model);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      GivenCase one;

      given_init (&one, bad[i].strength, bad[i].n_repeats);
      settings.given = &one.given;
      assert_refused (model, &settings, (DmPicture){ 0 }, DM_ERROR_OPTION,
                      bad[i].word);
    }
}

/* --- settings --------------------------------------------------------------
 */

/* A file's word counts; where it says nothing or nothing known, it is the
 * standard.
 */
static void
test_settings (void)
{
  g_autoptr (DmModel) silent = make_model (sized_config (), NULL, 0);
  g_autoptr (DmModel) odd = make_model (sized_config (), "voodoo", 0);
  g_autoptr (DmModel) says = make_model (sized_config (), "heun", 9);
  DmSettings settings;

  dm_settings_init (&settings, silent);
  g_assert_cmpint (settings.sampler, ==, DM_SAMPLER_DPM2M);
  g_assert_cmpuint (settings.n_steps, ==, 16);
  g_assert_cmpuint (settings.width, ==, 8);
  g_assert_cmpuint (settings.height, ==, 8);
  g_assert_true (settings.guidance_start == 1.0);
  g_assert_true (settings.guidance_end == 0.0);
  g_assert_true (settings.clip == 1.0);
  g_assert_true (settings.variance_mix == 0.3);

  dm_settings_init (&settings, odd);
  g_assert_cmpint (settings.sampler, ==, DM_SAMPLER_DPM2M);
  g_assert_cmpuint (settings.n_steps, ==, 16);

  dm_settings_init (&settings, says);
  g_assert_cmpint (settings.sampler, ==, DM_SAMPLER_HEUN);
  g_assert_cmpuint (settings.n_steps, ==, 9);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("dm-generate-XXXXXX", NULL);

  g_test_add_func ("/generate/one-step", test_one_step);
  g_test_add_func ("/generate/same-bits", test_same_bits);
  g_test_add_func ("/generate/all-matters", test_all_matters);
  g_test_add_func ("/generate/null-class", test_null_class);
  g_test_add_func ("/generate/predictions", test_predictions);
  g_test_add_func ("/generate/at-once", test_at_once);
  g_test_add_func ("/generate/rows", test_rows);
#if COUNTING
  g_test_add_func ("/generate/no-allocation", test_no_allocation);
#endif
  g_test_add_func ("/generate/memory", test_memory);
  g_test_add_func ("/generate/seamless", test_seamless);
  g_test_add_func ("/generate/joints", test_joints);
  g_test_add_func ("/generate/progress", test_progress);
  g_test_add_func ("/generate/stop", test_stop);
  g_test_add_func ("/generate/crop", test_crop);
  g_test_add_func ("/generate/wrap", test_wrap);
  g_test_add_func ("/generate/scale", test_scale);
  g_test_add_func ("/generate/bad-pictures", test_bad_pictures);
  g_test_add_func ("/generate/bad-settings", test_bad_settings);
  g_test_add_func ("/generate/settings", test_settings);
  g_test_add_func ("/generate/given-matters", test_given_matters);
  g_test_add_func ("/generate/given-same-bits", test_given_same_bits);
  g_test_add_func ("/generate/given-work", test_given_work);
  g_test_add_func ("/generate/given-crop", test_given_crop);
  g_test_add_func ("/generate/given-refused", test_given_refused);

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);

  return status;
}
