/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "check.h"
#include "image/image.h"
#include "keep-modules.h"
#include "paint/place.h"
#include "paint/repaint.h"
#include "paint/surroundings.h"

/* Which part of a picture a model is shown, what it is told of it, and how what
 * it draws is mixed in. Rows of pixels, four floats each.
 */
#define W 16
#define H 12
#define N (W * H)

static DmConfig
make_config (size_t native, bool texture)
{
  DmConfig config;

  dm_config_init (&config);
  config.resolution = native;
  config.n_levels = 2;
  config.circular = texture;
  config.attention_middle = !texture;

  return config;
}

/* --- place -----------------------------------------------------------------
 */

/* Of things a square with the context on each side, as a share of the hole's
 * larger side; of textures the hole with as much of half their own size.
 * Neither leaves the picture while that is large enough, nor the hole.
 */
static void
test_place (void)
{
  static const struct
  {
    bool          texture;
    double        context;
    GeglRectangle hole, expected;
  } cases[] = {
    /* around the middle of the hole */
    { false, 1.0, { 40, 30, 20, 10 }, { 20, 5, 60, 60 } },
    { false, 0.0, { 40, 30, 20, 10 }, { 40, 25, 20, 20 } },
    { true, 1.0, { 40, 30, 20, 10 }, { 32, 22, 36, 26 } },
    { true, 0.5, { 40, 30, 20, 10 }, { 36, 26, 28, 18 } },
    /* no smaller than the native size */
    { false, 0.5, { 40, 30, 2, 2 }, { 33, 23, 16, 16 } },
    { true, 0.0, { 40, 30, 2, 2 }, { 33, 23, 16, 16 } },
    /* pushed back into the picture */
    { false, 1.0, { 0, 0, 20, 20 }, { 0, 0, 60, 60 } },
    { false, 1.0, { 80, 60, 20, 20 }, { 40, 20, 60, 60 } },
    { true, 1.0, { 0, 70, 30, 10 }, { 0, 54, 46, 26 } },
    /* no larger than the picture's larger side, and then centred */
    { false, 3.0, { 10, 20, 40, 40 }, { 0, -10, 100, 100 } },
    { true, 9.0, { 10, 20, 40, 40 }, { 0, 0, 100, 80 } },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DmConfig config = make_config (16, cases[i].texture);
      DmHole   hole = { .extent = { 0, 0, 100, 80 }, .box = cases[i].hole };
      GeglRectangle place = dm_place_choose (&hole, &config, cases[i].context);

      g_test_message ("case %zu: %d %d %d %d", i, place.x, place.y, place.width,
                      place.height);
      g_assert_true (gegl_rectangle_equal (&place, &cases[i].expected));
    }
}

/* In a picture that is smaller than a hole's square, all of the hole is in. */
static void
test_place_holds_hole (void)
{
  for (int texture = 0; texture < 2; texture++)
    for (int x = 0; x < 30; x++)
      {
        DmConfig      config = make_config (16, texture);
        DmHole        hole = { .extent = { -7, 3, 31, 9 },
                               .box = { x - 7, 3, 31 - x, 9 } };
        GeglRectangle place = dm_place_choose (&hole, &config, 0.0);

        g_assert_true (gegl_rectangle_contains (&place, &hole.box));
      }
}

/* --- what the model is told ------------------------------------------------
 */

/* Red and opaque, and two columns of other pixels at column 6. */
static GeglBuffer *
make_input (const float pixel[4])
{
  GeglRectangle whole = { 0, 0, W, H };
  GeglBuffer *buffer = gegl_buffer_new (&whole, babl_format ("R'G'B'A float"));
  float       pixels[N][4];

  for (int i = 0; i < N; i++)
    for (int c = 0; c < 4; c++)
      pixels[i][c] = i % W == 6 || i % W == 7 ?
                         pixel[c] :
                         (float[]){ 0.8f, 0.2f, 0, 1 }[c];
  gegl_buffer_set (buffer, &whole, 0, babl_format ("R'G'B'A float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);

  return buffer;
}

static GeglBuffer *
make_mask (float level)
{
  GeglRectangle whole = { 0, 0, W, H };
  GeglBuffer   *buffer = gegl_buffer_new (&whole, babl_format ("Y' float"));
  float         pixels[N];

  for (int i = 0; i < N; i++)
    pixels[i] = i % W == 6 || i % W == 7 ? level : 0.0f;
  gegl_buffer_set (buffer, &whole, 0, babl_format ("Y' float"), pixels,
                   GEGL_AUTO_ROWSTRIDE);

  return buffer;
}

/* Pixel by pixel: the model draws textures, of all of the input. */
static DmSurroundings
read_all (DmHole *hole)
{
  DmConfig       config = make_config (4, true);
  GeglRectangle  whole = { 0, 0, W, H };
  DmSurroundings self;
  g_autoptr (GError) error = NULL;

  hole->channels = 3;
  dm_hole_find (hole, true, &error);
  g_assert_no_error (error);
  dm_surroundings_read (&self, hole, &whole, &config, &error);
  g_assert_no_error (error);
  g_assert_cmpint (self.width, ==, W);
  g_assert_cmpint (self.height, ==, H);

  return self;
}

static void
assert_colour (const DmSurroundings *self, int x, float r, float g, float b)
{
  const float expected[3] = { 2 * r - 1, 2 * g - 1, 2 * b - 1 };

  dm_assert_near (self->x0 + (size_t) (W + x) * 3, expected, 3, 1e-5);
}

/* Of a transparent pixel the colour means nothing: the mean of the others is
 * told. One that is half there has its colour, and its alpha is what is kept.
 */
static void
test_told (void)
{
  static const float clear[4] = { 0, 1, 1, 0 }, half[4] = { 0, 1, 1, 0.5f };
  static const float faint[4] = { 0, 1, 1, 0.001f };
  g_autoptr (GeglBuffer) by_clear = make_input (clear);
  g_autoptr (GeglBuffer) by_half = make_input (half);
  g_autoptr (GeglBuffer) by_faint = make_input (faint);
  DmHole         hole = { .input = by_clear };
  DmSurroundings self = read_all (&hole);

  g_assert_true (gegl_rectangle_equal (&hole.box, GEGL_RECTANGLE (6, 0, 2, H)));
  assert_colour (&self, 3, 0.8f, 0.2f, 0.0f);
  assert_colour (&self, 6, 0.8f, 0.2f, 0.0f);
  g_assert_cmpfloat (self.mask[5], ==, 1.0f);
  g_assert_cmpfloat (self.mask[6], ==, 0.0f);
  g_assert_true (dm_surroundings_get_given (&self, 1.0, 1).mask == self.mask);
  dm_surroundings_clear (&self);

  hole.input = by_half;
  self = read_all (&hole);
  assert_colour (&self, 6, 0.0f, 1.0f, 1.0f);
  g_assert_cmpfloat_with_epsilon (self.mask[6], 0.5f, 1e-6);
  dm_surroundings_clear (&self);

  /* a trace of the pixel that was erased: drawn over all but whole */
  hole.input = by_faint;
  self = read_all (&hole);
  g_assert_cmpfloat_with_epsilon (self.mask[6], 0.001f, 1e-6);
  dm_surroundings_clear (&self);
}

/* Without a hole all is drawn from the picture, and no mask keeps any of it. */
static void
test_told_of_all (void)
{
  static const float blue[4] = { 0, 0, 1, 1 };
  g_autoptr (GeglBuffer) input = make_input (blue);
  DmHole         hole = { .input = input };
  DmSurroundings self = read_all (&hole);
  DmGiven        given = dm_surroundings_get_given (&self, 0.5, 3);

  g_assert_true (hole.whole);
  g_assert_null (given.mask);
  g_assert_true (given.x0 == self.x0);
  g_assert_cmpfloat (given.strength, ==, 0.5);
  g_assert_cmpuint (given.n_repeats, ==, 3);
  assert_colour (&self, 6, 0.0f, 0.0f, 1.0f);
  dm_surroundings_clear (&self);
}

/* --- shares ----------------------------------------------------------------
 */

/* By a mask: what of the pixel is painted comes to what of it is kept, and
 * alpha is both: a pixel that was half there, painted by a quarter, is 0.25 of
 * the new colour and 0.75 * 0.5 of the old one.
 */
static void
test_shares (void)
{
  static const float half[4] = { 0, 1, 0, 0.5f };
  const Babl        *format = babl_format ("R'G'B'A float");
  g_autoptr (GeglBuffer) input = make_input (half);
  g_autoptr (GeglBuffer) mask = make_mask (0.25f);
  g_autoptr (GeglBuffer) output = gegl_buffer_dup (input);
  GeglRectangle  whole = { 0, 0, W, H };
  DmHole         hole = { .input = input, .mask = mask };
  DmSurroundings self = read_all (&hole);
  float          drawn[N * 3], pixel[4], expected[4];
  DmDrawn        picture = { drawn, W, H, whole };

  g_assert_cmpfloat_with_epsilon (self.mask[6], 0.375f, 1e-6);
  for (int i = 0; i < N * 3; i++)
    drawn[i] = i % 3 == 2 ? 1.0f : 0.0f;
  g_assert_true (dm_repaint (&hole, &picture, output, &whole, NULL));

  gegl_buffer_get (output, GEGL_RECTANGLE (7, 4, 1, 1), 1.0, format, pixel,
                   GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  expected[0] = 0.0f;
  expected[1] = 0.375f / 0.625f;
  expected[2] = 0.25f / 0.625f;
  expected[3] = 0.625f;
  dm_assert_near (pixel, expected, 4, 1e-5);
  dm_surroundings_clear (&self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);

  g_test_add_func ("/paint/place", test_place);
  g_test_add_func ("/paint/place-holds-hole", test_place_holds_hole);
  g_test_add_func ("/paint/told", test_told);
  g_test_add_func ("/paint/told-of-all", test_told_of_all);
  g_test_add_func ("/paint/shares", test_shares);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
