/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/average.h"

#include <string.h>

typedef struct
{
  DmTensor       *to;
  const DmTensor *from;
  bool            add;
} Job;

static void
average_picture (void *data, size_t image, size_t worker)
{
  const Job      *job = data;
  const DmTensor *x = job->from;
  float          *y = dm_tensor_at (job->to, image, 0, 0);
  float           scale = 1.0f / (float) (x->h * x->w);

  (void) worker;

  memset (y, 0, x->c * sizeof *y);
  for (size_t row = 0; row < x->h; row++)
    for (size_t column = 0; column < x->w; column++)
      {
        const float *pixel = dm_tensor_at (x, image, row, column);

        for (size_t c = 0; c < x->c; c++)
          y[c] += pixel[c];
      }

  for (size_t c = 0; c < x->c; c++)
    y[c] *= scale;
}

/**
 * dm_average_forward:
 * @y: (out) [n, 1, 1, c]
 * @x: [n, h, w, c]
 */
void
dm_average_forward (DmTensor *y, const DmTensor *x, const DmContext *context)
{
  Job job = { y, x, false };

  dm_pool_run (context->pool, average_picture, &job, x->n);
}

static void
spread_picture (void *data, size_t image, size_t worker)
{
  const Job   *job = data;
  DmTensor    *dx = job->to;
  const float *dy = dm_tensor_at (job->from, image, 0, 0);
  float        scale = 1.0f / (float) (dx->h * dx->w);

  (void) worker;

  for (size_t row = 0; row < dx->h; row++)
    for (size_t column = 0; column < dx->w; column++)
      {
        float *pixel = dm_tensor_at (dx, image, row, column);

        for (size_t c = 0; c < dx->c; c++)
          pixel[c] = scale * dy[c] + (job->add ? pixel[c] : 0.0f);
      }
}

/**
 * dm_average_backward:
 * @dx: (inout) [n, h, w, c]
 * @add: whether @dx already holds a gradient, to be added to
 * @dy: [n, 1, 1, c]
 *
 *   dx = dy / (h w) [+ dx]
 */
void
dm_average_backward (DmTensor        *dx,
                     bool             add,
                     const DmTensor  *dy,
                     const DmContext *context)
{
  Job job = { dx, dy, add };

  dm_pool_run (context->pool, spread_picture, &job, dx->n);
}
