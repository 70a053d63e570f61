/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate-case.h"

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

int
main (int argc, char **argv)
{
  generate_case_init (&argc, &argv);

  g_test_add_func ("/batch/rows", test_rows);
#if COUNTING
  g_test_add_func ("/batch/no-allocation", test_no_allocation);
#endif

  return generate_case_run ();
}
