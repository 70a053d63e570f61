/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>

#include "check.h"
#include "nn/cross-entropy.h"

#define N 3
#define K 11 /* no whole number of vectors */

typedef struct
{
  float     logits[N * K], p[N * K];
  int       class_id[N];
  DmContext context;
} Case;

static void
set_up (Case *self)
{
  *self = (Case){ .class_id = { 10, 0, 4 },
                  .context = { .kernels = dm_kernels_get_default () } };
  dm_test_random (self->logits, N * K, 1);
}

static double
loss (void *data)
{
  Case *self = data;

  return dm_cross_entropy_forward (self->p, self->logits, self->class_id, N, K,
                                   &self->context);
}

static void
test_gradient (void)
{
  Case  self;
  float dlogits[N * K] = { 0 };

  set_up (&self);
  loss (&self);
  dm_cross_entropy_backward (dlogits, self.p, self.class_id, N, K, 1.0);
  dm_assert_gradient (loss, &self, self.logits, dlogits, N * K);
}

/* Once more adds as much again, by its scale. */
static void
test_added (void)
{
  Case  self;
  float once[N * K] = { 0 }, more[N * K] = { 0 };

  set_up (&self);
  loss (&self);
  dm_cross_entropy_backward (once, self.p, self.class_id, N, K, 2.0);
  dm_cross_entropy_backward (more, self.p, self.class_id, N, K, 0.5);
  dm_cross_entropy_backward (more, self.p, self.class_id, N, K, 1.5);
  dm_assert_near (more, once, N * K, 1e-6);
}

/* All alike: log k for each; far apart: the difference, and no infinity. */
static void
test_known (void)
{
  static const float even[] = { 3, 3, 3, 3 }, apart[] = { 400, 0, -400, 0 };
  static const int   class_id[] = { 1 }, wrong[] = { 2 };
  float              p[4];
  DmContext          context = { .kernels = dm_kernels_get_default () };

  g_assert_cmpfloat_with_epsilon (
      dm_cross_entropy_forward (p, even, class_id, 1, 4, &context), log (4.0),
      1e-12);
  dm_assert_near (p, (float[]){ 0.25f, 0.25f, 0.25f, 0.25f }, 4, 1e-6);
  g_assert_cmpfloat_with_epsilon (
      dm_cross_entropy_forward (p, apart, wrong, 1, 4, &context), 800.0, 1e-9);
  dm_assert_near (p, (float[]){ 1, 0, 0, 0 }, 4, 1e-6);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cross-entropy/known", test_known);
  g_test_add_func ("/cross-entropy/gradient", test_gradient);
  g_test_add_func ("/cross-entropy/added", test_added);

  return g_test_run ();
}
