/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image/orientation.h"

#include <string.h>

#define UPRIGHT 1
#define LAST 8

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT 3

/* --- where it stands ------------------------------------------------------ */

static guint32
read_big (const guint8 *data, gsize n)
{
  guint32 value = 0;

  for (gsize i = 0; i < n; i++)
    value = value << 8 | data[i];

  return value;
}

static guint32
read_little (const guint8 *data, gsize n)
{
  guint32 value = 0;

  for (gsize i = n; i-- > 0;)
    value = value << 8 | data[i];

  return value;
}

/* The tag in the first directory: entries of tag, type, count and value.
 *
 * Source: TIFF 6.0, section 2; Exif 2.3, section 4.6.4.
 */
static unsigned
find_in_tiff (const guint8 *data, gsize n)
{
  guint32 (*read) (const guint8 *, gsize) =
      n > 0 && data[0] == 'I' ? read_little : read_big;
  gsize at, n_entries;

  if (n < 8 ||
      (memcmp (data, "II*\0", 4) != 0 && memcmp (data, "MM\0*", 4) != 0))
    return UPRIGHT;

  at = read (data + 4, 4);
  if (at > n - 2)
    return UPRIGHT;

  n_entries = read (data + at, 2);
  at += 2;
  for (; n_entries > 0 && n - at >= 12; n_entries--, at += 12)
    if (read (data + at, 2) == TAG_ORIENTATION &&
        read (data + at + 2, 2) == TYPE_SHORT)
      {
        guint32 value = read (data + at + 8, 2);

        return value >= UPRIGHT && value <= LAST ? value : UPRIGHT;
      }

  return UPRIGHT;
}

/* Segments of marker and length, up to the pixels.
 *
 * Source: ITU-T T.81, annex B; Exif 2.3, section 4.7.2.
 */
static unsigned
find_in_jpeg (const guint8 *data, gsize n)
{
  for (gsize i = 2; n - i >= 4 && data[i] == 0xff && data[i + 1] != 0xda;)
    {
      gsize length = read_big (data + i + 2, 2);

      if (length < 2 || length > n - i - 2)
        break;
      if (data[i + 1] == 0xe1 && length >= 8 &&
          memcmp (data + i + 4, "Exif\0", 6) == 0)
        return find_in_tiff (data + i + 10, length - 8);
      i += 2 + length;
    }

  return UPRIGHT;
}

/* Source: PNG specification (W3C), sections 5 and 11.3.4.5. */
static unsigned
find_in_png (const guint8 *data, gsize n)
{
  for (gsize i = 8; n - i >= 12;)
    {
      gsize length = read_big (data + i, 4);

      if (length > n - i - 12)
        break;
      if (memcmp (data + i + 4, "eXIf", 4) == 0)
        return find_in_tiff (data + i + 8, length);
      i += 12 + length;
    }

  return UPRIGHT;
}

/**
 * dm_orientation_find:
 * @file: [n], a picture of any format, whole or not
 *
 * Returns: what the EXIF data of a JPEG or PNG say, 1 if they say nothing.
 */
unsigned
dm_orientation_find (const guint8 *file, gsize n)
{
  if (n >= 4 && memcmp (file, "\xff\xd8\xff", 3) == 0)
    return find_in_jpeg (file, n);
  if (n >= 8 && memcmp (file, "\x89PNG\r\n\x1a\n", 8) == 0)
    return find_in_png (file, n);

  return UPRIGHT;
}

/* --- turning -------------------------------------------------------------- */

/**
 * dm_orientation_turn:
 * @pixels: [*height, *width, channels]
 * @width, @height: (inout): exchanged where the picture lay on its side
 * @orientation: 1 ... 8
 *
 * Of the eight, 5 ... 8 exchange rows and columns; then 2, 3, 7 and 6 run from
 * the right, 3, 4, 7 and 8 from the bottom.
 *
 * Returns: (transfer full) (nullable): the picture upright; NULL if there is no
 * memory
 *
 * Source: Exif 2.3, section 4.6.4.
 */
float *
dm_orientation_turn (const float *pixels,
                     gsize       *width,
                     gsize       *height,
                     gsize        channels,
                     unsigned     orientation)
{
  gsize    w_in = *width, h_in = *height;
  gboolean exchanged = orientation >= 5;
  gboolean from_right = orientation == 2 || orientation == 3 ||
                        orientation == 6 || orientation == 7;
  gboolean from_bottom = orientation == 3 || orientation == 4 ||
                         orientation == 7 || orientation == 8;
  gsize  w = exchanged ? h_in : w_in, h = exchanged ? w_in : h_in;
  float *out = g_try_new (float, w *h *channels);

  for (gsize y = 0; out != NULL && y < h; y++)
    for (gsize x = 0; x < w; x++)
      {
        gsize u = from_right ? w - 1 - x : x, v = from_bottom ? h - 1 - y : y;
        gsize from = exchanged ? u * w_in + v : v * w_in + u;

        memcpy (out + (y * w + x) * channels, pixels + from * channels,
                channels * sizeof *out);
      }

  *width = w;
  *height = h;

  return out;
}
