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

#include "model/model.h"
#include "network-run.h"

typedef struct
{
  DmUnet      *unet;
  DmPool      *pool;
  guint64      shape[4]; /* of xt */
  DmNetworkRun run;
} Program;

static DmUnet *
read_unet (const char *path, GError **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (path, error);
  g_autoptr (DmUnet) unet = NULL;
  const DmConfig *config;

  if (file == NULL)
    return NULL;

  config = dm_weights_get_config (file);
  if (config == NULL)
    {
      g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
                   "%s: describes no network", path);
      return NULL;
    }

  unet = dm_unet_new (config);
  if (!dm_params_read (dm_unet_get_params (unet), file, error))
    return NULL;

  return g_steal_pointer (&unet);
}

static gboolean
read_shape (Program         *self,
            const DmWeights *file,
            const char      *path,
            GError         **error)
{
  const DmConfig *config = dm_unet_get_config (self->unet);
  const DmStored *xt = dm_weights_find (file, "xt");

  if (xt != NULL && xt->n_dims == 4 && xt->shape[3] == config->channels)
    {
      memcpy (self->shape, xt->shape, sizeof self->shape);
      return TRUE;
    }

  g_set_error (error, G_FILE_ERROR, G_FILE_ERROR_INVAL,
               "%s: no tensor xt [n, h, w, %zu]", path, config->channels);

  return FALSE;
}

static gboolean
read_batch (DmNetworkRun *run, const DmWeights *file, GError **error)
{
  g_autofree float *class_id = g_new0 (float, run->n);

  if (!dm_weights_read (file, "xt", run->xt, run->n_floats, error) ||
      !dm_weights_read (file, "logsnr", run->logsnr, run->n, error) ||
      !dm_weights_read (file, "class_id", class_id, run->n, error))
    return FALSE;

  for (size_t i = 0; i < run->n; i++)
    run->class_id[i] = (int) class_id[i];

  return run->mode == DM_PLAN_INFER ||
         dm_weights_read (file, "want", run->want, run->n_floats, error);
}

static gboolean
prepare (Program    *self,
         const char *model,
         const char *input,
         DmPlanMode  mode,
         GError    **error)
{
  g_autoptr (DmWeights) file = dm_weights_open (input, error);

  if (file == NULL)
    return FALSE;

  self->pool = dm_pool_new (0);
  self->unet = read_unet (model, error);

  return self->unet != NULL && read_shape (self, file, input, error) &&
         dm_network_run_init (&self->run, self->unet, mode, self->shape[0],
                              self->shape[1], self->shape[2], self->pool,
                              error) &&
         read_batch (&self->run, file, error);
}

static gboolean
write_output (const Program *self, const char *path, GError **error)
{
  float     loss = (float) self->run.loss;
  DmToStore tensors[2] = {
    { "pred", DM_DTYPE_F32, 4, { 0 }, self->run.pred },
    { "loss", DM_DTYPE_F32, 1, { 1 }, &loss },
  };

  memcpy (tensors[0].shape, self->shape, sizeof self->shape);

  return dm_weights_save (path, NULL, NULL, NULL, tensors, 2, error);
}

static void
answer_lines (DmNetworkRun *run)
{
  char line[64];

  printf ("ready\n");
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      gint64 start = g_get_monotonic_time ();

      dm_network_run_step (run);
      printf ("%.6f %.6f\n", (g_get_monotonic_time () - start) * 1e-6,
              run->loss);
      fflush (stdout);
    }
}

int
main (int argc, char **argv)
{
  gboolean is_training = argc == 5 && strcmp (argv[4], "train") == 0;
  Program  self = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (argc != 4 && !is_training)
    {
      fprintf (stderr, "usage: %s MODEL IN OUT [train]\n", argv[0]);
      return 2;
    }

  done = prepare (&self, argv[1], argv[2],
                  is_training ? DM_PLAN_TRAIN : DM_PLAN_INFER, &error);
  if (done)
    {
      dm_network_run_step (&self.run);
      done = write_output (&self, argv[3], &error);
    }

  if (done)
    answer_lines (&self.run);
  else
    fprintf (stderr, "%s: %s\n", argv[0], error->message);
  dm_network_run_clear (&self.run);
  dm_unet_free (self.unet);
  dm_pool_free (self.pool);

  return done ? 0 : 1;
}
