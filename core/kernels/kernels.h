/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Instruction sets, each a superset of the one before. */
typedef enum
{
  DM_CPU_BASE,   /* whatever the compiler's target guarantees */
  DM_CPU_AVX2,   /* x86-64: AVX2 and FMA                      */
  DM_CPU_AVX512, /* x86-64: AVX-512 F, DQ, BW, VL             */
  DM_N_CPUS
} DmCpu;

/* Inner loops. All work on the calling thread and know nothing of tensors:
 * pixels are @pixel floats apart and have @c channels. Every instruction set
 * sums in the same order for a given shape, whoever calls.
 */
typedef struct _DmKernels DmKernels;

/* y[p, n_channels] = Σ_tap Σ_k x[taps[tap] + p x_pixel + k] w[tap, k, block]
 *                    + bias + add[p],  p < n_pixels, k < c_in
 *
 * Each output is one sum in the order of (tap, k), whatever n_pixels is.
 */
typedef struct
{
  float        *y;
  size_t        y_pixel;
  const float  *x;
  size_t        x_pixel;
  const size_t *taps; /* [n_taps], floats from @x */
  size_t        n_taps, c_in;
  const float  *w;    /* [n_taps, c_in, block] */
  const float  *bias; /* (nullable) [n_channels] */
  const float  *add;  /* (nullable) may be @y */
  size_t        add_pixel;
  size_t        n_pixels, n_channels; /* n_channels <= block */
} DmProduct;

/* y[r, i] = Σ_k x[k, r] w[k, i] + y[r, i] if @add,  k < n_terms
 *
 * Each output is one sum in the order of k.
 */
typedef struct
{
  float       *y;
  size_t       y_row;
  const float *x;
  size_t       x_row;
  const float *w;
  size_t       w_row; /* at least n_columns, rounded up to whole blocks */
  size_t       n_terms, n_rows, n_columns;
  bool         add;
} DmOuterProducts;

/* The output side of one Winograd tile. */
typedef struct
{
  const float *v;
  size_t       v_frequency;
  float       *y;
  size_t       row, pixel;
  const float *bias; /* (nullable) [c] */
  const float *add;  /* (nullable) may be @y */
  size_t       add_row, add_pixel;
  size_t       n_rows, n_columns; /* inside the picture */
  size_t       c;
} DmTile;

struct _DmKernels
{
  DmCpu  cpu;
  size_t block; /* channels that one call of @product computes */
  size_t lanes; /* floats of a vector                          */

  /* --- convolution ---------------------------------------------------- */

  void (*product) (const DmProduct *job);
  void (*outer_products) (const DmOuterProducts *job);

  /* Winograd, one tile of all channels; f2 likewise with 4 for 6 and 2 for 4.
   * Transformed values of a tile lie @v_frequency floats apart, [c] rounded up
   * to whole vectors; what rounding adds is zero.
   */

  /* v[36, c] = Bᵀ x[6, 6, c] B */
  void (*f4_input) (float       *v,
                    size_t       v_frequency,
                    const float *x,
                    size_t       row,
                    size_t       pixel,
                    size_t       c);
  void (*f2_input) (float       *v,
                    size_t       v_frequency,
                    const float *x,
                    size_t       row,
                    size_t       pixel,
                    size_t       c);
  /* y[<= 4, <= 4, c] = Aᵀ v[36, c] A + bias + add */
  void (*f4_output) (const DmTile *tile);
  void (*f2_output) (const DmTile *tile);
  /* u[36, block] = G w[3, 3, block] Gᵀ */
  void (*f4_weights) (float *u, size_t u_frequency, const float *w);
  void (*f2_weights) (float *u, size_t u_frequency, const float *w);
  /* z[36, c] = A dy[n_rows <= 4, n_columns <= 4, c] Aᵀ, zero beyond */
  void (*f4_gradient) (float       *z,
                       size_t       z_frequency,
                       const float *dy,
                       size_t       row,
                       size_t       pixel,
                       size_t       n_rows,
                       size_t       n_columns,
                       size_t       c);
  /* dw[c, 3, 3] += Gᵀ du[36, c] G */
  void (*f4_weight_gradient) (float       *dw,
                              const float *du,
                              size_t       du_frequency,
                              size_t       c);

  /* --- point by point ------------------------------------------------- */

  void (*silu) (float *y, const float *x, size_t n); /* y may be x */
  /* dx += dy * silu' (x) */
  void (*silu_backward) (float *dx, const float *dy, const float *x, size_t n);
  void (*add) (float *y, const float *x, size_t n); /* y += x */

  /* --- normalisation -------------------------------------------------- */

  /* sum[c] += Σ_p x, sum2[c] += Σ_p x² */
  void (*moments) (float       *sum,
                   float       *sum2,
                   const float *x,
                   size_t       pixel,
                   size_t       n_pixels,
                   size_t       c);
  /* y = f (a[c] x + b[c]), f the identity or SiLU; y may be x */
  void (*affine) (float       *y,
                  size_t       y_pixel,
                  const float *x,
                  size_t       x_pixel,
                  const float *a,
                  const float *b,
                  size_t       n_pixels,
                  size_t       c,
                  bool         silu);
  /* the same with a and b changing along the row:
   *
   *   [a, b] = ab[2c] + (share + p share_step) step[2c]
   */
  void (*affine_between) (float       *y,
                          size_t       y_pixel,
                          const float *x,
                          size_t       x_pixel,
                          const float *ab,
                          const float *step,
                          float        share,
                          float        share_step,
                          size_t       n_pixels,
                          size_t       c,
                          bool         silu);
  /* with g = dy f' (a x + b):  sum[c] += Σ_p g, sum_x[c] += Σ_p g x */
  void (*affine_backward_sums) (float       *sum,
                                float       *sum_x,
                                const float *dy,
                                size_t       dy_pixel,
                                const float *x,
                                size_t       x_pixel,
                                const float *a,
                                const float *b,
                                size_t       n_pixels,
                                size_t       c,
                                bool         silu);
  /* dx += a g - k[c] - l[c] x */
  void (*affine_backward) (float       *dx,
                           size_t       dx_pixel,
                           const float *dy,
                           size_t       dy_pixel,
                           const float *x,
                           size_t       x_pixel,
                           const float *a,
                           const float *b,
                           const float *k,
                           const float *l,
                           size_t       n_pixels,
                           size_t       c,
                           bool         silu);

  /* --- attention ------------------------------------------------------ */

  /* each row: x = exp (scale x - max) / Σ */
  void (*softmax) (float *x, size_t n_rows, size_t n_columns, float scale);
  /* dx[row] = scale * p * (dp - Σ dp p); dx may be dp */
  void (*softmax_backward) (float       *dx,
                            const float *dp,
                            const float *p,
                            size_t       n_rows,
                            size_t       n_columns,
                            float        scale);

  /* --- optimiser ------------------------------------------------------ */

  /* m = β₁ m + (1 - β₁) g;  v = β₂ v + (1 - β₂) g²
   * w -= lr (m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + variance_floor) + decay w)
   */
  void (*adamw) (float       *w,
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
                 float        decay);
  /* ema += (1 - keep) (w - ema) */
  void (*ema) (float *ema, const float *w, size_t n, float keep);
  double (*sum_squares) (const float *x, size_t n);
};

bool             dm_kernels_init (DmKernels *self, DmCpu cpu);
const DmKernels *dm_kernels_get_default (void);
const char      *dm_cpu_get_name (DmCpu cpu);
DmCpu            dm_cpu_detect (void);
