/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <stdint.h>

#include "tensor/arena.h"
#include "tensor/tensor.h"

/* A bordered layout holds the border, and slack up to whole 4x4 tiles. */
static void
test_layout (void)
{
  DmTensor dense = dm_tensor_layout (2, 7, 5, 3, false);
  DmTensor bordered = dm_tensor_layout (2, 7, 5, 3, true);

  g_assert_cmpuint (dm_tensor_n_floats (&dense), ==, 2 * 7 * 5 * 3);
  g_assert_cmpuint (dm_tensor_n_floats (&bordered), ==, 2 * 10 * 10 * 3);
}

/* Views lead to the same memory. */
static void
test_views (void)
{
  float    memory[2 * 4 * 4 * 6];
  DmTensor x = dm_tensor_place (dm_tensor_layout (2, 4, 4, 6, false), memory);
  DmTensor slice = dm_tensor_slice (&x, 2, 3);
  DmTensor second = dm_tensor_images (&slice, 1, 1);

  g_assert_true (dm_tensor_at (&second, 0, 3, 2) ==
                 dm_tensor_at (&x, 1, 3, 2) + 2);
  g_assert_cmpuint (second.pixel, ==, 6);
  g_assert_cmpuint (second.c, ==, 3);
}

static void
plan (DmArena *arena, DmTensor *kept, DmTensor *first, DmTensor *second)
{
  size_t mark;

  *kept = dm_arena_tensor (arena, 1, 3, 3, 5, true);
  mark = dm_arena_mark (arena);
  *first = dm_arena_tensor (arena, 1, 8, 8, 2, false);
  dm_arena_release (arena, mark);
  *second = dm_arena_tensor (arena, 1, 4, 4, 1, false);
}

/* A plan that was measured fits exactly; released space is used again. */
static void
test_arena (void)
{
  DmArena  arena = { 0 };
  DmTensor kept, first, second;
  size_t   measured;
  g_autoptr (GError) error = NULL;

  plan (&arena, &kept, &first, &second);
  measured = arena.peak;
  g_assert_true (dm_arena_reserve (&arena, &error));
  g_assert_no_error (error);

  plan (&arena, &kept, &first, &second);
  g_assert_cmpuint (arena.peak, ==, measured);
  g_assert_cmpuint (arena.capacity, ==, measured);
  g_assert_cmpuint ((uintptr_t) arena.base % (2 << 20), ==, 0);
  g_assert_true (first.data == second.data);
  g_assert_cmpuint ((uintptr_t) first.data % 64, ==, 0);

  dm_arena_clear (&arena);
  g_assert_null (arena.base);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tensor/layout", test_layout);
  g_test_add_func ("/tensor/views", test_views);
  g_test_add_func ("/tensor/arena", test_arena);

  return g_test_run ();
}
