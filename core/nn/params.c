/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/params.h"

#include <glib.h>
#include <math.h>
#include <string.h>

#include "tensor/rng.h"

/* Floats of a vector of the widest instruction set. */
#define ALIGNMENT 16

/**
 * dm_params_new:
 *
 * Returns: (transfer full): an empty list
 */
DmParams *
dm_params_new (void)
{
  return g_new0 (DmParams, 1);
}

/**
 * dm_params_free:
 * @self: (nullable)
 */
void
dm_params_free (DmParams *self)
{
  if (self == NULL)
    return;

  for (size_t i = 0; i < self->n_params; i++)
    {
      g_free (self->list[i]->name);
      g_free (self->list[i]);
    }

  g_aligned_free (self->values);
  g_aligned_free (self->gradients);
  g_free (self->list);
  g_free (self);
}

/**
 * dm_params_add:
 * @scope: where in the network: "down.0.block.1.conv1"
 * @name: "weight"
 * @shape: [@n_dims], use DM_SHAPE ()
 * @fan_in: inputs that one output sums over, for %DM_INIT_UNIFORM
 *
 * Returns: (transfer none): the new parameter, without a value until
 * dm_params_allocate().
 */
DmParam *
dm_params_add (DmParams     *self,
               const char   *scope,
               const char   *name,
               size_t        n_dims,
               const size_t *shape,
               DmInit        init,
               size_t        fan_in)
{
  DmParam *param = g_new0 (DmParam, 1);

  g_assert (self->values == NULL && n_dims <= G_N_ELEMENTS (param->shape));

  *param = (DmParam){
    .name = g_strconcat (scope, ".", name, NULL),
    .n_dims = n_dims,
    .n = 1,
    .offset = self->n_values,
    .init = init,
    .fan_in = fan_in,
    .decay = n_dims > 1,
  };
  memcpy (param->shape, shape, n_dims * sizeof *shape);
  for (size_t i = 0; i < n_dims; i++)
    param->n *= shape[i];

  self->list = g_renew (DmParam *, self->list, self->n_params + 1);
  self->list[self->n_params++] = param;
  self->n_elements += param->n;
  self->n_values += (param->n + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;

  return param;
}

static float *
new_block (const DmParams *self)
{
  return g_aligned_alloc0 (MAX (self->n_values, 1), sizeof (float),
                           ALIGNMENT * sizeof (float));
}

/**
 * dm_params_allocate:
 *
 * Gives every parameter its place in one block of values, zero as yet. After
 * this the list is complete.
 */
void
dm_params_allocate (DmParams *self)
{
  g_assert (self->values == NULL);

  self->values = new_block (self);
  for (size_t i = 0; i < self->n_params; i++)
    self->list[i]->value = self->values + self->list[i]->offset;
}

/**
 * dm_params_allocate_gradients:
 *
 * The same for gradients; training needs them.
 */
void
dm_params_allocate_gradients (DmParams *self)
{
  if (self->gradients != NULL)
    return;

  self->gradients = new_block (self);
  for (size_t i = 0; i < self->n_params; i++)
    self->list[i]->gradient = self->gradients + self->list[i]->offset;
}

static void
init_one (DmParam *param, DmRng rng)
{
  switch (param->init)
    {
    case DM_INIT_ZERO:
      memset (param->value, 0, param->n * sizeof *param->value);
      break;

    case DM_INIT_ONE:
      for (size_t i = 0; i < param->n; i++)
        param->value[i] = 1.0f;
      break;

    case DM_INIT_UNIFORM:
      dm_rng_uniform (param->value, param->n, rng, param->offset);
      for (size_t i = 0; i < param->n; i++)
        param->value[i] =
            (2.0f * param->value[i] - 1.0f) / sqrtf ((float) param->fan_in);
      break;

    case DM_INIT_NORMAL:
      dm_rng_normal (param->value, param->n, rng, param->offset);
      break;
    }
}

/**
 * dm_params_init:
 *
 * First values for training, a function of @seed and the list alone.
 */
void
dm_params_init (DmParams *self, uint64_t seed)
{
  DmRng rng = { .seed = seed, .stream = DM_STREAM_WEIGHTS };

  for (size_t i = 0; i < self->n_params; i++)
    init_one (self->list[i], rng);
}

/**
 * dm_params_zero_gradients:
 */
void
dm_params_zero_gradients (DmParams *self)
{
  memset (self->gradients, 0, self->n_values * sizeof *self->gradients);
}

/**
 * dm_params_find:
 *
 * Returns: (transfer none) (nullable): the parameter of that name
 */
DmParam *
dm_params_find (const DmParams *self, const char *name)
{
  for (size_t i = 0; i < self->n_params; i++)
    if (strcmp (self->list[i]->name, name) == 0)
      return self->list[i];

  return NULL;
}
