/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "layer-case.h"
#include "nn/res-block.h"

#define EMBEDDING 6
#define N 2

/* The embedding is a parameter here, so that its gradient is checked too. */
typedef struct
{
  LayerCase      base;
  DmResBlock     layer;
  DmResBlockPlan plan;
  DmDropout      dropout;
  DmParam       *embedding;
} Case;

static void
plan (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_res_block_plan_condition (&self->layer, &self->plan, &base->planner);
  dm_res_block_plan (&self->layer, &self->plan, &base->planner, base->y,
                     base->x);
  dm_res_block_plan_backward (&self->layer, &self->plan, &base->planner,
                              base->dx, false, base->dy);
}

static DmTensor
rows (float *data)
{
  return dm_tensor_place (dm_tensor_layout (N, 1, 1, EMBEDDING, false), data);
}

static void
forward (LayerCase *base)
{
  Case    *self = (Case *) base;
  DmTensor embedding = rows (self->embedding->value);

  dm_linear_forward (&self->layer.condition, &self->plan.condition, &embedding,
                     NULL, &base->context);
  dm_res_block_forward (&self->layer, &self->plan, &self->dropout,
                        &base->context);
}

static void
backward (LayerCase *base)
{
  Case    *self = (Case *) base;
  DmTensor embedding = rows (self->embedding->value);
  DmTensor dembedding = rows (self->embedding->gradient);

  self->plan.add = base->add;
  dm_res_block_backward (&self->layer, &self->plan, &self->dropout,
                         &base->context);
  dm_linear_backward (&self->layer.condition, &dembedding, true,
                      &self->plan.dcondition, &embedding, &base->context);
}

/* Without an embedding. */
static void
forward_alone (LayerCase *base)
{
  Case *self = (Case *) base;

  dm_res_block_forward (&self->layer, &self->plan, NULL, &base->context);
}

static void
backward_alone (LayerCase *base)
{
  Case *self = (Case *) base;

  self->plan.add = base->add;
  dm_res_block_backward (&self->layer, &self->plan, NULL, &base->context);
}

static void
test_unconditioned (void)
{
  Case self = { .base = { .plan = plan,
                          .forward = forward_alone,
                          .backward = backward_alone,
                          .x = { .n = N, .h = 5, .w = 6, .c = 8 },
                          .y = { .n = N, .h = 5, .w = 6, .c = 12 } } };

  layer_case_begin (&self.base, 5, 6);
  dm_res_block_init (&self.layer, &self.base.builder, "block", 8, 12, 0, 4);
  g_assert_null (dm_params_find (self.base.params, "block.condition.weight"));
  layer_case_finish (&self.base, NULL);
  layer_case_check (&self.base);
  layer_case_end (&self.base);
}

static void
check_gradient (size_t c_in, size_t c_out, DmWrap wrap, double p)
{
  Case self = { .base = { .plan = plan,
                          .forward = forward,
                          .backward = backward,
                          .x = { .n = N, .h = 5, .w = 6, .c = c_in },
                          .y = { .n = N, .h = 5, .w = 6, .c = c_out } },
                .dropout = { p, { 1, DM_STREAM_DROPOUT, 2 }, 9 } };

  layer_case_begin (&self.base, 5, 6);
  self.base.planner.wrap = wrap;
  dm_res_block_init (&self.layer, &self.base.builder, "block", c_in, c_out,
                     EMBEDDING, 4);
  self.embedding = dm_params_add (self.base.params, "test", "embedding",
                                  DM_SHAPE (N, EMBEDDING), DM_INIT_NORMAL, 0);
  layer_case_finish (&self.base, NULL);
  layer_case_check (&self.base);
  layer_case_end (&self.base);
}

static void
test_identity (void)
{
  check_gradient (8, 8, DM_WRAP_NONE, 0.0);
}

static void
test_skip (void)
{
  check_gradient (8, 12, DM_WRAP_NONE, 0.0);
}

static void
test_circular (void)
{
  check_gradient (12, 8, DM_WRAP_XY, 0.0);
  check_gradient (8, 8, DM_WRAP_X, 0.0);
}

static void
test_dropout (void)
{
  check_gradient (8, 8, DM_WRAP_XY, 0.4);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/res-block/identity", test_identity);
  g_test_add_func ("/res-block/skip", test_skip);
  g_test_add_func ("/res-block/circular", test_circular);
  g_test_add_func ("/res-block/dropout", test_dropout);
  g_test_add_func ("/res-block/unconditioned", test_unconditioned);

  return g_test_run ();
}
