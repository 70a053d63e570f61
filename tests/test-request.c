/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate-case.h"

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

static void
test_bad_variation (void)
{
  static const double bad[] = { -0.1, 1.1, NAN };
  g_autoptr (DmModel) model = make_model (canvas_config (), NULL, 0);
  DmSettings settings;

  dm_settings_init (&settings, model);
  for (size_t i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      settings.variation = bad[i];
      assert_refused (model, &settings, (DmPicture){ 0 }, DM_ERROR_OPTION,
                      "variation");
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
                  "no more than 20.0\302\240MB may be used");
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

  g_test_add_func ("/request/bad-pictures", test_bad_pictures);
  g_test_add_func ("/request/bad-settings", test_bad_settings);
  g_test_add_func ("/request/bad-variation", test_bad_variation);
  g_test_add_func ("/request/memory", test_memory);
  g_test_add_func ("/request/settings", test_settings);

  return generate_case_run ();
}
