/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * compare-training DATA [--steps N]
 *
 * Trains a small network three times: with all convolutions done directly, with
 * the algorithms that the planner chooses, and directly from another seed. If
 * Winograd's rounding harms nothing, the first two curves of the loss differ by
 * less than the first and the third. Exit status: 0 if so, 1 if not.
 */
#include <math.h>
#include <stdio.h>

#include "network-run.h"
#include "train/dataset.h"
#include "train/loss.h"

#define SIDE 16
#define BATCH 16
#define RATE 1e-3
#define N_WINDOWS 10

/* Mean loss of each tenth of the steps. */
typedef struct
{
  double mean[N_WINDOWS];
} Curve;

typedef struct
{
  const DmDataset *set;
  DmPool          *pool;
  size_t           n_steps;
} Training;

static DmUnet *
make_unet (const DmDataset *set, gboolean direct, guint64 seed)
{
  DmConfig config;
  DmUnet  *unet;

  dm_config_init (&config);
  config.resolution = set->side;
  config.channels = set->channels;
  config.n_classes = set->n_classes;
  config.width = 16;
  config.n_blocks = 1;
  config.n_groups = 8;
  config.head_width = 32;
  config.embedding = 64;
  config.prediction = DM_PREDICTION_V;

  unet = direct ? dm_unet_new_direct (&config) : dm_unet_new (&config);
  dm_params_init (dm_unet_get_params (unet), seed);

  return unet;
}

/* Pictures, times, noise and dropped classes are functions of the seed alone.
 */
static void
draw_batch (DmNetworkRun *run, const DmDataset *set, guint64 seed, size_t step)
{
  const DmConfig *config = dm_unet_get_config (run->unet);
  size_t          floats = run->n_floats / run->n;
  DmLoss          loss = {
             .target = { config->prediction, config->sigma_data },
             .schedule = { config->logsnr_min, config->logsnr_max },
             .p_uncond = 0.1,
             .noise_spread = 1.0,
             .seed = seed,
  };
  DmLossBatch       batch = { .input = run->xt,
                              .want = run->want,
                              .logsnr = run->logsnr,
                              .class_id = run->class_id };
  g_autofree float *x0 = g_new (float, floats);

  for (size_t i = 0; i < run->n; i++)
    {
      guint64 picture = step * run->n + i;
      float   scale;

      run->class_id[i] = dm_dataset_draw (set, x0, &scale, seed, picture);
      dm_loss_draw (&loss, &batch, x0, i, floats, picture);
    }
}

static gboolean
train (Curve          *curve,
       const Training *training,
       gboolean        direct,
       guint64         seed,
       GError        **error)
{
  const DmDataset *set = training->set;
  g_autoptr (DmUnet) unet = make_unet (set, direct, seed);
  DmNetworkRun run;
  gint64       start = g_get_monotonic_time ();

  *curve = (Curve){ { 0 } };
  if (!dm_network_run_init (&run, unet, DM_PLAN_TRAIN, BATCH, set->side,
                            set->side, training->pool, error))
    return FALSE;

  run.rate = RATE;
  for (size_t step = 0; step < training->n_steps; step++)
    {
      size_t window = step * N_WINDOWS / training->n_steps;
      size_t begin = (window * training->n_steps + N_WINDOWS - 1) / N_WINDOWS;
      size_t end =
          ((window + 1) * training->n_steps + N_WINDOWS - 1) / N_WINDOWS;

      draw_batch (&run, set, seed, step);
      dm_network_run_step (&run);
      curve->mean[window] += run.loss / (double) (end - begin);
    }

  g_printerr ("%s, seed %" G_GUINT64_FORMAT ": %.0f s\n",
              direct ? "direct" : "planned", seed,
              (double) (g_get_monotonic_time () - start) * 1e-6);
  dm_network_run_clear (&run);

  return TRUE;
}

/* Root of the mean square of a - b. */
static double
get_distance (const Curve *a, const Curve *b)
{
  double sum2 = 0.0;

  for (size_t i = 0; i < N_WINDOWS; i++)
    sum2 += pow (a->mean[i] - b->mean[i], 2.0);

  return sqrt (sum2 / N_WINDOWS);
}

/* Returns: whether the planned run follows the direct one. */
static gboolean
report (const Curve *direct,
        const Curve *planned,
        const Curve *other,
        size_t       n_steps)
{
  double distance = get_distance (planned, direct);
  double noise = get_distance (other, direct);

  printf ("%-12s %10s %10s %12s\n", "up to step", "direct", "planned",
          "other seed");
  for (size_t i = 0; i < N_WINDOWS; i++)
    printf ("%-12zu %10.5f %10.5f %12.5f\n", (i + 1) * n_steps / N_WINDOWS,
            direct->mean[i], planned->mean[i], other->mean[i]);
  printf ("planned from direct: %.2g; another seed from direct: %.2g\n",
          distance, noise);

  /* a loss that is not a number follows nothing */
  if (distance < noise)
    {
      printf ("The planned run follows the direct one.\n");
      return TRUE;
    }
  printf ("The planned run does NOT follow the direct one.\n");

  return FALSE;
}

static gboolean
run (const char *path, int n_steps, gboolean *follows, GError **error)
{
  DmDatasetOptions options = { .side = SIDE };
  g_autoptr (DmDataset) set = dm_dataset_open (path, &options, error);
  Training training = { .set = set, .n_steps = (size_t) n_steps };
  Curve    direct, planned, other;
  gboolean done;

  if (set == NULL)
    return FALSE;

  training.pool = dm_pool_new (0);
  done = train (&direct, &training, TRUE, 1, error) &&
         train (&planned, &training, FALSE, 1, error) &&
         train (&other, &training, TRUE, 2, error);
  dm_pool_free (training.pool);
  if (done)
    *follows = report (&direct, &planned, &other, training.n_steps);

  return done;
}

int
main (int argc, char **argv)
{
  int                n_steps = 500;
  const GOptionEntry entries[] = {
    { "steps", 0, 0, G_OPTION_ARG_INT, &n_steps, "Of each training, 500", "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new ("DATA");
  g_autoptr (GError) error = NULL;
  gboolean follows = FALSE;

  g_option_context_add_main_entries (context, entries, NULL);
  if (g_option_context_parse (context, &argc, &argv, &error) &&
      (argc != 2 || n_steps < N_WINDOWS))
    g_set_error (&error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                 "takes one folder of pictures and at least %d steps",
                 N_WINDOWS);
  if (error == NULL)
    run (argv[1], n_steps, &follows, &error);

  if (error != NULL)
    {
      g_printerr ("compare-training: %s\n", error->message);
      return error->domain == G_OPTION_ERROR ? 2 : 1;
    }

  return follows ? 0 : 1;
}
