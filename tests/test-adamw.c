/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "train/adamw.h"

/* A matrix, which decays, and a bias, which does not. The first is longer than
 * one chunk of the norm.
 */
#define ROWS 300
#define COLUMNS 257

static DmParams *
new_params (void)
{
  DmParams *params = dm_params_new ();

  dm_params_add (params, "layer", "weight", DM_SHAPE (ROWS, COLUMNS),
                 DM_INIT_UNIFORM, COLUMNS);
  dm_params_add (params, "layer", "bias", DM_SHAPE (ROWS), DM_INIT_ZERO,
                 COLUMNS);
  dm_params_allocate (params);
  dm_params_allocate_gradients (params);

  for (size_t i = 0; i < params->n_params; i++)
    dm_test_random (params->list[i]->value, params->list[i]->n, (uint32_t) i);

  return params;
}

static void
draw_gradients (DmParams *params, uint32_t step)
{
  for (size_t i = 0; i < params->n_params; i++)
    dm_test_random (params->list[i]->gradient, params->list[i]->n,
                    10 + 2 * step + (uint32_t) i);
}

/* Algorithm 2 of Loshchilov & Hutter for one value, in double precision. */
typedef struct
{
  double w, m, v;
} Scalar;

static void
scalar_step (Scalar               *self,
             const DmAdamwOptions *o,
             double                g,
             double                rate,
             double                decay,
             int                   n)
{
  double w = self->w;

  self->m = o->beta1 * self->m + (1.0 - o->beta1) * g;
  self->v = o->beta2 * self->v + (1.0 - o->beta2) * g * g;
  self->w -=
      rate *
      (self->m / (1.0 - pow (o->beta1, n)) /
           (sqrt (self->v / (1.0 - pow (o->beta2, n))) + o->variance_floor) +
       decay * w);
}

/* Three steps are those of the formula: decay of matrices alone, and the
 * gradient scaled to the norm `clip`.
 */
static void
test_formula (void)
{
  DmAdamwOptions     options = DM_ADAMW_INIT;
  DmParams          *params = new_params ();
  DmContext          context = { .kernels = dm_kernels_get_default () };
  DmAdamw            self;
  size_t             n = params->n_values;
  g_autofree Scalar *wanted = g_new0 (Scalar, n);

  options.decay = 0.1;
  options.clip = 270.0;
  dm_adamw_init (&self, &options, params);
  for (size_t i = 0; i < n; i++)
    wanted[i].w = params->values[i];

  for (int step = 1; step <= 3; step++)
    {
      double rate = 0.01 * step, norm, sum = 0.0;

      draw_gradients (params, (uint32_t) step);
      for (size_t i = 0; i < n; i++)
        sum += (double) params->gradients[i] * params->gradients[i];

      norm = dm_adamw_norm (params, &context);
      g_assert_cmpfloat_with_epsilon (norm, sqrt (sum), 1e-4 * norm);
      g_assert_cmpfloat (norm, >, options.clip);

      for (size_t i = 0; i < n; i++)
        {
          gboolean bias = i >= params->list[1]->offset;

          scalar_step (&wanted[i], &options,
                       params->gradients[i] * options.clip / sqrt (sum), rate,
                       bias ? 0.0 : options.decay, step);
        }
      dm_adamw_step (&self, params, rate, norm, &context);
    }

  for (size_t i = 0; i < n; i++)
    if (!(fabs (params->values[i] - wanted[i].w) <= 2e-6))
      g_error ("value %zu: %.9g, not %.9g", i, params->values[i], wanted[i].w);

  dm_adamw_clear (&self);
  dm_params_free (params);
}

/* A gradient shorter than `clip` is left alone. */
static void
test_no_clip (void)
{
  DmAdamwOptions options = DM_ADAMW_INIT;
  DmContext      context = { .kernels = dm_kernels_get_default () };
  DmParams      *a = new_params (), *b = new_params ();
  DmAdamw        clipped, free_;

  options.clip = 1e6;
  dm_adamw_init (&clipped, &options, a);
  options.clip = 0.0;
  dm_adamw_init (&free_, &options, b);

  draw_gradients (a, 1);
  draw_gradients (b, 1);
  dm_adamw_step (&clipped, a, 0.01, dm_adamw_norm (a, &context), &context);
  dm_adamw_step (&free_, b, 0.01, dm_adamw_norm (b, &context), &context);
  dm_assert_same (a->values, b->values, a->n_values);

  dm_adamw_clear (&clipped);
  dm_adamw_clear (&free_);
  dm_params_free (a);
  dm_params_free (b);
}

/* Norm and step have the same bits for any number of workers. */
static void
test_workers (void)
{
  DmAdamwOptions options = DM_ADAMW_INIT;
  DmParams      *params[3];
  DmAdamw        self[3];
  double         norm[3];

  for (size_t i = 0; i < 3; i++)
    {
      DmPool   *pool = dm_pool_new (i + 1);
      DmContext context = { .kernels = dm_kernels_get_default (),
                            .pool = pool };

      params[i] = new_params ();
      dm_adamw_init (&self[i], &options, params[i]);
      draw_gradients (params[i], 1);
      norm[i] = dm_adamw_norm (params[i], &context);
      dm_adamw_step (&self[i], params[i], 0.01, norm[i], &context);
      dm_pool_free (pool);
    }

  for (size_t i = 1; i < 3; i++)
    {
      g_assert_true (memcmp (&norm[i], &norm[0], sizeof *norm) == 0);
      dm_assert_same (params[i]->values, params[0]->values,
                      params[0]->n_values);
      dm_assert_same (self[i].second, self[0].second, params[0]->n_values);
    }

  for (size_t i = 0; i < 3; i++)
    {
      dm_adamw_clear (&self[i]);
      dm_params_free (params[i]);
    }
}

/* One value that is not finite makes the norm so, wherever it stands. */
static void
test_not_finite (void)
{
  DmContext context = { .kernels = dm_kernels_get_default () };
  DmParams *params = new_params ();
  size_t    places[] = { 0, 70000, params->list[1]->offset + ROWS - 1 };

  for (size_t i = 0; i < G_N_ELEMENTS (places); i++)
    {
      draw_gradients (params, 1);
      g_assert_true (isfinite (dm_adamw_norm (params, &context)));
      params->gradients[places[i]] = i == 1 ? INFINITY : NAN;
      g_assert_false (isfinite (dm_adamw_norm (params, &context)));
    }

  dm_params_free (params);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/adamw/formula", test_formula);
  g_test_add_func ("/adamw/no-clip", test_no_clip);
  g_test_add_func ("/adamw/workers", test_workers);
  g_test_add_func ("/adamw/not-finite", test_not_finite);

  return g_test_run ();
}
