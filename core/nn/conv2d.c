/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/conv2d.h"

#include <glib.h>
#include <string.h>

#include "nn/sums.h"

/**
 * dm_conv2d_init:
 * @scope: name of the layer
 * @stride: 1 or 2
 */
void
dm_conv2d_init (DmConv2d   *self,
                DmBuilder  *builder,
                const char *scope,
                size_t      c_in,
                size_t      c_out,
                size_t      stride,
                DmStart     start)
{
  DmInit init = start == DM_START_ZERO ? DM_INIT_ZERO : DM_INIT_UNIFORM;
  size_t h = builder->h, w = builder->w;

  *self = (DmConv2d){ .c_in = c_in, .c_out = c_out, .stride = stride };

  self->weight = dm_params_add (builder->params, scope, "weight",
                                DM_SHAPE (c_out, c_in, 3, 3), init, 9 * c_in);
  self->bias = dm_params_add (builder->params, scope, "bias", DM_SHAPE (c_out),
                              init, 9 * c_in);

  dm_packs_add_conv (
      builder->packs, self->weight, &self->forward,
      &(DmConvShape){ DM_CONV_INFER_N, h, w, c_in, c_out, stride }, false);
  /* the data gradient has stride 1, see dm_conv2d_backward() */
  dm_packs_add_conv (builder->packs, self->weight, &self->transposed,
                     &(DmConvShape){ DM_CONV_TRAIN_N, h, w, c_out, c_in, 1 },
                     true);
  self->gradient = builder->direct ? DM_CONV_DIRECT : DM_CONV_F4;
}

/**
 * dm_conv2d_plan:
 * @h, @w: size of the input
 */
void
dm_conv2d_plan (const DmConv2d *self, DmPlanner *planner, size_t h, size_t w)
{
  const DmKernels *kernels = planner->kernels;
  size_t           n = planner->n, c_in = self->c_in, c_out = self->c_out;
  DmTensor         spread = dm_tensor_layout (n, h, w, c_out, true);

  dm_planner_need (planner,
                   dm_conv3x3_scratch (kernels, self->forward.algorithm, n, h,
                                       w, c_in, c_out));
  if (!planner->train)
    return;

  dm_planner_need (planner,
                   dm_conv3x3_scratch (kernels, self->transposed.algorithm, n,
                                       h, w, c_out, c_in));
  dm_planner_need (planner, dm_conv3x3_backward_weight_scratch (
                                kernels, self->gradient, n, h, w, c_in, c_out));
  dm_planner_need (planner, dm_channel_sums_scratch (&spread));
}

/**
 * dm_conv2d_forward:
 * @y: (out) [n, ceil (h / stride), ceil (w / stride), c_out]
 * @x: [n, h, w, c_in], its border filled
 * @add: (nullable) like @y, and may be @y
 *
 *   y = conv (x, w) + b + add
 */
void
dm_conv2d_forward (const DmConv2d  *self,
                   DmTensor        *y,
                   const DmTensor  *x,
                   const DmTensor  *add,
                   const DmContext *context)
{
  dm_conv3x3_forward (y, x, &self->forward, self->bias->value, add,
                      self->stride, context);
}

/* --- backward ---------------------------------------------------------- */

typedef struct
{
  DmTensor        *spread;
  const DmTensor  *dy;
  size_t           stride;
  const DmContext *context;
} Spread;

/* One row of @spread: the row of @dy that stands there, or zeros. */
static void
spread_row (const Spread *job, size_t image, size_t y)
{
  const DmTensor *dy = job->dy;
  size_t          c = dy->c, stride = job->stride;
  float          *to = dm_tensor_at (job->spread, image, y, 0);

  if (stride > 1)
    memset (to, 0, job->spread->w * c * sizeof *to);

  if (y % stride == 0)
    for (size_t x = 0; x < dy->w; x++)
      memcpy (to + x * stride * c, dm_tensor_at (dy, image, y / stride, x),
              c * sizeof *to);
}

/* Copies, unless @dy lies there already, and sums while it is at hand. */
static void
spread_chunk (void *data, size_t chunk, size_t worker)
{
  const Spread *job = data;
  size_t        c = job->dy->c;
  float        *partial = job->context->shared + chunk * 2 * c;
  DmRows        rows = dm_chunk_get_rows (job->spread, chunk);

  (void) worker;

  memset (partial, 0, 2 * c * sizeof *partial);
  for (size_t y = rows.begin; y < rows.end; y++)
    {
      if (job->spread->data != job->dy->data)
        spread_row (job, rows.image, y);
      if (y % job->stride == 0)
        job->context->kernels->moments (
            partial, partial + c,
            dm_tensor_at (job->dy, rows.image, y / job->stride, 0),
            job->dy->pixel, job->dy->w, c);
    }
}

/* Fills @spread;  db += Σ dy */
static void
spread_and_sum (const DmConv2d  *self,
                DmTensor        *spread,
                const DmTensor  *dy,
                const DmContext *context)
{
  Spread job = { spread, dy, self->stride, context };
  size_t n_partial = spread->n * dm_n_chunks (spread), c = dy->c;

  dm_pool_run (context->pool, spread_chunk, &job, n_partial);

  dm_reduce_sums (self->bias->gradient, context->shared, n_partial, 2 * c, c);
  if (self->twin_bias != NULL)
    dm_reduce_sums (self->twin_bias->gradient, context->shared, n_partial,
                    2 * c, c);
}

/**
 * dm_conv2d_backward:
 * @dx: (inout) (nullable) like @x
 * @add: whether @dx already holds a gradient, to be added to
 * @dy: gradient of y
 * @x: as in forward
 * @spread: (out) [n, h, w, c_out], bordered; or dy itself, if @dy is such a
 * tensor and the stride is 1
 * @wrap: as the border of @x was filled
 *
 *   dx = convᵀ (dy, w) [+ dx];  dw += dy * x;  db += Σ dy
 *
 * A convolution of stride 2 is one of stride 1 of which every second pixel is
 * taken; backward, the other pixels' gradients are zero. The adjoint of a
 * circular convolution is circular, and of one padded with zeros, padded with
 * zeros.
 */
void
dm_conv2d_backward (const DmConv2d  *self,
                    DmTensor        *dx,
                    bool             add,
                    const DmTensor  *dy,
                    const DmTensor  *x,
                    DmTensor        *spread,
                    DmWrap           wrap,
                    const DmContext *context)
{
  spread_and_sum (self, spread, dy, context);
  dm_border_fill (spread, wrap, context);
  dm_conv3x3_backward_weight (self->weight->gradient, spread, x, self->gradient,
                              context);

  if (dx != NULL)
    dm_conv3x3_forward (dx, spread, &self->transposed, NULL, add ? dx : NULL, 1,
                        context);
}
