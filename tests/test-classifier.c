/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "check.h"
#include "model/classifier.h"
#include "model/model.h"
#include "tensor/error.h"

#define N 2

/* A small network and one batch for it. */
typedef struct
{
  DmClassifier     *net;
  DmClassifierPlan *plan;
  DmParams         *params;
  size_t            n_values, n_logits;
  float            *x0, *dx0, *logits, *dlogits;
} Case;

static DmConfig
small_config (void)
{
  DmConfig config;

  dm_config_init (&config);
  config.task = DM_TASK_CLASSIFIER;
  config.resolution = 8;
  config.n_classes = 5;
  config.width = 8;
  config.n_levels = 2;
  config.multipliers[1] = 2;
  config.n_blocks = 1;
  config.attention[2] = config.attention_middle = false;
  config.n_groups = 4;

  return config;
}

/* First values with noise, so that no parameter is zero. */
static void
fill_params (DmParams *params)
{
  g_autofree float *noise = g_new (float, params->n_values);

  dm_params_init (params, 1);
  dm_test_random (noise, params->n_values, 7);
  for (size_t i = 0; i < params->n_params; i++)
    for (size_t j = 0; j < params->list[i]->n; j++)
      params->list[i]->value[j] += 0.1f * noise[params->list[i]->offset + j];
}

static DmClassifierPlan *
new_plan (const DmClassifier *net, DmPlanMode mode, size_t n, DmPool *pool)
{
  g_autoptr (GError) error = NULL;
  DmClassifierPlan *plan = dm_classifier_plan_new (net, mode, n, pool, &error);

  g_assert_no_error (error);

  return plan;
}

static void
set_up (Case *self, DmConfig config)
{
  *self = (Case){ .net = dm_classifier_new (&config) };
  self->params = dm_classifier_get_params (self->net);
  self->n_values = N * config.resolution * config.resolution * config.channels;
  self->n_logits = N * config.n_classes;
  self->x0 = g_new (float, self->n_values);
  self->dx0 = g_new0 (float, self->n_values);
  self->logits = g_new (float, self->n_logits);
  self->dlogits = g_new (float, self->n_logits);
  dm_test_random (self->x0, self->n_values, 1);
  dm_test_random (self->dlogits, self->n_logits, 2);

  dm_params_allocate_gradients (self->params);
  fill_params (self->params);
  dm_classifier_pack (self->net, DM_PLAN_TRAIN, NULL, NULL);
  self->plan = new_plan (self->net, DM_PLAN_TRAIN, N, NULL);
  dm_classifier_plan_set_dropout (self->plan, 5, 100);
}

static void
tear_down (Case *self)
{
  dm_classifier_plan_free (self->plan);
  dm_classifier_free (self->net);
  g_free (self->x0);
  g_free (self->dx0);
  g_free (self->logits);
  g_free (self->dlogits);
}

static double
loss (void *data)
{
  Case  *self = data;
  double sum = 0.0;

  dm_classifier_pack (self->net, DM_PLAN_INFER, NULL, NULL);
  dm_classifier_forward (self->net, self->plan, self->logits, NULL, self->x0);
  for (size_t i = 0; i < self->n_logits; i++)
    sum += (double) self->logits[i] * self->dlogits[i];

  return sum;
}

static void
check_gradients (DmConfig config)
{
  Case self;

  set_up (&self, config);
  loss (&self);
  dm_params_zero_gradients (self.params);
  dm_classifier_backward (self.net, self.plan, self.dx0, self.dlogits);

  for (size_t i = 0; i < self.params->n_params; i++)
    {
      DmParam *param = self.params->list[i];

      g_test_message ("%s", param->name);
      dm_assert_gradient (loss, &self, param->value, param->gradient, param->n);
    }
  dm_assert_gradient (loss, &self, self.x0, self.dx0, self.n_values);
  tear_down (&self);
}

static void
test_gradient (void)
{
  check_gradients (small_config ());
}

/* Three levels, of which two are equally wide; two blocks; gray, dropout. */
static void
test_gradient_deep (void)
{
  DmConfig config = small_config ();

  config.channels = 1;
  config.n_levels = 3;
  config.multipliers[2] = 2;
  config.n_blocks = 2;
  config.dropout = 0.3;
  check_gradients (config);
}

static void
test_gradient_patch (void)
{
  DmConfig config = small_config ();

  config.resolution = 12;
  config.patch = 2;
  config.circular = true;
  check_gradients (config);
  config.resolution = 24;
  config.patch = 4;
  check_gradients (config);
}

/* A picture's features and logits are the same bits whatever it is looked at
 * with, on however many threads, in plans of both modes.
 */
static void
test_rows (void)
{
  DmPool           *pool = dm_pool_new (3);
  Case              self;
  DmClassifierPlan *one, *both;
  float             features[N * 16], alone[16], logits[5];

  set_up (&self, small_config ());
  g_assert_cmpuint (dm_classifier_get_n_features (self.net), ==, 16);
  one = new_plan (self.net, DM_PLAN_INFER, 1, NULL);
  both = new_plan (self.net, DM_PLAN_INFER, N, pool);

  dm_classifier_forward (self.net, both, self.logits, features, self.x0);
  for (size_t i = 0; i < N; i++)
    {
      dm_classifier_forward (self.net, one, logits, alone,
                             self.x0 + i * self.n_values / N);
      dm_assert_same (alone, features + i * 16, 16);
      dm_assert_same (logits, self.logits + i * 5, 5);
    }

  dm_classifier_forward (self.net, self.plan, self.dlogits, NULL, self.x0);
  dm_assert_same (self.dlogits, self.logits, self.n_logits);
  dm_classifier_plan_free (one);
  dm_classifier_plan_free (both);
  dm_pool_free (pool);
  tear_down (&self);
}

/* --- files ---------------------------------------------------------------- */

static void
save (const Case *self, const char *path)
{
  g_autofree DmToStore *tensors = g_new0 (DmToStore, self->params->n_params);
  g_autoptr (DmCard) card = dm_card_new ();
  g_autoptr (GError) error = NULL;

  g_strfreev (card->class_names);
  card->class_names = g_strdupv ((char *[]){ "a", "b", "c", "d", "e", NULL });
  card->accuracy = 0.875;

  for (size_t i = 0; i < self->params->n_params; i++)
    {
      const DmParam *param = self->params->list[i];

      tensors[i] = (DmToStore){ .name = param->name,
                                .dtype = DM_DTYPE_F32,
                                .n_dims = (guint) param->n_dims,
                                .value = param->value };
      for (size_t d = 0; d < param->n_dims; d++)
        tensors[i].shape[d] = param->shape[d];
    }

  g_assert_true (dm_weights_save (path, dm_classifier_get_config (self->net),
                                  card, NULL, tensors,
                                  (guint) self->params->n_params, &error));
  g_assert_no_error (error);
}

/* What is loaded says the same of a picture; as a model it is refused. */
static void
test_file (void)
{
  g_autofree char *folder = g_dir_make_tmp ("classifier-XXXXXX", NULL);
  g_autofree char *path =
      g_build_filename (folder, "features.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmClassifier) loaded = NULL;
  g_autoptr (DmCard) card = NULL;
  DmClassifierPlan *plan;
  Case              self;

  set_up (&self, small_config ());
  save (&self, path);
  loaded = dm_classifier_load (path, &card, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (card->accuracy, ==, 0.875);

  plan = new_plan (loaded, DM_PLAN_INFER, N, NULL);
  dm_classifier_forward (loaded, plan, self.dlogits, NULL, self.x0);
  dm_classifier_plan_free (plan);
  plan = new_plan (self.net, DM_PLAN_INFER, N, NULL);
  dm_classifier_forward (self.net, plan, self.logits, NULL, self.x0);
  dm_classifier_plan_free (plan);
  dm_assert_same (self.dlogits, self.logits, self.n_logits);

  g_assert_null (dm_model_load (path, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "classifier"));
  g_clear_error (&error);
  g_assert_null (dm_model_open_header (path, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED);

  g_remove (path);
  g_rmdir (folder);
  tear_down (&self);
}

/* A size is promised that the network has: the estimate is near, and above. */
static void
test_estimate (void)
{
  DmConfig configs[] = { small_config (), small_config (), small_config () };

  configs[1].n_levels = 1;
  configs[1].n_blocks = 3;
  configs[2].n_levels = 3;
  configs[2].multipliers[2] = 1;
  for (size_t i = 0; i < G_N_ELEMENTS (configs); i++)
    {
      g_autoptr (DmClassifier) net = dm_classifier_new (&configs[i]);
      size_t  n = dm_classifier_get_params (net)->n_elements;
      guint64 estimate = dm_config_estimate_parameters (&configs[i]);

      g_assert_cmpuint (estimate, >=, n);
      g_assert_cmpuint (estimate, <, 2 * n);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/classifier/gradient", test_gradient);
  g_test_add_func ("/classifier/gradient-deep", test_gradient_deep);
  g_test_add_func ("/classifier/gradient-patch", test_gradient_patch);
  g_test_add_func ("/classifier/rows", test_rows);
  g_test_add_func ("/classifier/file", test_file);
  g_test_add_func ("/classifier/estimate", test_estimate);

  return g_test_run ();
}
