/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model-case.h"

#include <glib/gstdio.h>

/* Every value is held exactly by every type of number. */
static void
fill (DmParams *params)
{
  for (size_t i = 0; i < params->n_params; i++)
    for (size_t k = 0; k < params->list[i]->n; k++)
      params->list[i]->value[k] = ((float) ((i + k) % 17) - 8.0f) / 16.0f;
}

void
dm_model_case_init (DmModelCase *self, DmDtype dtype)
{
  DmParams *params;

  *self = (DmModelCase){ .card = dm_card_new () };
  dm_config_init (&self->config);
  self->config.resolution = 4;
  self->config.n_classes = 2;
  self->config.width = 4;
  self->config.n_levels = 2;
  self->config.multipliers[1] = 2;
  self->config.attention[1] = true;
  self->config.n_blocks = 1;
  self->config.n_groups = 2;
  self->config.embedding = 6;

  g_strfreev (self->card->class_names);
  self->card->class_names = g_strsplit ("Große Hütte|b", "|", -1);
  self->card->images_per_class = g_new0 (gint64, 2);
  self->card->images_per_class[0] = 3;
  self->card->images_per_class[1] = 4;

  self->unet = dm_unet_new (&self->config);
  params = dm_unet_get_params (self->unet);
  fill (params);

  self->n_tensors = (guint) params->n_params;
  self->tensors = g_new0 (DmToStore, self->n_tensors + 1);
  for (guint i = 0; i < self->n_tensors; i++)
    {
      const DmParam *param = params->list[i];

      self->tensors[i].name = param->name;
      self->tensors[i].dtype = dtype;
      self->tensors[i].n_dims = (guint) param->n_dims;
      for (size_t d = 0; d < param->n_dims; d++)
        self->tensors[i].shape[d] = param->shape[d];
      self->tensors[i].value = param->value;
    }
}

void
dm_model_case_clear (DmModelCase *self)
{
  dm_unet_free (self->unet);
  dm_card_free (self->card);
  g_free (self->tensors);
}

void
dm_model_case_save (const DmModelCase *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  dm_weights_save (path, &self->config, self->card, NULL, self->tensors,
                   self->n_tensors, &error);
  g_assert_no_error (error);
}

void
dm_test_remove (const char *path)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    dir = g_dir_open (path, 0, NULL);

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      dm_test_remove (child);
    }
  g_remove (path);
}

/* GEGL's modules leave allocations and are unloaded: the leak sanitizer cannot
 * even say whose they are. Our own leaks are seen by the tests of the library.
 */
void
dm_test_forgive_leaks (void)
{
  const char      *options = g_getenv ("ASAN_OPTIONS");
  g_autofree char *forgiving =
      g_strconcat (options != NULL ? options : "", ":detect_leaks=0", NULL);

  g_setenv ("ASAN_OPTIONS", forgiving, TRUE);
}
