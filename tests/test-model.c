/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "limit-case.h"
#include "model-case.h"
#include "model/model.h"
#include "tensor/error.h"

static char *folder;

static char *
save (const DmModelCase *sample, const char *name)
{
  char *path = g_build_filename (folder, name, NULL);

  dm_model_case_save (sample, path);

  return path;
}

/* The network that is loaded has the values that were saved; its references
 * are counted.
 */
static void
test_load (void)
{
  DmModelCase      sample;
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (DmModel) model = NULL;
  const DmParams *saved, *loaded;

  dm_model_case_init (&sample, DM_DTYPE_F32);
  path = save (&sample, "small.safetensors");
  model = dm_model_load (path, &error);
  g_assert_no_error (error);

  dm_model_unref (dm_model_ref (model));
  saved = dm_unet_get_params (sample.unet);
  loaded = dm_unet_get_params ((DmUnet *) dm_model_get_unet (model));
  for (size_t i = 0; i < saved->n_params; i++)
    dm_assert_same (saved->list[i]->value, loaded->list[i]->value,
                    saved->list[i]->n);
  g_assert_cmpuint (dm_model_get_config (model)->width, ==, 4);
  g_assert_cmpstr (dm_model_get_card (model)->title, ==, "Small");
  g_assert_cmpstr (dm_model_get_card (model)->class_names[1], ==, "b");

  dm_model_case_clear (&sample);
}

static void
assert_refused (const DmModelCase *sample, int code, const char *fault)
{
  g_autofree char *path = save (sample, "bad.safetensors");
  g_autoptr (GError) error = NULL;

  g_assert_null (dm_model_load (path, &error));
  g_assert_error (error, DM_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, path));
  if (strstr (error->message, fault) == NULL)
    g_error ("“%s” does not mention “%s”", error->message, fault);
}

/* Tensors must be just those of the network, in its shapes, and numbers. */
static void
test_tensors (void)
{
  DmModelCase sample;
  float       values[8] = { 0, 0, 0, NAN, 0, 0, 0, 0 };
  DmToStore  *last, kept;

  dm_model_case_init (&sample, DM_DTYPE_F32);
  last = &sample.tensors[sample.n_tensors - 1];
  kept = *last;
  g_assert_cmpstr (last->name, ==, "conv_out.bias");

  sample.n_tensors--;
  assert_refused (&sample, DM_ERROR_CORRUPT, "“conv_out.bias” is missing");
  sample.n_tensors++;

  last[1] = (DmToStore){ "extra", DM_DTYPE_F32, 1, { 8 }, values };
  sample.n_tensors++;
  assert_refused (&sample, DM_ERROR_CORRUPT, "“extra” is not part");
  sample.n_tensors--;

  last->n_dims = 2;
  last->shape[1] = 1;
  assert_refused (&sample, DM_ERROR_CORRUPT, "[3, 1]; the network needs [3]");
  *last = kept;

  last->value = values + 1;
  assert_refused (&sample, DM_ERROR_CORRUPT, "“conv_out.bias” has values");
  values[3] = INFINITY;
  assert_refused (&sample, DM_ERROR_CORRUPT, "“conv_out.bias” has values");

  dm_model_case_clear (&sample);
}

/* A small file cannot make the host ask for the memory of a large network. */
static void
test_greedy (void)
{
  DmModelCase sample;

  dm_model_case_init (&sample, DM_DTYPE_F32);
  sample.config.width = 256;
  sample.config.n_blocks = 4;
  assert_refused (&sample, DM_ERROR_CORRUPT, "too few values");

  dm_model_case_clear (&sample);
}

/* Tensors without a description, such as a trainer's state, are no model. */
static void
test_no_model (void)
{
  g_autofree char *path = g_build_filename (folder, "plain", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) header_error = NULL;

  g_assert_true (dm_weights_save (path, NULL, NULL, NULL, NULL, 0, &error));
  g_assert_null (dm_model_load (path, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED);
  g_assert_null (dm_model_open_header (path, &header_error));
  g_assert_cmpstr (error->message, ==, header_error->message);
}

static void
touch (const char *where, const char *name)
{
  g_autofree char *path = g_build_filename (folder, where, name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "", 0, NULL));
}

static void
assert_found (const char *name, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = dm_model_find (name, &error);
  g_autofree char *expected = g_build_filename (folder, where, NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (path, ==, expected);
}

/* The first folder wins; names are found in any case; paths are paths. */
static void
test_find (void)
{
  g_autofree char *variable = g_strdup_printf ("%s/a::%s/b", folder, folder);
  g_autofree char *path = g_build_filename (folder, "b/x", NULL);
  g_autoptr (GPtrArray) files = NULL;
  guint n_hidden = 0;

  touch ("a", "Fashion Two.safetensors");
  touch ("b", "Fashion Two.safetensors");
  touch ("b", "textures.safetensors");
  touch ("b", "notes.txt");
  touch ("b", ".hidden.safetensors");
  touch ("b", "x");
  touch ("data/gegl-diffusion/models", "user.safetensors");
  g_setenv ("GEGL_DIFFUSION_MODELS", variable, TRUE);

  assert_found ("Fashion Two", "a/Fashion Two.safetensors");
  assert_found ("fashion-two", "a/Fashion Two.safetensors");
  assert_found ("TEXTURES", "b/textures.safetensors");
  assert_found ("textures.safetensors", "b/textures.safetensors");
  assert_found ("user", "data/gegl-diffusion/models/user.safetensors");
  assert_found (path, "b/x");

  files = dm_model_list ();
  g_assert_cmpuint (files->len, ==, 4);
  for (guint i = 0; i < files->len; i++)
    n_hidden += ((DmModelFile *) files->pdata[i])->hidden;
  g_assert_cmpuint (n_hidden, ==, 1);
  g_assert_true (((DmModelFile *) files->pdata[1])->hidden);
}

/* What is not found is refused with the models and folders there are. */
static void
test_not_found (void)
{
  g_autofree char *variable = g_build_filename (folder, "c", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) path_error = NULL;

  touch ("c", "one.safetensors");
  g_setenv ("GEGL_DIFFUSION_MODELS", variable, TRUE);

  g_assert_null (dm_model_find ("two", &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "one"));
  g_assert_nonnull (strstr (error->message, variable));

  g_assert_null (dm_model_find ("/two/three.safetensors", &path_error));
  g_assert_error (path_error, DM_ERROR, DM_ERROR_FILE);
  g_clear_error (&path_error);
  g_assert_null (dm_model_find ("", &path_error));
  g_assert_error (path_error, DM_ERROR, DM_ERROR_FILE);
}

#if LIMIT_CASE
/* 8 million parameters: 16 MB in the file, 32 MB as they are, 125 MB packed. */
static void
save_large (const char *path)
{
  DmModelCase sample;
  DmParams   *params;

  dm_model_case_init (&sample, DM_DTYPE_BF16);
  dm_unet_free (sample.unet);
  g_free (sample.tensors);
  sample.config.resolution = 8;
  sample.config.width = 128;
  sample.config.n_groups = 16;
  sample.config.attention[1] = false;
  sample.unet = dm_unet_new (&sample.config);
  params = dm_unet_get_params (sample.unet);
  sample.n_tensors = (guint) params->n_params;
  sample.tensors = g_new0 (DmToStore, params->n_params);
  for (size_t i = 0; i < params->n_params; i++)
    {
      const DmParam *param = params->list[i];
      DmToStore     *tensor = &sample.tensors[i];

      tensor->name = param->name;
      tensor->dtype = DM_DTYPE_BF16;
      tensor->n_dims = (guint) param->n_dims;
      for (size_t d = 0; d < param->n_dims; d++)
        tensor->shape[d] = param->shape[d];
      tensor->value = param->value;
    }
  dm_model_case_save (&sample, path);
  dm_model_case_clear (&sample);
}

/* However little memory there is: the model, or a sentence. */
static void
test_little_memory (void)
{
  g_autofree char *path = g_build_filename (folder, "large.safetensors", NULL);
  guint            n_packs = 0;
  gsize            leave = 12;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
      g_test_trap_assert_passed ();
      return;
    }

  save_large (path);
  dm_pool_get_default ();

  for (;; leave += 24)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (DmModel) model = NULL;

      limit_case_leave (leave << 20);
      model = dm_model_load (path, &error);
      if (model != NULL)
        break;

      g_assert_nonnull (strstr (error->message, path));
      g_assert_cmpuint (leave, <, 300);
      n_packs += strstr (error->message, "order that they are read") != NULL;
    }

  g_assert_cmpuint (leave, >, 100);
  g_assert_cmpuint (n_packs, >, 1);
}
#endif

int
main (int argc, char **argv)
{
  g_autofree char *data = NULL;
  int              status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("dm-model-XXXXXX", NULL);
  data = g_build_filename (folder, "data", NULL);
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_DATA_DIRS", "/proc/nonexistent", TRUE);

  g_test_add_func ("/model/load", test_load);
  g_test_add_func ("/model/tensors", test_tensors);
  g_test_add_func ("/model/greedy", test_greedy);
  g_test_add_func ("/model/no-model", test_no_model);
  g_test_add_func ("/model/find", test_find);
  g_test_add_func ("/model/not-found", test_not_found);
#if LIMIT_CASE
  g_test_add_func ("/model/little-memory", test_little_memory);
#endif

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);

  return status;
}
