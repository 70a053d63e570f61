/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/crc32.h"

#include <string.h>

#define POLYNOMIAL 0xedb88320u /* of IEEE 802.3, lowest bit first */

/* table[k][b]: what byte b does to the sum, k bytes before the end */
static guint32 table[8][256];

static gpointer
fill_table (gpointer data G_GNUC_UNUSED)
{
  for (guint b = 0; b < 256; b++)
    {
      guint32 crc = b;

      for (guint bit = 0; bit < 8; bit++)
        crc = crc >> 1 ^ (crc & 1 ? POLYNOMIAL : 0);
      table[0][b] = crc;
    }

  for (guint k = 1; k < 8; k++)
    for (guint b = 0; b < 256; b++)
      table[k][b] = table[k - 1][b] >> 8 ^ table[0][table[k - 1][b] & 255];

  return table;
}

/* Eight bytes at a time: the sum is linear, so that each byte's part is looked
 * up on its own.
 */
static guint32
add_eight (guint32 crc, const guint8 *at)
{
  guint8 x[8];

  memcpy (x, at, sizeof x);
  for (guint k = 0; k < 4; k++)
    x[k] ^= (guint8) (crc >> 8 * k);

  return table[7][x[0]] ^ table[6][x[1]] ^ table[5][x[2]] ^ table[4][x[3]] ^
         table[3][x[4]] ^ table[2][x[5]] ^ table[1][x[6]] ^ table[0][x[7]];
}

/**
 * dm_crc32:
 * @crc: of what comes before @data; 0 at the start
 * @data: [n] bytes
 *
 * Source: Kounavis & Berry 2005, "A Systematic Approach to Building High
 * Performance Software-based CRC Generators" (slicing by eight).
 *
 * Returns: the sum that zlib, gzip and PNG use.
 */
guint32
dm_crc32 (guint32 crc, gconstpointer data, gsize n)
{
  static GOnce  once = G_ONCE_INIT;
  const guint8 *at = data;

  g_once (&once, fill_table, NULL);

  crc = ~crc;
  for (; n >= 8; n -= 8, at += 8)
    crc = add_eight (crc, at);
  for (; n > 0; n--, at++)
    crc = crc >> 8 ^ table[0][(crc ^ *at) & 255];

  return ~crc;
}
