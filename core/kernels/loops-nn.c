/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "kernels/loops.h"
#include "kernels/vector.h"

/* Vectors of channels: whole ones first, then what is left of the last. */
#define FOR_CHANNELS(k, m, c)                                                  \
  for (size_t k = 0, m; m = (c) -k < LANES ? (c) -k : LANES, k < (c);          \
       k += LANES)

INLINE Vec
load_n (const float *x, size_t m)
{
  return m == LANES ? load (x) : load_some (x, m);
}

INLINE void
store_n (float *y, Vec v, size_t m)
{
  if (m == LANES)
    store (y, v);
  else
    store_some (y, v, m);
}

/* Σ of the lanes, by halves: a fixed order for each width. */
INLINE float
sum_lanes (Vec v)
{
  float lane[LANES];

  memcpy (lane, &v, sizeof lane);
  for (size_t half = LANES / 2; half > 0; half /= 2)
    for (size_t i = 0; i < half; i++)
      lane[i] += lane[i + half];

  return lane[0];
}

/* d silu (z) / dz */
INLINE Vec
silu_slope (Vec z)
{
  Vec s = vec_sigmoid (z);

  return s * (1.0f + z * (1.0f - s));
}

static void
silu (float *y, const float *x, size_t n)
{
  FOR_CHANNELS (i, m, n)
  {
    Vec z = load_n (x + i, m);

    store_n (y + i, z * vec_sigmoid (z), m);
  }
}

static void
silu_backward (float *dx, const float *dy, const float *x, size_t n)
{
  FOR_CHANNELS (i, m, n)
  {
    Vec g = load_n (dy + i, m) * silu_slope (load_n (x + i, m));

    store_n (dx + i, load_n (dx + i, m) + g, m);
  }
}

static void
add (float *y, const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] += x[i];
}

static void
moments (float       *sum,
         float       *sum2,
         const float *x,
         size_t       pixel,
         size_t       n_pixels,
         size_t       c)
{
  FOR_CHANNELS (k, m, c)
  {
    Vec s = { 0 }, s2 = { 0 };

    for (size_t p = 0; p < n_pixels; p++)
      {
        Vec v = load_n (x + p * pixel + k, m);

        s += v;
        s2 += v * v;
      }

    store_n (sum + k, load_n (sum + k, m) + s, m);
    store_n (sum2 + k, load_n (sum2 + k, m) + s2, m);
  }
}

static void
affine (float       *y,
        size_t       y_pixel,
        const float *x,
        size_t       x_pixel,
        const float *a,
        const float *b,
        size_t       n_pixels,
        size_t       c,
        bool         with_silu)
{
  for (size_t p = 0; p < n_pixels; p++)
    FOR_CHANNELS (k, m, c)
    {
      Vec z = load_n (a + k, m) * load_n (x + p * x_pixel + k, m) +
              load_n (b + k, m);

      if (with_silu)
        z *= vec_sigmoid (z);
      store_n (y + p * y_pixel + k, z, m);
    }
}

static void
affine_between (float       *y,
                size_t       y_pixel,
                const float *x,
                size_t       x_pixel,
                const float *ab,
                const float *step,
                float        share,
                float        share_step,
                size_t       n_pixels,
                size_t       c,
                bool         with_silu)
{
  for (size_t p = 0; p < n_pixels; p++)
    {
      float s = share + (float) p * share_step;

      FOR_CHANNELS (k, m, c)
      {
        Vec a = load_n (ab + k, m) + s * load_n (step + k, m);
        Vec b = load_n (ab + c + k, m) + s * load_n (step + c + k, m);
        Vec z = a * load_n (x + p * x_pixel + k, m) + b;

        if (with_silu)
          z *= vec_sigmoid (z);
        store_n (y + p * y_pixel + k, z, m);
      }
    }
}

/* dy f' (a x + b) */
INLINE Vec
affine_slope (Vec dy, Vec x, Vec a, Vec b, bool with_silu)
{
  if (with_silu)
    dy *= silu_slope (a * x + b);

  return dy;
}

static void
affine_backward_sums (float       *sum,
                      float       *sum_x,
                      const float *dy,
                      size_t       dy_pixel,
                      const float *x,
                      size_t       x_pixel,
                      const float *a,
                      const float *b,
                      size_t       n_pixels,
                      size_t       c,
                      bool         with_silu)
{
  FOR_CHANNELS (k, m, c)
  {
    Vec s = { 0 }, sx = { 0 };
    Vec a_k = load_n (a + k, m), b_k = load_n (b + k, m);

    for (size_t p = 0; p < n_pixels; p++)
      {
        Vec v = load_n (x + p * x_pixel + k, m);
        Vec d = load_n (dy + p * dy_pixel + k, m);
        Vec g = affine_slope (d, v, a_k, b_k, with_silu);

        s += g;
        sx += g * v;
      }

    store_n (sum + k, load_n (sum + k, m) + s, m);
    store_n (sum_x + k, load_n (sum_x + k, m) + sx, m);
  }
}

static void
affine_backward (float       *dx,
                 size_t       dx_pixel,
                 const float *dy,
                 size_t       dy_pixel,
                 const float *x,
                 size_t       x_pixel,
                 const float *a,
                 const float *b,
                 const float *k0,
                 const float *k1,
                 size_t       n_pixels,
                 size_t       c,
                 bool         with_silu)
{
  for (size_t p = 0; p < n_pixels; p++)
    FOR_CHANNELS (k, m, c)
    {
      float *d = dx + p * dx_pixel + k;
      Vec    v = load_n (x + p * x_pixel + k, m), a_k = load_n (a + k, m);
      Vec    g = affine_slope (load_n (dy + p * dy_pixel + k, m), v, a_k,
                               load_n (b + k, m), with_silu);

      store_n (d,
               load_n (d, m) + a_k * g - load_n (k0 + k, m) -
                   load_n (k1 + k, m) * v,
               m);
    }
}

static void
softmax_row (float *x, size_t n, float scale)
{
  float largest = -INFINITY;
  Vec   sum = { 0 };
  float inverse;

  for (size_t i = 0; i < n; i++)
    largest = x[i] > largest ? x[i] : largest;

  FOR_CHANNELS (i, m, n)
  {
    Vec e = vec_exp ((load_n (x + i, m) - largest) * scale);

    store_n (x + i, e, m);
    sum += load_n (x + i, m);
  }

  inverse = 1.0f / sum_lanes (sum);
  for (size_t i = 0; i < n; i++)
    x[i] *= inverse;
}

static void
softmax (float *x, size_t n_rows, size_t n_columns, float scale)
{
  for (size_t row = 0; row < n_rows; row++)
    softmax_row (x + row * n_columns, n_columns, scale);
}

static void
softmax_backward (float       *dx,
                  const float *dp,
                  const float *p,
                  size_t       n_rows,
                  size_t       n_columns,
                  float        scale)
{
  for (size_t row = 0; row < n_rows; row++)
    {
      size_t start = row * n_columns;
      Vec    dot = { 0 };
      float  mean;

      FOR_CHANNELS (i, m, n_columns)
      dot += load_n (dp + start + i, m) * load_n (p + start + i, m);

      mean = sum_lanes (dot);
      for (size_t i = start; i < start + n_columns; i++)
        dx[i] = scale * p[i] * (dp[i] - mean);
    }
}

static void
adamw (float       *w,
       float       *m,
       float       *v,
       const float *g,
       size_t       n,
       float        grad_scale,
       float        lr,
       float        beta1,
       float        beta2,
       float        correction1,
       float        correction2,
       float        variance_floor,
       float        decay)
{
  float keep = 1.0f - lr * decay;

  for (size_t i = 0; i < n; i++)
    {
      float gradient = g[i] * grad_scale;

      m[i] += (1.0f - beta1) * (gradient - m[i]);
      v[i] += (1.0f - beta2) * (gradient * gradient - v[i]);
      w[i] = w[i] * keep - lr * (m[i] / correction1) /
                               (sqrtf (v[i] / correction2) + variance_floor);
    }
}

static void
ema (float *average, const float *w, size_t n, float keep)
{
  for (size_t i = 0; i < n; i++)
    average[i] += (1.0f - keep) * (w[i] - average[i]);
}

static double
sum_squares (const float *x, size_t n)
{
  double lane[8] = { 0 };

  for (size_t i = 0; i < n; i++)
    lane[i % 8] += (double) x[i] * x[i];

  return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
         ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

void
DM_VARIANT (dm_kernels_fill_nn) (DmKernels *k)
{
  k->silu = silu;
  k->silu_backward = silu_backward;
  k->add = add;
  k->moments = moments;
  k->affine = affine;
  k->affine_between = affine_between;
  k->affine_backward_sums = affine_backward_sums;
  k->affine_backward = affine_backward;
  k->softmax = softmax;
  k->softmax_backward = softmax_backward;
  k->adamw = adamw;
  k->ema = ema;
  k->sum_squares = sum_squares;
}
