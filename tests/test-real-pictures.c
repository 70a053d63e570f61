/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluation-case.h"

/* Each dark picture with the light one after it. */
static void
exchange_held_out (DmDataset *set)
{
  for (size_t i = N_IMAGES; i < N_IMAGES + N_HELD_OUT; i += 2)
    {
      DmPlace place = set->places[i];

      set->places[i] = set->places[i + 1];
      set->places[i + 1] = place;
      set->class_id[i] ^= 1;
      set->class_id[i + 1] ^= 1;
    }
}

/* Every training picture once, with its class; the held-out ones likewise. */
static void
test_real (Fixture *self, gconstpointer data)
{
  DmDataset      held_out;
  DmRealPictures real;
  size_t         counts[N_IMAGES] = { 0 };

  (void) data;
  look (self, &real, self->set, N_IMAGES);
  for (size_t i = 0; i < N_IMAGES; i++)
    {
      counts[real.picture[i]]++;
      g_assert_cmpint (real.features.class_id[i], ==,
                       self->set->class_id[real.picture[i]]);
    }
  for (size_t i = 0; i < N_IMAGES; i++)
    g_assert_cmpuint (counts[i], ==, 1);
  g_assert_cmpfloat (dm_class_accuracy (real.features.probability,
                                        real.features.class_id, N_IMAGES, 2),
                     ==, 1.0);
  dm_real_pictures_clear (&real);

  /* unlike the training pictures of the same number */
  exchange_held_out (self->set);
  dm_dataset_view_held_out (&held_out, self->set);
  g_assert_cmpuint (held_out.n_images, ==, N_HELD_OUT);
  g_assert_cmpint (held_out.images_per_class[0], ==, N_HELD_OUT / 2);
  look (self, &real, &held_out, N_HELD_OUT);
  for (size_t i = 0; i < N_HELD_OUT; i++)
    g_assert_cmpint (real.features.class_id[i], ==,
                     self->set->class_id[N_IMAGES + real.picture[i]]);
  g_assert_cmpfloat (dm_class_accuracy (real.features.probability,
                                        real.features.class_id, N_HELD_OUT, 2),
                     ==, 1.0);
  dm_real_pictures_clear (&real);
  dm_dataset_view_clear (&held_out);
}

/* A share has the classes in the same proportions, in their order; a larger
 * number takes pictures again.
 */
static void
test_choose (Fixture *self, gconstpointer data)
{
  static const size_t numbers[] = { 1, 4, 12, 47, 48, 96, 480 };
  DmRealPictures      real;

  (void) data;
  /* a quarter dark, three quarters light */
  for (size_t i = 0; i < N_IMAGES; i++)
    self->set->class_id[i] = i % 4 != 0;
  look (self, &real, self->set, N_IMAGES);

  for (size_t i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      size_t             n = numbers[i], n_light = 0;
      g_autofree size_t *chosen = dm_real_pictures_choose (&real, n);

      for (size_t k = 0; k < n; k++)
        {
          int class_id = real.features.class_id[chosen[k]];

          g_assert_true (k == 0 ||
                         class_id >= real.features.class_id[chosen[k - 1]]);
          n_light += class_id == 1;
        }
      g_assert_cmpfloat_with_epsilon ((double) n_light, 0.75 * n, 0.75);
    }

  dm_real_pictures_clear (&real);
}

/* The pictures that are chosen, with all that is known of them. */
static void
test_share (Fixture *self, gconstpointer data)
{
  DmRealPictures real, share;
  g_autoptr (GError) error = NULL;
  g_autofree size_t *chosen = NULL;

  (void) data;
  look (self, &real, self->set, N_IMAGES);
  chosen = dm_real_pictures_choose (&real, 5);
  g_assert_true (dm_real_pictures_share (&share, self->net, &real, 5, &error));
  g_assert_cmpuint (share.features.n, ==, 5);

  for (size_t k = 0; k < 5; k++)
    {
      size_t i = chosen[k];

      dm_assert_same (share.features.value + k * DIM,
                      real.features.value + i * DIM, DIM);
      dm_assert_same (share.features.probability + k * 2,
                      real.features.probability + i * 2, 2);
      g_assert_cmpint (share.features.class_id[k], ==,
                       real.features.class_id[i]);
      g_assert_cmpuint (share.picture[k], ==, real.picture[i]);
      g_assert_cmpfloat (share.scale[k], ==, real.scale[i]);
    }

  dm_real_pictures_clear (&share);
  dm_real_pictures_clear (&real);
}

/* What is drawn is looked at as a file would hold it: 8 bits, within range. */
static void
test_rounds (Fixture *self, gconstpointer data)
{
  float      x0[2][SIDE * SIDE];
  DmFeatures features;
  g_autoptr (GError) error = NULL;

  (void) data;
  for (int i = 0; i < SIDE * SIDE; i++)
    {
      x0[0][i] = (float) (i * 4) / 127.5f - 1.0f;
      x0[1][i] = x0[0][i] + (i % 2 ? 0.3f : -0.3f) / 127.5f;
    }
  x0[0][63] = 1.0f;
  x0[1][63] = 1.7f;

  g_assert_true (dm_feature_net_prepare (self->net, &features, 2, &error));
  dm_feature_net_look (self->net, &features, x0[0], 0, 2);
  dm_assert_same (features.value, features.value + DIM, DIM);
  dm_assert_same (features.probability, features.probability + 2, 2);
  dm_features_clear (&features);
}

int
main (int argc, char **argv)
{
  evaluation_case_init (&argc, &argv);

  ADD ("/real-pictures/real", test_real);
  ADD ("/real-pictures/choose", test_choose);
  ADD ("/real-pictures/share", test_share);
  ADD ("/real-pictures/rounds", test_rounds);

  return evaluation_case_run ();
}
