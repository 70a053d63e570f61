/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "nn/params.h"

static DmParams *
make (void)
{
  DmParams *params = dm_params_new ();

  dm_params_add (params, "a", "weight", DM_SHAPE (50, 30, 3, 3),
                 DM_INIT_UNIFORM, 270);
  dm_params_add (params, "a", "bias", DM_SHAPE (50), DM_INIT_ZERO, 0);
  dm_params_add (params, "b", "weight", DM_SHAPE (7), DM_INIT_ONE, 0);
  dm_params_add (params, "c", "weight", DM_SHAPE (11, 1000), DM_INIT_NORMAL, 0);
  dm_params_add (params, "d", "weight", DM_SHAPE (9, 9), DM_INIT_UNIFORM, 270);
  dm_params_allocate (params);

  return params;
}

/* Values lie in one block in the order of the list, each aligned, the gaps
 * zero.
 */
static void
test_block (void)
{
  DmParams *params = make ();
  size_t    n = 0;

  dm_params_init (params, 1);
  g_assert_cmpuint (params->n_params, ==, 5);
  g_assert_cmpstr (params->list[3]->name, ==, "c.weight");
  g_assert_true (dm_params_find (params, "b.weight") == params->list[2]);
  g_assert_null (dm_params_find (params, "b"));

  for (size_t i = 0; i < params->n_params; i++)
    {
      DmParam *param = params->list[i];
      size_t   end = i + 1 < params->n_params ? params->list[i + 1]->offset :
                                                params->n_values;

      g_assert_true (param->value == params->values + param->offset);
      g_assert_cmpuint ((uintptr_t) param->value % 64, ==, 0);
      for (size_t j = param->offset + param->n; j < end; j++)
        g_assert_true (params->values[j] == 0.0f);
      n += param->n;
    }
  g_assert_cmpuint (params->n_elements, ==, n);
  g_assert_true (params->list[0]->decay && !params->list[1]->decay &&
                 !params->list[2]->decay && params->list[3]->decay);

  dm_params_free (params);
}

/* First values have the law that was asked for, and follow from the seed. */
static void
test_init (void)
{
  DmParams *params = make (), *again = make ();
  double    bound = 1.0 / sqrt (270.0);
  DmParam **list = params->list;

  dm_params_init (params, 5);
  dm_params_init (again, 5);
  dm_assert_same (params->values, again->values, params->n_values);

  for (size_t i = 0; i < list[0]->n; i++)
    g_assert_true (fabs (list[0]->value[i]) <= bound);
  g_assert_cmpfloat_with_epsilon (
      dm_test_deviation (list[0]->value, list[0]->n), bound / sqrt (3.0),
      0.01 * bound);
  g_assert_true (list[1]->value[49] == 0.0f && list[2]->value[6] == 1.0f);
  g_assert_cmpfloat_with_epsilon (
      dm_test_deviation (list[3]->value, list[3]->n), 1.0, 0.02);

  /* no two parameters share their draws */
  g_assert_true (list[0]->value[0] != list[4]->value[0]);

  dm_params_init (again, 6);
  g_assert_true (list[0]->value[0] != again->list[0]->value[0]);

  dm_params_free (params);
  dm_params_free (again);
}

static void
test_gradients (void)
{
  DmParams *params = make ();

  dm_params_allocate_gradients (params);
  dm_test_random (params->gradients, params->n_values, 1);
  dm_params_zero_gradients (params);
  for (size_t i = 0; i < params->n_values; i++)
    g_assert_true (params->gradients[i] == 0.0f);
  g_assert_true (params->list[3]->gradient ==
                 params->gradients + params->list[3]->offset);

  dm_params_free (params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/params/block", test_block);
  g_test_add_func ("/params/init", test_init);
  g_test_add_func ("/params/gradients", test_gradients);

  return g_test_run ();
}
