/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/loops.h"
#include "kernels/vector.h"

/* --- products ---------------------------------------------------------- */

/* One register tile: n_pixels is a constant wherever this is inlined. */
INLINE void
product_tile (const DmProduct *job, size_t first, const size_t n_pixels)
{
  Vec          sum[TILE_PIXELS][TILE_VECTORS];
  const float *w = job->w;
  const float *x0 = job->x + first * job->x_pixel;
  size_t       x_pixel = job->x_pixel;

#pragma GCC unroll 8
  for (size_t p = 0; p < n_pixels; p++)
#pragma GCC unroll 2
    for (size_t v = 0; v < TILE_VECTORS; v++)
      sum[p][v] = (Vec){ 0 };

  for (size_t tap = 0; tap < job->n_taps; tap++)
    {
      const float *x = x0 + job->taps[tap];

      for (size_t k = 0; k < job->c_in; k++, w += BLOCK)
#pragma GCC unroll 8
        for (size_t p = 0; p < n_pixels; p++)
          {
            Vec s = splat (x[p * x_pixel + k]);

#pragma GCC unroll 2
            for (size_t v = 0; v < TILE_VECTORS; v++)
              sum[p][v] += s * load (w + v * LANES);
          }
    }

#pragma GCC unroll 8
  for (size_t p = 0; p < n_pixels; p++)
#pragma GCC unroll 2
    for (size_t v = 0; v < TILE_VECTORS; v++)
      {
        size_t c = v * LANES, pixel = first + p;

        if (job->bias != NULL)
          sum[p][v] += load_channels (job->bias, c, job->n_channels);
        if (job->add != NULL)
          sum[p][v] += load_channels (job->add + pixel * job->add_pixel, c,
                                      job->n_channels);
        store_channels (job->y + pixel * job->y_pixel, sum[p][v], c,
                        job->n_channels);
      }
}

static void
product (const DmProduct *job)
{
  size_t p = 0;

  for (; p + TILE_PIXELS <= job->n_pixels; p += TILE_PIXELS)
    product_tile (job, p, TILE_PIXELS);

  switch (job->n_pixels - p)
    {
#if TILE_PIXELS > 6
    case 7:
      product_tile (job, p, 7);
      break;
    case 6:
      product_tile (job, p, 6);
      break;
#endif
#if TILE_PIXELS > 4
    case 5:
      product_tile (job, p, 5);
      break;
    case 4:
      product_tile (job, p, 4);
      break;
#endif
    case 3:
      product_tile (job, p, 3);
      break;
    case 2:
      product_tile (job, p, 2);
      break;
    case 1:
      product_tile (job, p, 1);
      break;
    default:
      break;
    }
}

/* --- sums of outer products -------------------------------------------- */

/* One register tile; n_rows is a constant wherever this is inlined. */
INLINE void
outer_tile (const DmOuterProducts *job,
            size_t                 row,
            size_t                 column,
            const size_t           n_rows)
{
  Vec          sum[TILE_PIXELS][TILE_VECTORS];
  const float *x = job->x + row, *w = job->w + column;

#pragma GCC unroll 8
  for (size_t r = 0; r < n_rows; r++)
#pragma GCC unroll 2
    for (size_t v = 0; v < TILE_VECTORS; v++)
      sum[r][v] = (Vec){ 0 };

  for (size_t k = 0; k < job->n_terms; k++, x += job->x_row, w += job->w_row)
#pragma GCC unroll 8
    for (size_t r = 0; r < n_rows; r++)
      {
        Vec s = splat (x[r]);

#pragma GCC unroll 2
        for (size_t v = 0; v < TILE_VECTORS; v++)
          sum[r][v] += s * load (w + v * LANES);
      }

  for (size_t r = 0; r < n_rows; r++)
    for (size_t v = 0; v < TILE_VECTORS; v++)
      {
        float *y = job->y + (row + r) * job->y_row;
        size_t c = column + v * LANES;

        if (job->add)
          sum[r][v] += load_channels (y, c, job->n_columns);
        store_channels (y, sum[r][v], c, job->n_columns);
      }
}

static void
outer_products (const DmOuterProducts *job)
{
  for (size_t column = 0; column < job->n_columns; column += BLOCK)
    {
      size_t row = 0;

      for (; row + TILE_PIXELS <= job->n_rows; row += TILE_PIXELS)
        outer_tile (job, row, column, TILE_PIXELS);
      for (; row < job->n_rows; row++)
        outer_tile (job, row, column, 1);
    }
}

void
DM_VARIANT (dm_kernels_fill_product) (DmKernels *k)
{
  k->block = BLOCK;
  k->lanes = LANES;
  k->product = product;
  k->outer_products = outer_products;
}
