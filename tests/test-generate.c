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

/* --- what cannot be done ---------------------------------------------------
 */

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
  generate_case_init (&argc, &argv);

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
  g_test_add_func ("/generate/progress", test_progress);
  g_test_add_func ("/generate/stop", test_stop);
  g_test_add_func ("/generate/bad-pictures", test_bad_pictures);
  g_test_add_func ("/generate/bad-settings", test_bad_settings);
  g_test_add_func ("/generate/settings", test_settings);

  return generate_case_run ();
}
