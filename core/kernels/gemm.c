/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "kernels/gemm.h"

#include <cblas.h>
#include <dlfcn.h>
#include <glib.h>
#include <string.h>

/* Rows of one chunk of dm_matmul(): enough work to be worth handing out. */
#define CHUNK_ROWS 64

/* Rows and columns of dw that one chunk of its gradient computes. */
#define GRADIENT_BLOCK 64

/* Newer OpenMP builds of OpenBLAS (0.3.29, not 0.3.21) take their number from
 * OpenMP alone, which holds it for each thread. We do not link with OpenMP:
 * where OpenBLAS does, it is there to be found.
 */
static void
use_one_openmp_thread (void)
{
  void (*set_num_threads) (int);
  void *found = dlsym (RTLD_DEFAULT, "omp_set_num_threads");

  memcpy (&set_num_threads, &found, sizeof found);
  if (set_num_threads != NULL)
    set_num_threads (1);
}

/**
 * dm_gemm_use_one_thread:
 *
 * OpenBLAS must never start threads below ours. Its pthread build has one
 * setting for the process, its OpenMP build one for each calling thread: so
 * each thread that comes to OpenBLAS says it once. The products here do so by
 * themselves.
 */
void
dm_gemm_use_one_thread (void)
{
  static _Thread_local bool said = false;

  if (!said)
    {
      openblas_set_num_threads (1);
      if (openblas_get_parallel () == OPENBLAS_OPENMP)
        use_one_openmp_thread ();
      said = true;
    }
}

const char *
dm_gemm_get_library (void)
{
  return openblas_get_config ();
}

void
dm_gemm_nn (float       *c,
            size_t       ldc,
            const float *a,
            size_t       lda,
            const float *b,
            size_t       ldb,
            size_t       m,
            size_t       n,
            size_t       k,
            float        alpha,
            float        beta)
{
  dm_gemm_use_one_thread ();
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasNoTrans, (blasint) m,
               (blasint) n, (blasint) k, alpha, a, (blasint) lda, b,
               (blasint) ldb, beta, c, (blasint) ldc);
}

void
dm_gemm_nt (float       *c,
            size_t       ldc,
            const float *a,
            size_t       lda,
            const float *b,
            size_t       ldb,
            size_t       m,
            size_t       n,
            size_t       k,
            float        alpha,
            float        beta)
{
  dm_gemm_use_one_thread ();
  cblas_sgemm (CblasRowMajor, CblasNoTrans, CblasTrans, (blasint) m,
               (blasint) n, (blasint) k, alpha, a, (blasint) lda, b,
               (blasint) ldb, beta, c, (blasint) ldc);
}

void
dm_gemm_tn (float       *c,
            size_t       ldc,
            const float *a,
            size_t       lda,
            const float *b,
            size_t       ldb,
            size_t       m,
            size_t       n,
            size_t       k,
            float        alpha,
            float        beta)
{
  dm_gemm_use_one_thread ();
  cblas_sgemm (CblasRowMajor, CblasTrans, CblasNoTrans, (blasint) m,
               (blasint) n, (blasint) k, alpha, a, (blasint) lda, b,
               (blasint) ldb, beta, c, (blasint) ldc);
}

static size_t
count_blocks (const DmKernels *kernels, size_t c)
{
  return (c + kernels->block - 1) / kernels->block;
}

/**
 * dm_matmul_packed_floats:
 *
 * Returns: floats that packed weights take: [blocks, c_in, block], the last
 * block filled up with zeros.
 */
size_t
dm_matmul_packed_floats (const DmKernels *kernels, size_t c_in, size_t c_out)
{
  return count_blocks (kernels, c_out) * kernels->block * c_in;
}

typedef struct
{
  DmMatmulWeights *self;
  const float     *w;
  bool             transposed;
  size_t           block;
} Packing;

static void
pack_block (void *data, size_t chunk, size_t worker)
{
  Packing *job = data;
  size_t   c_in = job->self->c_in, c_out = job->self->c_out;
  float   *out = job->self->data + chunk * job->block * c_in;

  (void) worker;
  memset (out, 0, job->block * c_in * sizeof *out);

  for (size_t i = 0; i < job->block && chunk * job->block + i < c_out; i++)
    {
      size_t o = chunk * job->block + i;

      for (size_t k = 0; k < c_in; k++)
        out[k * job->block + i] =
            job->transposed ? job->w[k * c_out + o] : job->w[o * c_in + k];
    }
}

void
dm_matmul_pack (DmMatmulWeights *self,
                const float     *w,
                bool             transposed,
                const DmContext *context)
{
  size_t  block = context->kernels->block;
  Packing job = { self, w, transposed, block };

  dm_pool_run (context->pool, pack_block, &job,
               count_blocks (context->kernels, self->c_out));
}

typedef struct
{
  DmProduct              whole;
  const DmMatmulWeights *w;
  const DmKernels       *kernels;
} Product;

static void
multiply_rows (void *data, size_t chunk, size_t worker)
{
  static const size_t no_offset[1] = { 0 };
  const Product      *job = data;
  size_t              first = chunk * CHUNK_ROWS;
  size_t              block = job->kernels->block;
  DmProduct           part = job->whole;

  (void) worker;
  part.taps = no_offset;
  part.n_pixels = MIN (CHUNK_ROWS, job->whole.n_pixels - first);
  part.x += first * part.x_pixel;

  for (size_t c = 0; c < job->w->c_out; c += block)
    {
      part.w = job->w->data + c * job->w->c_in;
      part.y = job->whole.y + first * part.y_pixel + c;
      part.bias = job->whole.bias != NULL ? job->whole.bias + c : NULL;
      part.add = job->whole.add != NULL ?
                     job->whole.add + first * part.add_pixel + c :
                     NULL;
      part.n_channels = MIN (block, job->w->c_out - c);
      job->kernels->product (&part);
    }
}

void
dm_matmul (float                 *y,
           size_t                 y_stride,
           const float           *x,
           size_t                 x_stride,
           const DmMatmulWeights *w,
           const float           *bias,
           const float           *add,
           size_t                 add_stride,
           size_t                 n_rows,
           const DmContext       *context)
{
  Product job = {
    .whole = { .y = y,
               .y_pixel = y_stride,
               .x = x,
               .x_pixel = x_stride,
               .n_taps = 1,
               .c_in = w->c_in,
               .bias = bias,
               .add = add,
               .add_pixel = add_stride,
               .n_pixels = n_rows },
    .w = w,
    .kernels = context->kernels,
  };

  dm_pool_run (context->pool, multiply_rows, &job,
               (n_rows + CHUNK_ROWS - 1) / CHUNK_ROWS);
}

typedef struct
{
  float       *dw;
  const float *dy, *x;
  size_t       dy_stride, x_stride, n_rows, c_in, c_out, n_columns;
} WeightGradient;

static void
multiply_gradient (void *data, size_t chunk, size_t worker)
{
  const WeightGradient *job = data;
  size_t                o = chunk / job->n_columns * GRADIENT_BLOCK;
  size_t                k = chunk % job->n_columns * GRADIENT_BLOCK;

  (void) worker;
  dm_gemm_tn (job->dw + o * job->c_in + k, job->c_in, job->dy + o,
              job->dy_stride, job->x + k, job->x_stride,
              MIN (GRADIENT_BLOCK, job->c_out - o),
              MIN (GRADIENT_BLOCK, job->c_in - k), job->n_rows, 1.0f, 1.0f);
}

void
dm_matmul_backward_weight (float           *dw,
                           const float     *dy,
                           size_t           dy_stride,
                           const float     *x,
                           size_t           x_stride,
                           size_t           n_rows,
                           size_t           c_in,
                           size_t           c_out,
                           const DmContext *context)
{
  size_t         n_columns = (c_in + GRADIENT_BLOCK - 1) / GRADIENT_BLOCK;
  size_t         n_blocks = (c_out + GRADIENT_BLOCK - 1) / GRADIENT_BLOCK;
  WeightGradient job = {
    dw, dy, x, dy_stride, x_stride, n_rows, c_in, c_out, n_columns,
  };

  dm_pool_run (context->pool, multiply_gradient, &job, n_columns * n_blocks);
}
