/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "generate/generate.h"

/* Models of textures as they are bundled: each class of each is seamless where
 * it goes on at its other end, and a canvas larger than what the model was
 * trained on neither repeats it nor shows the cells of the network.
 */
#define N_PICTURES 16
#define N_STEPS 8

/* Sanitizers slow the network down: then some of the classes do. */
#ifdef __SANITIZE_ADDRESS__
#define CLASS_STRIDE 5
#else
#define CLASS_STRIDE 1
#endif

/* Mean of the jump from column or row @k to the next, over @n pictures
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

        sum += fabs (jump);
      }

  return sum / (double) (n * side * channels);
}

/* The jump at the seam is at most 1.1 times the mean of those inside, and what
 * chance makes of it: five deviations of those inside, since a crack in one of
 * the pictures counts for much and there are many classes.
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
  limit = MAX (1.1 * mean, mean + 5.0 * sqrt (variance));

  g_test_message ("%s, %s: %.3f of %.4f inside, limit %.3f", name,
                  rows ? "rows" : "columns", seam / mean, mean, limit / mean);
  g_assert_cmpfloat (seam, <=, limit);
}

/* Of one picture that wraps: the mean jump at the edges of cells, as the
 * network's lowest level has them, by that between all other pixels.
 */
static double
get_edges (const float *picture, size_t side, size_t channels, size_t cell)
{
  double at_edges = 0.0, inside = 0.0;

  for (size_t k = 0; k < 2 * side; k++)
    *(k % cell == cell - 1 ? &at_edges : &inside) +=
        get_jump (picture, 1, side, channels, k % side, k >= side);

  return at_edges / inside * (double) (cell - 1);
}

/* Of one picture [side, side, channels] that wraps, with itself @lag pixels
 * further along each axis: the mean of both, which are 1 for the same picture.
 */
static double
get_correlation (const float *picture, size_t side, size_t channels, size_t lag)
{
  double product = 0.0, square = 0.0;

  for (size_t c = 0; c < channels; c++)
    {
      double mean = 0.0;

      for (size_t i = 0; i < side * side; i++)
        mean += picture[i * channels + c] / (double) (side * side);
      for (size_t y = 0; y < side; y++)
        for (size_t x = 0; x < side; x++)
          {
            size_t down = (y + lag) % side, right = (x + lag) % side;
            double here = picture[(y * side + x) * channels + c] - mean;

            square += here * here;
            product += here * 0.5 *
                       (picture[(down * side + x) * channels + c] +
                        picture[(y * side + right) * channels + c] - 2 * mean);
          }
    }

  return square > 0.0 ? product / square : 0.0;
}

/* Courses of bricks come back after some pixels, whatever the size they were
 * learnt at: only more likeness at that size than at those about it is a fault.
 */
static void
check_period (const char  *name,
              const float *picture,
              size_t       side,
              size_t       channels,
              size_t       window)
{
  double at = get_correlation (picture, side, channels, window);
  double about = 0.0;

  for (size_t lag = window - window / 3; lag <= window + window / 3; lag++)
    if (lag + 2 < window || lag > window + 2)
      about = MAX (about, get_correlation (picture, side, channels, lag));

  g_test_message ("%s: %.3f after %zu pixels, at most %.3f about", name, at,
                  window, about);
  g_assert_cmpfloat (at, <=, about + 0.05);
}

/* @n pictures of a class as the model recommends them, [side, side, channels]
 */
static float *
draw (const DmModel *model, int class_id, size_t n, size_t side)
{
  g_autofree DmPicture *pictures = g_new (DmPicture, n);
  g_autoptr (GError) error = NULL;
  DmSettings settings;
  float     *drawn;

  dm_settings_init (&settings, model);
  settings.n_steps = N_STEPS;
  settings.wrap = DM_WRAP_XY;
  settings.width = settings.height = side;
  for (size_t i = 0; i < n; i++)
    pictures[i] = (DmPicture){ .class_id = class_id,
                               .guidance = dm_model_get_card (model)->guidance,
                               .seed = 1,
                               .index = i };

  drawn = dm_generate (model, &settings, pictures, n, NULL, NULL,
                       dm_pool_get_default (), &error);
  g_assert_no_error (error);

  return drawn;
}

/* Returns: get_edges() of a large picture */
static double
test_class (const DmModel *model, int class_id)
{
  const DmConfig   *config = dm_model_get_config (model);
  const char       *name = dm_model_get_card (model)->class_names[class_id];
  size_t            side = config->resolution;
  g_autofree float *drawn = draw (model, class_id, N_PICTURES, side);
  g_autofree float *large = draw (model, class_id, 1, 3 * side);

  for (int rows = 0; rows < 2; rows++)
    check_seam (name, drawn, side, config->channels, rows);
  check_period (name, large, 3 * side, config->channels, side);

  return get_edges (large, 3 * side, config->channels,
                    dm_unet_get_stride (dm_model_get_unet (model)));
}

/* Where the cells of the network are cannot be seen in what all classes have in
 * common.
 */
static void
test_model (gconstpointer path)
{
  double edges = 0.0;
  int    n = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = dm_model_load (path, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < dm_card_get_n_classes (dm_model_get_card (model));
       i += CLASS_STRIDE, n++)
    edges += test_class (model, (int) i);

  g_test_message ("jumps at the edges of cells: %.3f of those inside",
                  edges / n);
  g_assert_cmpfloat (edges / n, <=, 1.03);
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
      g_test_add_data_func (test, paths->pdata[paths->len - 1], test_model);
    }

  if (paths->len == 0)
    g_test_add_func ("/seams/none", test_none);

  return g_test_run ();
}
