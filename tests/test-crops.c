/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "check.h"
#include "dataset-case.h"
#include "image/image.h"
#include "train/recolour.h"

#define WRAP_W 20
#define WRAP_H 12
#define CROP 8

/* Two classes of pictures wider than high, no two pixels of a row alike. */
static void
write_wide (const Fixture *self)
{
  static const char *const names[] = { "a/1.png", "a/2.png", "a/3.png",
                                       "b/1.png" };
  float                    pixels[WRAP_W * WRAP_H];

  for (size_t p = 0; p < G_N_ELEMENTS (names); p++)
    {
      g_autofree char *path = g_build_filename (self->folder, names[p], NULL);
      g_autofree char *parent = g_path_get_dirname (path);

      for (size_t i = 0; i < G_N_ELEMENTS (pixels); i++)
        pixels[i] = (float) ((i * 7 + p * 50) % 256) / 127.5f - 1.0f;
      g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
      g_assert_true (dm_image_save_png (path, pixels, WRAP_W, WRAP_H, 1, NULL));
    }
}

/* Pictures keep their size; at scale 1 every crop is found in its picture, at
 * its place, wherever that wraps; the middle is as it was.
 */
static void
test_crops (Fixture *self, gconstpointer data)
{
  DmDatasetOptions options = { .side = CROP,
                               .augment = { .crop = DM_CROP_WRAP } };
  g_autoptr (DmDataset) set = NULL, middle = NULL;
  float x0[CROP * CROP], again[CROP * CROP], scale;

  (void) data;
  write_wide (self);
  set = open_with (self, &options);
  g_assert_cmpuint (set->side, ==, CROP);
  g_assert_cmpuint (set->places[3].width, ==, WRAP_W);
  g_assert_cmpuint (set->places[3].height, ==, WRAP_H);

  for (uint64_t k = 0; k < 200; k++)
    {
      size_t        i = dm_dataset_choose (set, 3, k);
      const guint8 *pixels = set->pixels + set->places[i].at;
      double        drawn;
      DmSquare square = dm_augment_draw_square (&set->augment, &drawn, CROP,
                                                WRAP_W, WRAP_H, 3, k);

      g_assert_cmpint (dm_dataset_draw (set, x0, &scale, 3, k), ==,
                       set->class_id[i]);
      g_assert_cmpfloat (scale, ==, 1.0f);
      for (size_t j = 0; j < CROP * CROP; j++)
        g_assert_cmpfloat (x0[j], ==,
                           pixels[(square.top + j / CROP) % WRAP_H * WRAP_W +
                                  (square.left + j % CROP) % WRAP_W] /
                                   127.5f -
                               1.0f);
      dm_dataset_draw (set, again, &scale, 3, k);
      dm_assert_same (again, x0, CROP * CROP);
    }

  options.augment.crop = DM_CROP_CENTER;
  middle = open_with (self, &options);
  g_assert_cmpint (dm_dataset_get (set, x0, 3), ==, 1);
  dm_dataset_get (middle, again, 3);
  dm_assert_near (x0, again, CROP * CROP, 0.6 / 127.5);
}

/* Only the classes that are named take quarter turns, to all four sides. */
static void
test_turns (Fixture *self, gconstpointer data)
{
  char            *turned[] = { "B", NULL }, *unknown[] = { "c", NULL };
  DmDatasetOptions options = { .side = CROP,
                               .augment = { .crop = DM_CROP_RANDOM },
                               .turned = turned };
  g_autoptr (DmDataset) set = NULL;
  g_autoptr (GError) error = NULL;
  float  plain[CROP * CROP], drawn[CROP * CROP], scale;
  size_t n_turned[2] = { 0 }, n[2] = { 0 };

  (void) data;
  write_wide (self);
  set = open_with (self, &options);
  for (uint64_t k = 0; k < 1000; k++)
    {
      size_t i = dm_dataset_choose (set, 3, k);
      int    class_id = dm_dataset_crop (set, plain, &scale, i, 3, k);

      dm_dataset_draw (set, drawn, &scale, 3, k);
      n[class_id]++;
      n_turned[class_id] += memcmp (plain, drawn, sizeof plain) != 0;
    }
  g_assert_cmpuint (n_turned[0], ==, 0);
  g_assert_cmpfloat_with_epsilon ((double) n_turned[1] / n[1], 0.75, 0.14);

  options.turned = unknown;
  g_assert_null (dm_dataset_open (self->folder, &options, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
}

/* Balanced, the classes come in turns, and each picture of a class as often as
 * the others.
 */
static void
test_balance (Fixture *self, gconstpointer data)
{
  DmDatasetOptions options = { .augment = { .balance = TRUE } };
  g_autoptr (DmDataset) set = NULL;
  size_t n_seen[4] = { 0 }, n_first = 0;

  (void) data;
  write_wide (self);
  set = open_with (self, &options);
  for (uint64_t k = 0; k < 600; k += 2)
    {
      size_t i = dm_dataset_choose (set, 1, k);
      size_t j = dm_dataset_choose (set, 1, k + 1);

      g_assert_cmpint (set->class_id[i], !=, set->class_id[j]);
      n_first += set->class_id[i] == 0;
      n_seen[i]++;
      n_seen[j]++;
    }
  for (size_t i = 0; i < 4; i++)
    g_assert_cmpuint (n_seen[i], ==, set->class_id[i] == 0 ? 100 : 300);
  g_assert_cmpint (ABS ((int) n_first - 150), <, 45);
}

/* Colours change the more the fewer pictures a class has, but no more than may
 * be, and alike in what is held out; what is drawn is the crop, changed.
 */
static void
test_jitter (Fixture *self, gconstpointer data)
{
  DmDatasetOptions options = {
    .side = CROP, .augment = { .crop = DM_CROP_WRAP, .colour_jitter = 0.5 }
  };
  g_autoptr (DmDataset) set = NULL, much = NULL;
  DmDataset held_out;
  size_t    n_seen[2] = { 0 };

  (void) data;
  write_wide (self);
  set = open_with (self, &options);
  g_assert_cmpfloat_with_epsilon (set->jitter[0], 0.5 * sqrt (2.0 / 3.0), 1e-6);
  g_assert_cmpfloat_with_epsilon (set->jitter[1], 0.5 * sqrt (2.0), 1e-6);

  for (uint64_t k = 0; k < 50; k++)
    {
      float      plain[CROP * CROP], drawn[CROP * CROP], scale;
      size_t     i = dm_dataset_choose (set, 3, k);
      int        class_id = dm_dataset_crop (set, plain, &scale, i, 3, k);
      DmRecolour change;

      dm_dataset_draw (set, drawn, &scale, 3, k);
      g_assert_true (memcmp (plain, drawn, sizeof plain) != 0);
      dm_recolour_draw (&change, set->jitter[class_id], 3, k);
      dm_recolour_apply (&change, plain, CROP * CROP, 1);
      dm_assert_same (drawn, plain, CROP * CROP);
      n_seen[class_id]++;
    }
  g_assert_true (n_seen[0] > 0 && n_seen[1] > 0);

  dm_dataset_view_held_out (&held_out, set);
  g_assert_true (held_out.jitter == set->jitter);
  dm_dataset_view_clear (&held_out);

  options.augment.colour_jitter = 0.9;
  much = open_with (self, &options);
  g_assert_cmpfloat (much->jitter[1], ==, 1.0f);
}

#define ADD(name, function, data)                                              \
  g_test_add ("/crops/" name, Fixture, data, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);

  ADD ("crops", test_crops, NULL);
  ADD ("turns", test_turns, NULL);
  ADD ("balance", test_balance, NULL);
  ADD ("jitter", test_jitter, NULL);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
