/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate-case.h"

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
      settings.variation = 1.0;
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

int
main (int argc, char **argv)
{
  generate_case_init (&argc, &argv);

  g_test_add_func ("/generate/one-step", test_one_step);
  g_test_add_func ("/generate/same-bits", test_same_bits);
  g_test_add_func ("/generate/all-matters", test_all_matters);
  g_test_add_func ("/generate/null-class", test_null_class);
  g_test_add_func ("/generate/predictions", test_predictions);
  g_test_add_func ("/generate/at-once", test_at_once);
  g_test_add_func ("/generate/progress", test_progress);
  g_test_add_func ("/generate/stop", test_stop);

  return generate_case_run ();
}
