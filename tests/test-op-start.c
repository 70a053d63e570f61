/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>
#include <time.h>

#include "catalogue.h"
#include "model-case.h"

#include "model/card.h"
#include "model/model.h"
#include "model/unet.h"

/* What every program that uses GEGL pays for models that are installed: their
 * headers are read, their weights are not.
 */
#define N_MODELS 20

/* A number of @name in a file of /proc; 0 if the system does not tell. */
static guint64
read_number (const char *file, const char *name)
{
  g_autofree char *text = NULL;
  const char      *found;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return 0;
  found = strstr (text, name);

  return found != NULL ? g_ascii_strtoull (found + strlen (name), NULL, 10) : 0;
}

/* Bytes that this process has asked files for. */
static guint64
count_read (void)
{
  return read_number ("/proc/self/io", "rchar: ");
}

static void
save_model (const char *path)
{
  DmConfig config;
  g_autoptr (DmUnet) unet = NULL;
  g_autoptr (DmCard) card = dm_card_new ();
  g_autoptr (GError) error = NULL;
  DmParams             *params;
  g_autofree DmToStore *tensors = NULL;

  dm_config_init (&config);
  config.resolution = 16;
  config.n_classes = 2;
  config.width = 64;
  config.n_levels = 2;
  config.multipliers[1] = 2;
  unet = dm_unet_new (&config);
  params = dm_unet_get_params (unet);
  tensors = g_new0 (DmToStore, params->n_params);
  g_strfreev (card->class_names);
  card->class_names = g_strsplit ("Ant,Bee", ",", -1);

  for (guint i = 0; i < params->n_params; i++)
    {
      const DmParam *param = params->list[i];

      tensors[i] = (DmToStore){ .name = param->name,
                                .dtype = DM_DTYPE_F32,
                                .n_dims = (guint) param->n_dims,
                                .value = param->value };
      for (size_t d = 0; d < param->n_dims; d++)
        tensors[i].shape[d] = param->shape[d];
    }

  dm_weights_save (path, &config, card, NULL, tensors, (guint) params->n_params,
                   &error);
  g_assert_no_error (error);
}

static void
test_headers_alone (void)
{
  g_autofree char *folder = g_dir_make_tmp ("dm-start-XXXXXX", NULL);
  g_autofree char *first = g_build_filename (folder, "0.safetensors", NULL);
  g_autofree char *data = NULL;
  gsize            size;
  guint64          read, most;
  clock_t          begin;

  save_model (first);
  g_assert_true (g_file_get_contents (first, &data, &size, NULL));
  for (int i = 1; i < N_MODELS; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d.safetensors", folder, i);

      g_assert_true (g_file_set_contents (path, data, (gssize) size, NULL));
    }
  g_setenv ("GEGL_DIFFUSION_MODELS", folder, TRUE);
  g_setenv ("XDG_DATA_HOME", "/proc/nonexistent", TRUE);
  g_setenv ("XDG_DATA_DIRS", "/proc/nonexistent", TRUE);

  read = count_read ();
  begin = clock ();
  g_assert_cmpuint (dm_catalogue_get ()->len, ==, N_MODELS);
  g_test_message ("%d models of %.1f MB: %.1f ms of a processor", N_MODELS,
                  (double) size / 1e6,
                  (double) (clock () - begin) * 1e3 / CLOCKS_PER_SEC);

  /* names, places and sizes of tensors are a small part of a file */
  most = N_MODELS * size / 20;
  g_test_message ("%.0f kB read", (double) (count_read () - read) / 1e3);
  if (read == 0)
    {
      g_test_skip ("the system does not tell what is read");
    }
  else
    {
      /* all headers, by reading: who maps a file reads nothing */
      g_assert_cmpuint (count_read () - read, >, N_MODELS * 1000);
      g_assert_cmpuint (count_read () - read, <, most);
    }

  dm_test_remove (folder);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/op/start/headers-alone", test_headers_alone);

  return g_test_run ();
}
