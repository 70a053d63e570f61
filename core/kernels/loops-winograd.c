/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/loops.h"
#include "kernels/vector.h"

/* --- Winograd transforms ------------------------------------------------ *
 *
 * Y = Aᵀ [(G w Gᵀ) ⊙ (Bᵀ d B)] A for a tile d of (m + 2)² pixels, with the
 * points 0, ±1, ±2, ∞ for m = 4 and 0, ±1, ∞ for m = 2.
 *
 * Source: Lavin & Gray 2016, "Fast algorithms for convolutional neural
 * networks", sections 4.2 and 4.3.
 */
typedef void (*Line) (Vec *out, const Vec *in);

#define MAX_SIDE 6

/* Bᵀ of F(4x4, 3x3) */
INLINE void
input_line_4 (Vec *out, const Vec *d)
{
  Vec a = d[4] - 4.0f * d[2], b = d[3] - 4.0f * d[1];
  Vec c = d[4] - d[2], e = 2.0f * (d[3] - d[1]);

  out[0] = 4.0f * d[0] - 5.0f * d[2] + d[4];
  out[1] = a + b;
  out[2] = a - b;
  out[3] = c + e;
  out[4] = c - e;
  out[5] = 4.0f * d[1] - 5.0f * d[3] + d[5];
}

/* Aᵀ of F(4x4, 3x3) */
INLINE void
output_line_4 (Vec *out, const Vec *d)
{
  Vec a = d[1] + d[2], b = d[1] - d[2];
  Vec c = d[3] + d[4], e = d[3] - d[4];

  out[0] = d[0] + a + c;
  out[1] = b + 2.0f * e;
  out[2] = a + 4.0f * c;
  out[3] = b + 8.0f * e + d[5];
}

/* A of F(4x4, 3x3): the adjoint of output_line_4() */
INLINE void
gradient_line_4 (Vec *out, const Vec *d)
{
  Vec a = d[0] + d[2], b = d[1] + d[3];
  Vec c = d[0] + 4.0f * d[2], e = 2.0f * d[1] + 8.0f * d[3];

  out[0] = d[0];
  out[1] = a + b;
  out[2] = a - b;
  out[3] = c + e;
  out[4] = c - e;
  out[5] = d[3];
}

/* G of F(4x4, 3x3) */
INLINE void
weight_line_4 (Vec *out, const Vec *w)
{
  Vec a = (w[0] + w[2]) * (-1.0f / 6.0f), b = w[1] * (-1.0f / 6.0f);
  Vec c = w[0] * (1.0f / 24.0f) + w[2] * (1.0f / 6.0f);
  Vec e = w[1] * (1.0f / 12.0f);

  out[0] = w[0] * 0.25f;
  out[1] = a + b;
  out[2] = a - b;
  out[3] = c + e;
  out[4] = c - e;
  out[5] = w[2];
}

/* Gᵀ of F(4x4, 3x3): the adjoint of weight_line_4() */
INLINE void
weight_gradient_line_4 (Vec *out, const Vec *u)
{
  Vec a = u[1] + u[2], b = u[2] - u[1];
  Vec c = u[3] + u[4], e = u[3] - u[4];

  out[0] = 0.25f * u[0] - a * (1.0f / 6.0f) + c * (1.0f / 24.0f);
  out[1] = b * (1.0f / 6.0f) + e * (1.0f / 12.0f);
  out[2] = (c - a) * (1.0f / 6.0f) + u[5];
}

/* Bᵀ, Aᵀ and G of F(2x2, 3x3) */
INLINE void
input_line_2 (Vec *out, const Vec *d)
{
  out[0] = d[0] - d[2];
  out[1] = d[1] + d[2];
  out[2] = d[2] - d[1];
  out[3] = d[1] - d[3];
}

INLINE void
output_line_2 (Vec *out, const Vec *d)
{
  out[0] = d[0] + d[1] + d[2];
  out[1] = d[1] - d[2] - d[3];
}

INLINE void
weight_line_2 (Vec *out, const Vec *w)
{
  Vec a = 0.5f * (w[0] + w[2]), b = 0.5f * w[1];

  out[0] = w[0];
  out[1] = a + b;
  out[2] = a - b;
  out[3] = w[2];
}

/* out[n_out, n_out] = line (line (in[n_in, n_in])ᵀ)ᵀ; all sizes constant */
INLINE void
transform (Vec         *out,
           const Vec   *in,
           const size_t n_out,
           const size_t n_in,
           const Line   line)
{
  Vec half[MAX_SIDE * MAX_SIDE]; /* [n_out, n_in] */

#pragma GCC unroll 6
  for (size_t j = 0; j < n_in; j++)
    {
      Vec column[MAX_SIDE], result[MAX_SIDE];

#pragma GCC unroll 6
      for (size_t i = 0; i < n_in; i++)
        column[i] = in[i * n_in + j];
      line (result, column);
#pragma GCC unroll 6
      for (size_t i = 0; i < n_out; i++)
        half[i * n_in + j] = result[i];
    }

#pragma GCC unroll 6
  for (size_t i = 0; i < n_out; i++)
    line (out + i * n_out, half + i * n_in);
}

INLINE void
input_tile (float       *v,
            size_t       v_frequency,
            const float *x,
            size_t       row,
            size_t       pixel,
            size_t       c,
            const size_t side,
            const Line   line)
{
  for (size_t k = 0; k < c; k += LANES)
    {
      Vec in[MAX_SIDE * MAX_SIDE], out[MAX_SIDE * MAX_SIDE];

#pragma GCC unroll 6
      for (size_t i = 0; i < side; i++)
#pragma GCC unroll 6
        for (size_t j = 0; j < side; j++)
          in[i * side + j] = load_channels (x + i * row + j * pixel, k, c);

      transform (out, in, side, side, line);

#pragma GCC unroll 36
      for (size_t f = 0; f < side * side; f++)
        store (v + f * v_frequency + k, out[f]);
    }
}

INLINE void
output_tile (const DmTile *tile, const size_t m, const Line line)
{
  const size_t side = m + 2;

  for (size_t k = 0; k < tile->c; k += LANES)
    {
      Vec in[MAX_SIDE * MAX_SIDE], out[MAX_SIDE * MAX_SIDE];
      Vec bias = tile->bias != NULL ? load_channels (tile->bias, k, tile->c) :
                                      splat (0.0f);

#pragma GCC unroll 36
      for (size_t f = 0; f < side * side; f++)
        in[f] = load (tile->v + f * tile->v_frequency + k);

      transform (out, in, m, side, line);

      for (size_t i = 0; i < tile->n_rows; i++)
        for (size_t j = 0; j < tile->n_columns; j++)
          {
            Vec y = out[i * m + j] + bias;

            if (tile->add != NULL)
              y += load_channels (tile->add + i * tile->add_row +
                                      j * tile->add_pixel,
                                  k, tile->c);
            store_channels (tile->y + i * tile->row + j * tile->pixel, y, k,
                            tile->c);
          }
    }
}

static void
f4_input (float       *v,
          size_t       v_frequency,
          const float *x,
          size_t       row,
          size_t       pixel,
          size_t       c)
{
  input_tile (v, v_frequency, x, row, pixel, c, 6, input_line_4);
}

static void
f2_input (float       *v,
          size_t       v_frequency,
          const float *x,
          size_t       row,
          size_t       pixel,
          size_t       c)
{
  input_tile (v, v_frequency, x, row, pixel, c, 4, input_line_2);
}

static void
f4_output (const DmTile *tile)
{
  output_tile (tile, 4, output_line_4);
}

static void
f2_output (const DmTile *tile)
{
  output_tile (tile, 2, output_line_2);
}

static void
f4_gradient (float       *z,
             size_t       z_frequency,
             const float *dy,
             size_t       row,
             size_t       pixel,
             size_t       n_rows,
             size_t       n_columns,
             size_t       c)
{
  for (size_t k = 0; k < c; k += LANES)
    {
      Vec in[16], out[MAX_SIDE * MAX_SIDE];

      for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++)
          in[i * 4 + j] = i < n_rows && j < n_columns ?
                              load_channels (dy + i * row + j * pixel, k, c) :
                              splat (0.0f);

      transform (out, in, 6, 4, gradient_line_4);

#pragma GCC unroll 36
      for (size_t f = 0; f < 36; f++)
        store (z + f * z_frequency + k, out[f]);
    }
}

INLINE void
weight_tile (float       *u,
             size_t       u_frequency,
             const float *w,
             const size_t side,
             const Line   line)
{
  for (size_t k = 0; k < BLOCK; k += LANES)
    {
      Vec in[9], out[MAX_SIDE * MAX_SIDE];

      for (size_t tap = 0; tap < 9; tap++)
        in[tap] = load (w + tap * BLOCK + k);

      transform (out, in, side, 3, line);

      for (size_t f = 0; f < side * side; f++)
        store (u + f * u_frequency + k, out[f]);
    }
}

static void
f4_weights (float *u, size_t u_frequency, const float *w)
{
  weight_tile (u, u_frequency, w, 6, weight_line_4);
}

static void
f2_weights (float *u, size_t u_frequency, const float *w)
{
  weight_tile (u, u_frequency, w, 4, weight_line_2);
}

static void
f4_weight_gradient (float *dw, const float *du, size_t du_frequency, size_t c)
{
  for (size_t k = 0; k < c; k += LANES)
    {
      Vec    in[MAX_SIDE * MAX_SIDE], out[9];
      size_t n = c - k < LANES ? c - k : LANES;

      for (size_t f = 0; f < 36; f++)
        in[f] = load_channels (du + f * du_frequency, k, c);

      transform (out, in, 3, 6, weight_gradient_line_4);

      for (size_t i = 0; i < n; i++)
        for (size_t tap = 0; tap < 9; tap++)
          dw[(k + i) * 9 + tap] += out[tap][i];
    }
}

void
DM_VARIANT (dm_kernels_fill_winograd) (DmKernels *k)
{
  k->f4_input = f4_input;
  k->f4_output = f4_output;
  k->f4_weights = f4_weights;
  k->f4_gradient = f4_gradient;
  k->f4_weight_gradient = f4_weight_gradient;
  k->f2_input = f2_input;
  k->f2_output = f2_output;
  k->f2_weights = f2_weights;
}
