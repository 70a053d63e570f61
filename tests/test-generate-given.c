/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate-case.h"

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

int
main (int argc, char **argv)
{
  generate_case_init (&argc, &argv);

  g_test_add_func ("/generate-given/matters", test_given_matters);
  g_test_add_func ("/generate-given/same-bits", test_given_same_bits);
  g_test_add_func ("/generate-given/work", test_given_work);
  g_test_add_func ("/generate-given/crop", test_given_crop);
  g_test_add_func ("/generate-given/refused", test_given_refused);

  return generate_case_run ();
}
