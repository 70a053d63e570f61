/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "check.h"
#include "image/orientation.h"

#define W 3
#define H 2

/* Where the top left pixel of the upright picture lies in a stored one, and the
 * way to its right neighbour: EXIF's table, "row 0 is the visual ..., column 0
 * the visual ...".
 */
static const struct
{
  gboolean at_right, at_bottom; /* of the stored picture */
  gboolean along_column;
} stored[9] = {
  [1] = { FALSE, FALSE, FALSE }, [2] = { TRUE, FALSE, FALSE },
  [3] = { TRUE, TRUE, FALSE },   [4] = { FALSE, TRUE, FALSE },
  [5] = { FALSE, FALSE, TRUE },  [6] = { FALSE, TRUE, TRUE },
  [7] = { TRUE, TRUE, TRUE },    [8] = { TRUE, FALSE, TRUE },
};

/* How a camera stores the upright picture 0 1 2 / 3 4 5, held in that way. */
static void
store (float *out, unsigned how)
{
  gsize w = stored[how].along_column ? H : W;
  gsize h = stored[how].along_column ? W : H;

  for (gsize y = 0; y < H; y++)
    for (gsize x = 0; x < W; x++)
      {
        gsize row = stored[how].along_column ? x : y;
        gsize column = stored[how].along_column ? y : x;

        if (stored[how].at_bottom)
          row = h - 1 - row;
        if (stored[how].at_right)
          column = w - 1 - column;
        out[row * w + column] = (float) (y * W + x);
      }
}

/* All eight become the same upright picture. */
static void
test_turn (void)
{
  const float upright[W * H] = { 0, 1, 2, 3, 4, 5 };

  for (unsigned how = 1; how <= 8; how++)
    {
      float             lying[W * H];
      gsize             w = how >= 5 ? H : W, h = how >= 5 ? W : H;
      g_autofree float *turned = NULL;

      store (lying, how);
      turned = dm_orientation_turn (lying, &w, &h, 1, how);
      g_assert_cmpuint (w, ==, W);
      g_assert_cmpuint (h, ==, H);
      dm_assert_same (turned, upright, W * H);
    }
}

/* A JPEG's start, or a PNG's, with an EXIF block of one other tag and ours. */
static GByteArray *
new_file (gboolean png, gboolean little, guint8 how)
{
  static const guint8 big_tiff[] = { 'M', 'M', 0,    42, 0, 0,    0, 8, 0,
                                     2,   1,   0x0f, 0,  2, 0,    0, 0, 1,
                                     'x', 0,   0,    0,  1, 0x12, 0, 3, 0,
                                     0,   0,   1,    0,  0, 0,    0 };
  static const guint8 little_tiff[] = { 'I', 'I',  42, 0, 8,    0, 0, 0, 2,
                                        0,   0x0f, 1,  2, 0,    1, 0, 0, 0,
                                        'x', 0,    0,  0, 0x12, 1, 3, 0, 1,
                                        0,   0,    0,  0, 0,    0, 0 };
  static const guint8 png_start[] = "\x89PNG\r\n\x1a\n\0\0\0\1IHDR0sum!";
  static const guint8 jpeg_start[] = { 0xff, 0xd8, 0xff, 0xe0, 0, 4,
                                       0,    0,    0xff, 0xe1, 0, 42 };
  GByteArray         *file = g_byte_array_new ();
  guint8              tiff[34];

  G_STATIC_ASSERT (sizeof big_tiff == 34 && sizeof little_tiff == 34);
  memcpy (tiff, little ? little_tiff : big_tiff, 34);
  tiff[little ? 30 : 31] = how;

  if (png)
    {
      g_byte_array_append (file, png_start, sizeof png_start - 1);
      g_byte_array_append (file,
                           (const guint8 *) "\0\0\0\x22"
                                            "eXIf",
                           8);
    }
  else
    {
      g_byte_array_append (file, jpeg_start, sizeof jpeg_start);
      g_byte_array_append (file, (const guint8 *) "Exif\0", 6);
    }
  g_byte_array_append (file, tiff, sizeof tiff);
  g_byte_array_append (file, (const guint8 *) "sum!", 4);

  return file;
}

/* Found in both formats and byte orders; what is no orientation is 1; no prefix
 * makes it read beyond the end.
 */
static void
test_find (void)
{
  for (int i = 0; i < 4; i++)
    for (guint8 how = 0; how <= 9; how++)
      {
        g_autoptr (GByteArray) file = new_file (i & 1, i >> 1, how);
        unsigned wanted = how >= 1 && how <= 8 ? how : 1;

        g_assert_cmpuint (dm_orientation_find (file->data, file->len), ==,
                          wanted);
        for (guint n = 0; n < file->len; n++)
          {
            g_autofree guint8 *cut = g_memdup2 (file->data, n);
            unsigned           found = dm_orientation_find (cut, n);

            g_assert_true (found == 1 || found == wanted);
          }
      }
}

/* Offsets and lengths that point anywhere are survived. */
static void
test_damaged (void)
{
  for (int i = 0; i < 4; i++)
    {
      g_autoptr (GByteArray) good = new_file (i & 1, i >> 1, 6);

      for (guint at = 0; at < good->len; at++)
        for (int value = 0; value < 256; value += 5)
          {
            g_autofree guint8 *bad = g_memdup2 (good->data, good->len);

            bad[at] = (guint8) value;
            g_assert_cmpuint (dm_orientation_find (bad, good->len), <=, 8);
          }
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/orientation/turn", test_turn);
  g_test_add_func ("/orientation/find", test_find);
  g_test_add_func ("/orientation/damaged", test_damaged);

  return g_test_run ();
}
