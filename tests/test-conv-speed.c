/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <time.h>

#include "check.h"
#include "kernels/conv3x3.h"
#include "kernels/gemm.h"
#include "tensor/arena.h"

/* How much faster F4 convolves than OpenBLAS multiplies, in operations of the
 * direct convolution a second, on one thread.
 */
#define RATIO 2.0

/* Rounds until it is reached, each of some 30 ms of this thread's own processor
 * time, and the best round of each side counts: so load does not.
 */
#define MIN_ROUNDS 5
#define MAX_ROUNDS 150

#define SIDE 1024  /* of the matrices */
#define N_CONVS 16 /* of a round: as long as one product of matrices */

static const size_t n = 2, side = 16, c = 128;

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_UNDEFINED__
#define HINDRANCE "sanitizers slow the kernels down"
#elif !defined __OPTIMIZE__
#define HINDRANCE "the build is not optimised"
#else
#define HINDRANCE NULL
#endif

typedef struct
{
  DmArena       arena;
  DmKernels     kernels;
  DmContext     context;
  DmTensor      x, y;
  float        *w, *a, *b, *product;
  DmConvWeights packed;
} Case;

static void
place (Case *self)
{
  DmArena      *arena = &self->arena;
  DmScratchSize scratch =
      dm_conv3x3_scratch (&self->kernels, DM_CONV_F4, n, side, side, c, c);

  self->x = dm_arena_tensor (arena, n, side, side, c, true);
  self->y = dm_arena_tensor (arena, n, side, side, c, false);
  self->w = dm_arena_floats (arena, 9 * c * c);
  self->a = dm_arena_floats (arena, SIDE * SIDE);
  self->b = dm_arena_floats (arena, SIDE * SIDE);
  self->product = dm_arena_floats (arena, SIDE * SIDE);
  self->packed = (DmConvWeights){ DM_CONV_F4, c, c, NULL };
  self->packed.data = dm_arena_floats (
      arena, dm_conv3x3_packed_floats (&self->kernels, DM_CONV_F4, c, c));
  self->context.scratch_floats = (scratch.worker + 15) / 16 * 16;
  self->context.scratch = dm_arena_floats (arena, self->context.scratch_floats);
  self->context.shared = dm_arena_floats (arena, scratch.shared);
}

static void
set_up (Case *self)
{
  *self = (Case){ 0 };
  self->context.kernels = &self->kernels;
  g_assert_true (dm_kernels_init (&self->kernels, dm_cpu_detect ()));
  place (self);
  g_assert_true (dm_arena_reserve (&self->arena, NULL));
  place (self);

  dm_test_random (self->x.data, n * side * side * c, 1);
  dm_test_random (self->w, 9 * c * c, 2);
  dm_test_random (self->a, SIDE * SIDE, 3);
  dm_test_random (self->b, SIDE * SIDE, 4);
  dm_border_fill (&self->x, DM_WRAP_NONE, &self->context);
  dm_conv3x3_pack (&self->packed, self->w, false, &self->context);
}

static double
get_seconds (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);

  return (double) now.tv_sec + 1e-9 * (double) now.tv_nsec;
}

/* Both return GFLOP/s. */

static double
time_f4 (Case *self)
{
  double flops = 2.0 * 9.0 * (double) (n * side * side * c * c);
  double start = get_seconds ();

  for (int i = 0; i < N_CONVS; i++)
    dm_conv3x3_forward (&self->y, &self->x, &self->packed, NULL, NULL, 1,
                        &self->context);

  return N_CONVS * flops * 1e-9 / (get_seconds () - start);
}

static double
time_product (Case *self)
{
  double flops = 2.0 * SIDE * SIDE * (double) SIDE;
  double start = get_seconds ();

  dm_gemm_nn (self->product, SIDE, self->a, SIDE, self->b, SIDE, SIDE, SIDE,
              SIDE, 1.0f, 0.0f);

  return flops * 1e-9 / (get_seconds () - start);
}

/* The reason why an ordinary matrix product will not do. */
static void
test_f4 (void)
{
  Case   self;
  double f4 = 0.0, product = 0.0;

  if (HINDRANCE != NULL)
    {
      g_test_skip (HINDRANCE);
      return;
    }
  if (dm_cpu_detect () == DM_CPU_BASE)
    {
      g_test_skip ("this processor has neither AVX2 nor AVX-512");
      return;
    }

  set_up (&self);
  time_f4 (&self);
  time_product (&self);
  for (int i = 0; i < MAX_ROUNDS; i++)
    {
      f4 = MAX (f4, time_f4 (&self));
      product = MAX (product, time_product (&self));
      if (i + 1 >= MIN_ROUNDS && f4 >= RATIO * product)
        break;
    }

  g_test_message ("F4 %.0f GFLOP/s, product of matrices %.0f, ratio %.2f", f4,
                  product, f4 / product);
  g_assert_cmpfloat (f4 / product, >=, RATIO);
  dm_arena_clear (&self.arena);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/conv-speed/f4", test_f4);

  return g_test_run ();
}
