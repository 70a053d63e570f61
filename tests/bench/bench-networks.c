/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "bench.h"
#include "check.h"
#include "model/unet-private.h"
#include "network-run.h"

/* The networks of reference/unet.py. */
static DmConfig
get_config (const char *name)
{
  DmConfig config;

  dm_config_init (&config); /* which is A */
  if (*name == 'B')
    {
      config.resolution = 64;
      config.width = 128;
      config.n_levels = 4;
      for (size_t i = 0; i < 4; i++)
        config.multipliers[i] = i + 1;
      config.n_blocks = 3;
      config.attention[3] = true;
      config.embedding = 512;
    }

  return config;
}

static const struct
{
  const char *name, *network, *task;
  size_t      n;
} cases[] = {
  { "A/forward/2", "A", "forward", 2 },
  { "A/forward/16", "A", "forward", 16 },
  { "A/train/32", "A", "train", 32 },
  { "B/forward/2", "B", "forward", 2 },
  { "B/forward/16", "B", "forward", 16 },
};

/* --- multiplications of a forward pass ----------------------------------- */

static double
count_res (const DmResBlock *self, double pixels)
{
  double c_in = (double) self->c_in, c_out = (double) self->c_out;

  return pixels * 9.0 * (c_in + c_out) * c_out +
         pixels * (double) (self->skip.c_in * self->skip.c_out) +
         (double) (self->condition.c_in * self->condition.c_out);
}

static double
count_attention (const DmAttention *self, double pixels)
{
  double c = (double) self->c;

  return 4.0 * pixels * c * c + 2.0 * pixels * pixels * c;
}

static double
count_stage (const DmStage *self, double side)
{
  double to = side;

  if (self->kind == DM_STAGE_RES)
    return count_res (&self->res, side * side);
  if (self->kind == DM_STAGE_ATTENTION)
    return count_attention (&self->attention, side * side);

  if (self->kind == DM_STAGE_DOWN)
    to = side / 2.0;
  else if (self->kind == DM_STAGE_UP)
    to = side * 2.0;

  return to * to * 9.0 * (double) (self->c_in * self->c_out);
}

/* Multiplications for one picture, all convolutions done directly. */
static double
count_products (const DmUnet *unet)
{
  const DmConfig *config = &unet->config;
  double          embedding = (double) config->embedding;
  double          n = embedding * (embedding + (double) config->width);

  for (size_t i = 0; i < unet->n_stages; i++)
    {
      const DmStage *stage = unet->stages[i];

      n += count_stage (
          stage, (double) (config->resolution / config->patch >> stage->level));
    }

  return n;
}

/* --- cases ---------------------------------------------------------------- */

/* A network and how many cases use it. */
typedef struct
{
  DmUnet *unet;
  guint   n_users;
} Network;

typedef struct
{
  DmNetworkRun run;
  Network     *network;
} NetworkCase;

static Network *
network_new (const char *name)
{
  Network *self = g_new0 (Network, 1);
  DmConfig config = get_config (name);

  self->unet = dm_unet_new (&config);
  dm_params_init (dm_unet_get_params (self->unet), 1);

  return self;
}

static void
network_unref (Network *self)
{
  if (--self->n_users > 0)
    return;

  dm_unet_free (self->unet);
  g_free (self);
}

static void
case_run (void *data)
{
  NetworkCase *self = data;

  dm_network_run_step (&self->run);
}

static void
case_free (void *data)
{
  NetworkCase *self = data;

  dm_network_run_clear (&self->run);
  network_unref (self->network);
  g_free (self);
}

static NetworkCase *
case_new (
    Network *network, DmPlanMode mode, size_t n, DmPool *pool, GError **error)
{
  NetworkCase  *self = g_new0 (NetworkCase, 1);
  DmNetworkRun *run = &self->run;
  size_t        side = network->unet->config.resolution;

  self->network = network;
  network->n_users++;
  if (!dm_network_run_init (run, network->unet, mode, n, side, side, pool,
                            error))
    {
      case_free (self);
      return NULL;
    }

  dm_test_random (run->xt, run->n_floats, 1);
  dm_test_random (run->want, run->n_floats, 2);
  for (size_t i = 0; i < n; i++)
    {
      run->logsnr[i] = 10.0f - (float) i;
      run->class_id[i] = i == 1 ? DM_CLASS_NULL : (int) (i % 10);
    }

  return self;
}

/* Networks A and B, forward and in training. */
gboolean
bench_add_networks (Bench *self, GError **error)
{
  Network *network = NULL;

  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      DmPlanMode   mode = *cases[i].task == 't' ? DM_PLAN_TRAIN : DM_PLAN_INFER;
      double       flops;
      NetworkCase *one;

      if (i == 0 || *cases[i].network != *cases[i - 1].network)
        network = NULL;
      if (!bench_wants (self, cases[i].name))
        continue;

      if (network == NULL)
        network = network_new (cases[i].network);
      one = case_new (network, mode, cases[i].n, self->pool, error);
      if (one == NULL)
        return FALSE;

      /* backward computes a gradient of the input and one of the weights */
      flops = 2.0 * count_products (network->unet) * (double) cases[i].n *
              (mode == DM_PLAN_TRAIN ? 3.0 : 1.0);
      bench_add (self, cases[i].name, flops, 0.0, case_run, one, case_free);
    }

  return TRUE;
}
