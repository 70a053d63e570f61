/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * run-unet MODEL IN OUT [train]
 *
 * Runs a network once on the inputs of another program and writes what it said;
 * then once more for each line on standard input, answering with the seconds
 * that it took. With "train" a run is a whole step of training.
 *
 * IN and OUT are .safetensors files. IN: xt [n, h, w, c], logsnr [n], class_id
 * [n], with -1 for the null class; to train also want, as xt. OUT: pred, of the
 * first run, and loss [1].
 */
#include <stdio.h>
#include <string.h>

#include "diffusion/target.h"
#include "model/model.h"
#include "train/adamw.h"
#include "train/ema.h"
#include "train/loss.h"

/* As in peers.py. */
#define RATE 1e-4
#define DECAY 0.01
#define EMA_EXPONENT 6.94

typedef struct
{
  DmUnet     *unet;
  DmUnetPlan *plan;
  DmPool     *pool;
  guint64     shape[4]; /* of xt */
  size_t      n_floats;
  float      *xt, *logsnr, *want, *pred, *dpred;
  int        *class_id;
  double      loss;

  gboolean  is_training;
  DmAdamw   adamw;
  float    *average;
  DmContext context;
} Run;

static float *
read_floats (const DmWeights *file, const char *name, size_t n, GError **error)
{
  float *value = g_new0 (float, n);

  if (dm_weights_read (file, name, value, n, error))
    return value;

  g_free (value);

  return NULL;
}

static gboolean
read_input (Run *self, const char *path, GError **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);
  g_autofree float *class_id = NULL;
  const DmStored   *xt;

  if (file == NULL)
    return FALSE;

  xt = dm_weights_find (file, "xt");
  if (xt == NULL || xt->n_dims != 4)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "%s: no tensor xt [n, h, w, c]", path);
      return FALSE;
    }

  memcpy (self->shape, xt->shape, sizeof self->shape);
  self->n_floats = xt->n_bytes / sizeof (float);
  self->xt = read_floats (file, "xt", self->n_floats, error);
  self->logsnr =
      self->xt ? read_floats (file, "logsnr", self->shape[0], error) : NULL;
  class_id = self->logsnr ?
                 read_floats (file, "class_id", self->shape[0], error) :
                 NULL;
  if (class_id == NULL)
    return FALSE;

  self->class_id = g_new (int, self->shape[0]);
  for (size_t i = 0; i < self->shape[0]; i++)
    self->class_id[i] = (int) class_id[i];
  self->pred = g_new0 (float, self->n_floats);
  self->dpred = g_new0 (float, self->n_floats);
  if (self->is_training)
    self->want = read_floats (file, "want", self->n_floats, error);

  return !self->is_training || self->want != NULL;
}

static gboolean
read_model (Run *self, const char *path, GError **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);
  DmPlanMode      mode = self->is_training ? DM_PLAN_TRAIN : DM_PLAN_INFER;
  const DmConfig *config;

  if (file == NULL)
    return FALSE;

  config = dm_weights_get_config (file);
  if (config == NULL)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "%s: describes no network", path);
      return FALSE;
    }

  self->unet = dm_unet_new (config);
  if (!dm_params_read (dm_unet_get_params (self->unet), file, error))
    return FALSE;

  dm_unet_pack (self->unet, mode, self->pool);
  self->plan = dm_unet_plan_new (
      self->unet, mode, self->shape[0], self->shape[1], self->shape[2],
      config->circular ? DM_WRAP_XY : DM_WRAP_NONE, self->pool, error);

  return self->plan != NULL;
}

static void
prepare_training (Run *self)
{
  DmAdamwOptions options = DM_ADAMW_INIT;
  DmParams      *params = dm_unet_get_params (self->unet);

  options.beta2 = 0.999;
  options.decay = DECAY;
  options.clip = 0.0;
  dm_params_allocate_gradients (params);
  dm_adamw_init (&self->adamw, &options, params);
  self->average = g_new0 (float, params->n_values);
  self->context =
      (DmContext){ .kernels = dm_kernels_get_default (), .pool = self->pool };
}

static void
train_step (Run *self)
{
  DmParams *params = dm_unet_get_params (self->unet);
  double    norm;

  dm_params_zero_gradients (params);
  dm_unet_forward (self->unet, self->plan, self->pred, self->xt, self->logsnr,
                   self->class_id);
  self->loss = dm_loss_measure (self->dpred, self->pred, self->want,
                                self->n_floats, 1.0 / self->n_floats);
  dm_unet_backward (self->unet, self->plan, NULL, self->dpred);
  norm = dm_adamw_norm (params, &self->context);
  dm_adamw_step (&self->adamw, params, RATE, norm, &self->context);
  dm_ema_step (self->average, params, EMA_EXPONENT, self->adamw.n_steps,
               &self->context);
  dm_unet_pack (self->unet, DM_PLAN_TRAIN, self->pool);
}

static double
run_once (Run *self)
{
  gint64 start = g_get_monotonic_time ();

  if (self->is_training)
    train_step (self);
  else
    dm_unet_forward (self->unet, self->plan, self->pred, self->xt, self->logsnr,
                     self->class_id);

  return (g_get_monotonic_time () - start) * 1e-6;
}

static gboolean
write_output (const Run *self, const char *path, GError **error)
{
  float     loss = (float) self->loss;
  DmToStore tensors[2] = {
    { "pred", DM_DTYPE_F32, 4, { 0 }, self->pred },
    { "loss", DM_DTYPE_F32, 1, { 1 }, &loss },
  };

  memcpy (tensors[0].shape, self->shape, sizeof self->shape);

  return dm_weights_save (path, NULL, NULL, NULL, tensors, 2, error);
}

static void
answer_lines (Run *self)
{
  char line[64];

  printf ("ready\n");
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      double seconds = run_once (self);

      printf ("%.6f %.6f\n", seconds, self->loss);
      fflush (stdout);
    }
}

static void
run_clear (Run *self)
{
  dm_unet_plan_free (self->plan);
  dm_unet_free (self->unet);
  dm_pool_free (self->pool);
  dm_adamw_clear (&self->adamw);
  g_free (self->average);
  g_free (self->xt);
  g_free (self->logsnr);
  g_free (self->want);
  g_free (self->pred);
  g_free (self->dpred);
  g_free (self->class_id);
}

int
main (int argc, char **argv)
{
  Run self = { .is_training = argc == 5 && strcmp (argv[4], "train") == 0 };
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (argc != 4 && !self.is_training)
    {
      fprintf (stderr, "usage: %s MODEL IN OUT [train]\n", argv[0]);
      return 2;
    }

  self.pool = dm_pool_new (0);
  done = read_input (&self, argv[2], &error) &&
         read_model (&self, argv[1], &error);
  if (done)
    {
      if (self.is_training)
        prepare_training (&self);
      run_once (&self);
      done = write_output (&self, argv[3], &error);
    }

  if (done)
    answer_lines (&self);
  else
    fprintf (stderr, "%s: %s\n", argv[0], error->message);
  run_clear (&self);

  return done ? 0 : 1;
}
