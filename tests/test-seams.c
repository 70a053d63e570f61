/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "generate/generate.h"

/* Models of textures as they are bundled: each class of each is seamless where
 * it goes on at its other end.
 */
#define N_PICTURES 8

/* Mean square of the jump from column or row @k to the next, over @n pictures
 * of [side, side, channels]; the last one jumps to the first.
 */
static double
get_jump (const float *pictures,
          size_t       n,
          size_t       side,
          size_t       channels,
          size_t       k,
          bool         rows)
{
  double sum = 0.0;
  size_t next = (k + 1) % side;

  for (size_t i = 0; i < n * side; i++)
    for (size_t c = 0; c < channels; c++)
      {
        const float *picture = pictures + i / side * side * side * channels + c;
        size_t       other = i % side;
        size_t       a = rows ? k * side + other : other * side + k;
        size_t       b = rows ? next * side + other : other * side + next;
        double       jump = picture[a * channels] - picture[b * channels];

        sum += jump * jump;
      }

  return sqrt (sum / (double) (n * side * channels));
}

/* The jump at the seam is at most 1.1 times the mean of those inside, and what
 * chance makes of it: three deviations of those inside.
 */
static void
check_seam (const char  *name,
            const float *pictures,
            size_t       side,
            size_t       channels,
            bool         rows)
{
  double mean = 0.0, variance = 0.0, limit;
  double seam = get_jump (pictures, N_PICTURES, side, channels, side - 1, rows);

  for (size_t k = 0; k + 1 < side; k++)
    {
      double jump = get_jump (pictures, N_PICTURES, side, channels, k, rows);

      mean += jump / (double) (side - 1);
      variance += jump * jump / (double) (side - 1);
    }
  variance = MAX (variance - mean * mean, 0.0);
  limit = MAX (1.1, 1.0 + 3.0 * sqrt (variance) / mean);

  g_test_message ("%s, %s: %.3f of %.4f inside, limit %.3f", name,
                  rows ? "rows" : "columns", seam / mean, mean, limit);
  g_assert_cmpfloat (seam, <=, limit * mean);
}

static void
check_class (const DmModel *model, int class_id)
{
  const DmConfig *config = dm_model_get_config (model);
  DmSettings      settings;
  DmPicture       pictures[N_PICTURES];
  g_autoptr (GError) error = NULL;
  g_autofree float *drawn = NULL;

  dm_settings_init (&settings, model);
  settings.wrap = DM_WRAP_XY;
  for (size_t i = 0; i < N_PICTURES; i++)
    pictures[i] = (DmPicture){ .class_id = class_id,
                               .guidance = dm_model_get_card (model)->guidance,
                               .seed = 1,
                               .index = i };

  drawn = dm_generate (model, &settings, pictures, N_PICTURES, NULL, NULL,
                       dm_pool_get_default (), &error);
  g_assert_no_error (error);
  for (int rows = 0; rows < 2; rows++)
    check_seam (dm_model_get_card (model)->class_names[class_id], drawn,
                config->resolution, config->channels, rows);
}

static void
test_seams (gconstpointer path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = dm_model_load (path, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < dm_card_get_n_classes (dm_model_get_card (model)); i++)
    check_class (model, (int) i);
}

static void
test_none (void)
{
  g_test_skip ("no model of textures is bundled yet");
}

static bool
is_texture (const char *path)
{
  g_autoptr (DmWeights) weights = dm_model_open_header (path, NULL);

  return weights != NULL &&
         dm_config_is_texture (dm_weights_get_config (weights));
}

/* Usage: test-seams FOLDER, of models */
int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_test_init (&argc, &argv, NULL);
  dir = g_dir_open (argc > 1 ? argv[1] : ".", 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *test = g_strconcat ("/seams/", name, NULL);

      if (!g_str_has_suffix (name, ".safetensors") || !is_texture (path))
        continue;
      g_ptr_array_add (paths, g_strdup (path));
      g_test_add_data_func (test, paths->pdata[paths->len - 1], test_seams);
    }

  if (paths->len == 0)
    g_test_add_func ("/seams/none", test_none);

  return g_test_run ();
}
