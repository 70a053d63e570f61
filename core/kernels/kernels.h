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

struct _DmKernels
{
  DmCpu  cpu;
  size_t block; /* channels that one call of @product computes */

  /* y[p, block] = Σ_taps Σ_k x[tap + p * x_pixel + k] w[tap, k, block], for
   * n_pixels <= 8... the convolution's register kernel and the Winograd
   * transforms follow here; see loops.c.
   */

  /* --- point by point ------------------------------------------------- */

  void (*silu) (float *y, const float *x, size_t n); /* y may be x */
  /* dx += dy * silu' (x) */
  void (*silu_backward) (float *dx, const float *dy, const float *x, size_t n);
  void (*add) (float *y, const float *x, size_t n);  /* y += x */

  /* --- normalisation -------------------------------------------------- */

  /* sum[c] += Σ_p x, sum2[c] += Σ_p x² */
  void (*moments) (float *sum, float *sum2, const float *x, size_t pixel,
                   size_t n_pixels, size_t c);
  /* y = f (a[c] x + b[c]), f the identity or SiLU; y may be x */
  void (*affine) (float *y, size_t y_pixel, const float *x, size_t x_pixel,
                  const float *a, const float *b, size_t n_pixels, size_t c,
                  bool silu);
  /* with g = dy f' (a x + b):  sum[c] += Σ_p g, sum_x[c] += Σ_p g x */
  void (*affine_backward_sums) (float *sum, float *sum_x, const float *dy,
                                size_t dy_pixel, const float *x,
                                size_t x_pixel, const float *a, const float *b,
                                size_t n_pixels, size_t c, bool silu);
  /* dx += a g - k[c] - l[c] x */
  void (*affine_backward) (float *dx, size_t dx_pixel, const float *dy,
                           size_t dy_pixel, const float *x, size_t x_pixel,
                           const float *a, const float *b, const float *k,
                           const float *l, size_t n_pixels, size_t c,
                           bool silu);

  /* --- attention ------------------------------------------------------ */

  /* each row: x = exp (scale x - max) / Σ */
  void (*softmax) (float *x, size_t n_rows, size_t n_columns, float scale);
  /* dx[row] = scale * p * (dp - Σ dp p); dx may be dp */
  void (*softmax_backward) (float *dx, const float *dp, const float *p,
                            size_t n_rows, size_t n_columns, float scale);

  /* --- optimiser ------------------------------------------------------ */

  /* m = β₁ m + (1 - β₁) g;  v = β₂ v + (1 - β₂) g²
   * w -= lr (m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + variance_floor) + decay w)
   */
  void (*adamw) (float *w, float *m, float *v, const float *g, size_t n,
                 float grad_scale, float lr, float beta1, float beta2,
                 float correction1, float correction2, float variance_floor,
                 float decay);
  /* ema += (1 - keep) (w - ema) */
  void   (*ema) (float *ema, const float *w, size_t n, float keep);
  double (*sum_squares) (const float *x, size_t n);
};

bool             dm_kernels_init (DmKernels *self, DmCpu cpu);
const DmKernels *dm_kernels_get_default (void);
const char      *dm_cpu_get_name (DmCpu cpu);
DmCpu            dm_cpu_detect (void);
