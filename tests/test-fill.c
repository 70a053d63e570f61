/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "drawing.h"
#include "repaint.h"

#include "image/image.h"
#include "model/model.h"
#include "paint/place.h"

/* Models as they are bundled fill holes so that they match their surroundings:
 * the picture goes on over the border of the hole as it did before the hole was
 * cut, in its colours. The model is told no class, so that nothing but the
 * surroundings says what belongs there. Held against other pictures of the same
 * model, pasted into the hole.
 */
#define N_PICTURES 4 /* of a class; of textures 1, but larger */

/* Sums over pictures of what lies in their hole. */
typedef struct
{
  double jump;   /* square of the jump over the border, per value     */
  double colour; /* square of mean within less mean around            */
  double spread; /* variance within                                   */
} Match;

static DmDrawing
make_drawing (const char *path, const char *class_text, guint seed)
{
  return (DmDrawing){ .path = path,
                      .class_text = class_text,
                      .guidance = 0.0,
                      .seed = seed,
                      .guidance_start = -1.0,
                      .guidance_end = -1.0,
                      .variation = 1.0,
                      .strength = 1.0,
                      .context = DM_PLACE_CONTEXT,
                      .n_repeats = DM_GIVEN_REPEATS };
}

static bool
on_step (unsigned step, unsigned n_steps, void *data)
{
  return true;
}

static DmPixels *
draw (const char *path, const char *class_text, guint seed, int side)
{
  DmDrawing drawing = make_drawing (path, class_text, seed);
  g_autoptr (GError) error = NULL;
  DmPixels *pixels;

  drawing.width = drawing.height = side;
  pixels = dm_drawing_draw (&drawing, NULL, on_step, NULL, &error);
  g_assert_no_error (error);

  return pixels;
}

/* The middle third of a picture. */
static GeglRectangle
get_hole (const DmPixels *pixels)
{
  int side = (int) pixels->width;

  return (GeglRectangle){ side / 3, side / 3, side / 3, side / 3 };
}

static bool
is_within (const GeglRectangle *rect, int x, int y)
{
  return x >= rect->x && y >= rect->y && x < rect->x + rect->width &&
         y < rect->y + rect->height;
}

/* Returns: (transfer full): the picture with another one's pixels in its hole
 */
static DmPixels *
paste (const DmPixels *picture, const DmPixels *other)
{
  size_t n = picture->width * picture->height;
  size_t channels = picture->channels;
  float *value = g_memdup2 (picture->value, n * channels * sizeof *value);
  GeglRectangle hole = get_hole (picture);

  for (size_t i = 0; i < n * channels; i++)
    if (is_within (&hole, (int) (i / channels % picture->width),
                   (int) (i / channels / picture->width)))
      value[i] = other->value[i];

  return dm_pixels_new_take (value, picture->width, picture->height, channels);
}

/* Returns: (transfer full): the picture with its hole filled */
static DmPixels *
fill (const DmPixels *picture, const char *path, guint seed)
{
  int           side = (int) picture->width;
  size_t        n = (size_t) side * side, channels = picture->channels;
  GeglRectangle all = { 0, 0, side, side }, hole = get_hole (picture);
  const Babl   *format = dm_image_get_format (channels, FALSE);
  DmDrawing     drawing = make_drawing (path, "", seed);
  float        *value = g_new (float, n *channels);
  g_autoptr (GError) error = NULL;
  g_autoptr (GeglBuffer) input =
      gegl_buffer_new (&all, dm_image_get_format (channels, TRUE));
  g_autoptr (GeglBuffer) output = NULL;

  gegl_buffer_set (input, &all, 0, format, picture->value, GEGL_AUTO_ROWSTRIDE);
  gegl_buffer_clear (input, &hole);
  output = gegl_buffer_dup (input);
  dm_repaint_paint (&drawing, input, NULL, output, &all, on_step, NULL, &error);
  g_assert_no_error (error);
  gegl_buffer_get (output, &all, 1.0, format, value, GEGL_AUTO_ROWSTRIDE,
                   GEGL_ABYSS_NONE);

  return dm_pixels_new_take (value, picture->width, picture->height, channels);
}

static void
add_jumps (Match *match, const DmPixels *picture, size_t channel)
{
  GeglRectangle hole = get_hole (picture);
  size_t        side = picture->width;
  double        sum = 0.0;

  for (int i = 0; i < hole.width; i++)
    for (int k = 0; k < 4; k++)
      {
        /* along the upper, lower, left and right border */
        int    across = k % 2 == 0 ? hole.x : hole.x + hole.width;
        size_t a = k < 2 ? (size_t) across * side + (size_t) (hole.x + i) :
                           (size_t) (hole.y + i) * side + (size_t) across;
        size_t b = k < 2 ? a - side : a - 1;
        double jump = picture->value[a * picture->channels + channel] -
                      picture->value[b * picture->channels + channel];

        sum += jump * jump;
      }
  match->jump += sum / (4 * hole.width);
}

/* Around means as near as half the hole's side. */
static void
add_colours (Match *match, const DmPixels *picture, size_t channel)
{
  GeglRectangle hole = get_hole (picture);
  int           margin = hole.width / 2;
  GeglRectangle near = { hole.x - margin, hole.y - margin,
                         hole.width + 2 * margin, hole.height + 2 * margin };
  double        sum[2] = { 0 }, squares[2] = { 0 }, n[2] = { 0 }, mean;

  for (int y = near.y; y < near.y + near.height; y++)
    for (int x = near.x; x < near.x + near.width; x++)
      {
        bool   within = is_within (&hole, x, y);
        size_t at = (size_t) y * picture->width + (size_t) x;
        double value = picture->value[at * picture->channels + channel];

        n[within] += 1.0;
        sum[within] += value;
        squares[within] += value * value;
      }

  mean = sum[1] / n[1];
  match->colour += (mean - sum[0] / n[0]) * (mean - sum[0] / n[0]);
  match->spread += squares[1] / n[1] - mean * mean;
}

static void
add_match (Match *match, const DmPixels *picture)
{
  for (size_t c = 0; c < picture->channels; c++)
    {
      add_jumps (match, picture, c);
      add_colours (match, picture, c);
    }
}

/* Roots of the means over @n pictures and channels, and what they are. */
static void
finish (Match *match, double n, const char *what)
{
  match->jump = sqrt (match->jump / n);
  match->colour = sqrt (match->colour / n);
  match->spread = sqrt (match->spread / n);

  g_test_message ("%s: jump %.4f, colour %.4f, spread %.4f", what, match->jump,
                  match->colour, match->spread);
}

static void
test_fill (gconstpointer data)
{
  const char *path = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = dm_model_load (path, &error);
  const DmConfig *config;
  const DmCard   *card;
  Match           whole = { 0 }, filled = { 0 }, pasted = { 0 };
  guint           n_pictures;
  int             side;
  double          n;

  g_assert_no_error (error);
  config = dm_model_get_config (model);
  card = dm_model_get_card (model);
  side = (int) config->resolution;
  n_pictures = N_PICTURES;
  if (dm_config_is_texture (config))
    {
      side += side / 2;
      n_pictures = 1;
    }
  n = (double) n_pictures * dm_card_get_n_classes (card) *
      (double) config->channels;

  for (guint i = 0; i < n_pictures * dm_card_get_n_classes (card); i++)
    {
      g_autoptr (DmPixels) picture =
          draw (path, card->class_names[i / n_pictures], i, side);
      g_autoptr (DmPixels) other = draw (path, "", 1000 + i, side);
      g_autoptr (DmPixels) by_fill = fill (picture, path, 2000 + i);
      g_autoptr (DmPixels) by_paste = paste (picture, other);

      add_match (&whole, picture);
      add_match (&filled, by_fill);
      add_match (&pasted, by_paste);
    }

  finish (&whole, n, "whole");
  finish (&filled, n, "filled");
  finish (&pasted, n, "pasted");

  g_assert_cmpfloat (filled.jump, >, 0.75 * whole.jump);
  g_assert_cmpfloat (filled.jump, <, 1.25 * whole.jump);
  g_assert_cmpfloat (filled.spread, >, 0.5 * whole.spread);
  g_assert_cmpfloat (filled.spread, <, 1.5 * whole.spread);
  g_assert_cmpfloat (filled.colour, <, 1.25 * whole.colour);
  g_assert_cmpfloat (pasted.jump, >, 1.5 * filled.jump);
  g_assert_cmpfloat (pasted.colour, >, 1.5 * filled.colour);
}

static void
test_none (void)
{
  g_test_skip ("no model is there");
}

/* Usage: test-fill FOLDER, of models */
int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = NULL;
  const char *name;
  int         status;

  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  dir = g_dir_open (argc > 1 ? argv[1] : ".", 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *test = g_strconcat ("/fill/", name, NULL);

      if (!g_str_has_suffix (name, ".safetensors"))
        continue;
      g_ptr_array_add (paths, g_build_filename (argv[1], name, NULL));
      g_test_add_data_func (test, paths->pdata[paths->len - 1], test_fill);
    }
  if (paths->len == 0)
    g_test_add_func ("/fill/none", test_none);

  status = g_test_run ();
  gegl_exit ();

  return status;
}
