/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/resample.h"

#include <glib.h>
#include <string.h>

#include "nn/sums.h"

/* One call as the workers see it. Chunks are rows of @walk. */
typedef struct Job Job;

struct Job
{
  DmTensor       *y;
  const DmTensor *x;
  size_t          patch;
  bool            add;
  double          p;
  DmRng           rng;
  uint64_t        first_picture;
  const DmTensor *walk;
  void (*row) (const Job *job, size_t image, size_t y);
};

static void
do_chunk (void *data, size_t chunk, size_t worker)
{
  const Job *job = data;
  DmRows     rows = dm_chunk_get_rows (job->walk, chunk);

  (void) worker;

  for (size_t y = rows.begin; y < rows.end; y++)
    job->row (job, rows.image, y);
}

static void
run (Job job, const DmContext *context)
{
  dm_pool_run (context->pool, do_chunk, &job,
               job.walk->n * dm_n_chunks (job.walk));
}

static void
put (float *to, const float *from, size_t c, bool add)
{
  if (!add)
    memcpy (to, from, c * sizeof *to);
  else
    for (size_t i = 0; i < c; i++)
      to[i] += from[i];
}

/* --- copy -------------------------------------------------------------- */

static void
copy_row (const Job *job, size_t image, size_t y)
{
  for (size_t x = 0; x < job->x->w; x++)
    put (dm_tensor_at (job->y, image, y, x), dm_tensor_at (job->x, image, y, x),
         job->x->c, false);
}

/**
 * dm_tensor_copy:
 *
 *   y = x
 */
void
dm_tensor_copy (DmTensor *y, const DmTensor *x, const DmContext *context)
{
  run ((Job){ .y = y, .x = x, .walk = x, .row = copy_row }, context);
}

/* --- twice the size ---------------------------------------------------- */

static void
upsample_row (const Job *job, size_t image, size_t y)
{
  for (size_t x = 0; x < job->y->w; x++)
    put (dm_tensor_at (job->y, image, y, x),
         dm_tensor_at (job->x, image, y / 2, x / 2), job->x->c, false);
}

/**
 * dm_upsample_forward:
 * @y: (out) [n, 2h, 2w, c]
 * @x: [n, h, w, c]
 *
 *   y[i, j] = x[i / 2, j / 2]
 */
void
dm_upsample_forward (DmTensor *y, const DmTensor *x, const DmContext *context)
{
  run ((Job){ .y = y, .x = x, .walk = y, .row = upsample_row }, context);
}

static void
upsample_backward_row (const Job *job, size_t image, size_t y)
{
  const DmTensor *dy = job->x;

  for (size_t x = 0; x < job->y->w; x++)
    {
      float       *dx = dm_tensor_at (job->y, image, y, x);
      const float *a = dm_tensor_at (dy, image, 2 * y, 2 * x);
      const float *b = dm_tensor_at (dy, image, 2 * y + 1, 2 * x);

      for (size_t i = 0; i < dy->c; i++)
        {
          float sum = (a[i] + a[dy->pixel + i]) + (b[i] + b[dy->pixel + i]);

          dx[i] = job->add ? dx[i] + sum : sum;
        }
    }
}

/**
 * dm_upsample_backward:
 * @dx: (inout) [n, h, w, c]
 * @add: whether @dx already holds a gradient, to be added to
 * @dy: [n, 2h, 2w, c]
 */
void
dm_upsample_backward (DmTensor        *dx,
                      bool             add,
                      const DmTensor  *dy,
                      const DmContext *context)
{
  run ((Job){ .y = dx,
              .x = dy,
              .add = add,
              .walk = dx,
              .row = upsample_backward_row },
       context);
}

/* --- patches of pixels as channels ------------------------------------- */

static void
space_to_depth_row (const Job *job, size_t image, size_t y)
{
  size_t patch = job->patch, c = job->x->c;

  for (size_t x = 0; x < job->y->w; x++)
    for (size_t i = 0; i < patch * patch; i++)
      put (dm_tensor_at (job->y, image, y, x) + i * c,
           dm_tensor_at (job->x, image, y * patch + i / patch,
                         x * patch + i % patch),
           c, false);
}

/**
 * dm_space_to_depth:
 * @y: (out) [n, h / patch, w / patch, patch² c]
 * @x: [n, h, w, c]
 *
 *   y[i, j, (di patch + dj) c + k] = x[i patch + di, j patch + dj, k]
 *
 * Its own adjoint is dm_depth_to_space().
 */
void
dm_space_to_depth (DmTensor        *y,
                   const DmTensor  *x,
                   size_t           patch,
                   const DmContext *context)
{
  run ((Job){ .y = y,
              .x = x,
              .patch = patch,
              .walk = y,
              .row = space_to_depth_row },
       context);
}

static void
depth_to_space_row (const Job *job, size_t image, size_t y)
{
  size_t patch = job->patch, c = job->y->c;

  for (size_t x = 0; x < job->x->w; x++)
    for (size_t i = 0; i < patch * patch; i++)
      put (dm_tensor_at (job->y, image, y * patch + i / patch,
                         x * patch + i % patch),
           dm_tensor_at (job->x, image, y, x) + i * c, c, job->add);
}

/**
 * dm_depth_to_space:
 * @y: (inout) [n, h, w, c]
 * @x: [n, h / patch, w / patch, patch² c]
 * @add: whether to add to @y
 */
void
dm_depth_to_space (DmTensor        *y,
                   const DmTensor  *x,
                   size_t           patch,
                   bool             add,
                   const DmContext *context)
{
  run ((Job){ .y = y,
              .x = x,
              .patch = patch,
              .add = add,
              .walk = x,
              .row = depth_to_space_row },
       context);
}

/* --- dropout ----------------------------------------------------------- */

static void
dropout_row (const Job *job, size_t image, size_t y)
{
  enum
  {
    BATCH = 64
  };
  const DmTensor *x = job->y;
  size_t          row = x->w * x->c;
  uint64_t        index = ((job->first_picture + image) * x->h + y) * row;
  float           keep = 1.0f - (float) job->p, draw[BATCH];
  float          *value = dm_tensor_at (x, image, y, 0);

  for (size_t i = 0; i < row; i += BATCH)
    {
      size_t n = MIN (BATCH, row - i);

      dm_rng_uniform (draw, n, job->rng, index + i);
      for (size_t j = 0; j < n; j++)
        value[i + j] = draw[j] < keep ? value[i + j] / keep : 0.0f;
    }
}

/**
 * dm_dropout:
 * @x: (inout) [n, h, w, c], not a slice of channels
 * @p: chance of an element to be zero
 * @rng: separates layers
 * @first_picture: number of the first picture among all that were ever drawn,
 * so that no picture meets the same draws twice
 *
 *   x = 0 with chance p, else x / (1 - p)
 *
 * Called again on the gradient with the same arguments, it is its own adjoint.
 *
 * Source: Srivastava et al. 2014, in the "inverted" form.
 */
void
dm_dropout (DmTensor        *x,
            double           p,
            DmRng            rng,
            uint64_t         first_picture,
            const DmContext *context)
{
  g_assert (x->pixel == x->c);

  run ((Job){ .y = x,
              .p = p,
              .rng = rng,
              .first_picture = first_picture,
              .walk = x,
              .row = dropout_row },
       context);
}
