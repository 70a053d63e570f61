/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/linear.h"

#include <glib.h>

#include "nn/sums.h"

/**
 * dm_linear_init:
 * @scope: name of the layer
 */
void
dm_linear_init (DmLinear   *self,
                DmBuilder  *builder,
                const char *scope,
                size_t      c_in,
                size_t      c_out,
                size_t      kernel_dims,
                DmStart     start)
{
  size_t shape[4] = { c_out, c_in, 1, 1 };
  DmInit init = start == DM_START_ZERO ? DM_INIT_ZERO : DM_INIT_UNIFORM;

  *self = (DmLinear){ .c_in = c_in, .c_out = c_out };

  self->weight = dm_params_add (builder->params, scope, "weight",
                                2 + kernel_dims, shape, init, c_in);
  self->bias = dm_params_add (builder->params, scope, "bias", DM_SHAPE (c_out),
                              init, c_in);

  dm_packs_add_matmul (builder->packs, self->weight, &self->forward, false);
  dm_packs_add_matmul (builder->packs, self->weight, &self->transposed, true);
}

/* All pixels of a tensor that has no border, as rows of one column. */
static DmTensor
flatten (const DmTensor *x)
{
  DmTensor flat = *x;

  g_assert (!x->bordered);

  flat.h = x->n * x->h * x->w;
  flat.n = flat.w = 1;
  flat.row = flat.image = flat.pixel;

  return flat;
}

/**
 * dm_linear_plan:
 * @y: as in dm_linear_forward()
 */
void
dm_linear_plan (const DmLinear *self, DmPlanner *planner, const DmTensor *y)
{
  DmTensor flat = flatten (y);

  (void) self;

  if (planner->train)
    dm_planner_need (planner, dm_channel_sums_scratch (&flat));
}

/**
 * dm_linear_forward:
 * @y: (out) [n, h, w, c_out], no border
 * @x: [n, h, w, c_in], no border
 * @add: (nullable) like @y, and may be @y
 *
 *   y = x wᵀ + b + add, for each pixel
 */
void
dm_linear_forward (const DmLinear  *self,
                   DmTensor        *y,
                   const DmTensor  *x,
                   const DmTensor  *add,
                   const DmContext *context)
{
  dm_matmul (y->data, y->pixel, x->data, x->pixel, &self->forward,
             self->bias->value, add != NULL ? add->data : NULL,
             add != NULL ? add->pixel : 0, dm_tensor_n_pixels (x), context);
}

/**
 * dm_linear_backward:
 * @dx: (inout) (nullable) like @x
 * @add: whether @dx already holds a gradient, to be added to
 *
 *   dx = dy w [+ dx];  dw += dyᵀ x;  db += Σ dy
 */
void
dm_linear_backward (const DmLinear  *self,
                    DmTensor        *dx,
                    bool             add,
                    const DmTensor  *dy,
                    const DmTensor  *x,
                    const DmContext *context)
{
  size_t   n_rows = dm_tensor_n_pixels (x);
  DmTensor flat = flatten (dy);

  dm_matmul_backward_weight (self->weight->gradient, dy->data, dy->pixel,
                             x->data, x->pixel, n_rows, self->c_in, self->c_out,
                             context);
  if (!self->is_twin)
    dm_channel_sums (self->bias->gradient, &flat, context);

  if (dx != NULL)
    dm_matmul (dx->data, dx->pixel, dy->data, dy->pixel, &self->transposed,
               NULL, add ? dx->data : NULL, dx->pixel, n_rows, context);
}
