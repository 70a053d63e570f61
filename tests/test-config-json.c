/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <string.h>

#include "model/card-json.h"
#include "model/card.h"
#include "model/config-json.h"
#include "model/json-strict.h"
#include "tensor/error.h"
#include "tensor/terms.h"

static char *
print_config (const DmConfig *config)
{
  g_autoptr (JsonObject) json = dm_config_to_json (config);

  return dm_json_print (json, FALSE);
}

static gboolean
read_config (DmConfig *config, const char *text, GError **error)
{
  g_autoptr (JsonObject) json = dm_json_parse (text, strlen (text), NULL);

  g_assert_nonnull (json);

  return dm_config_from_json (config, json, error);
}

/* A configuration is the same after the way through JSON. */
static void
test_config (void)
{
  DmConfig config, again;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *text_again = NULL;

  dm_config_init (&config);
  config.circular = true;
  config.prediction = DM_PREDICTION_X0;
  config.logsnr_min = -12.345678901234567;

  text = print_config (&config);
  g_assert_true (read_config (&again, text, &error));
  g_assert_no_error (error);
  text_again = print_config (&again);
  g_assert_cmpstr (text, ==, text_again);
  g_assert_true (again.circular && again.prediction == DM_PREDICTION_X0);
  g_assert_true (again.logsnr_min == config.logsnr_min);
}

/* Files from before there were tasks are of networks that draw, and such are
 * written as before: the states of their runs are compared by this text.
 */
static void
test_config_task (void)
{
  DmConfig config, again;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *classifier = NULL;

  dm_config_init (&config);
  text = print_config (&config);
  g_assert_null (strstr (text, "task"));
  g_assert_true (read_config (&again, text, &error));
  g_assert_no_error (error);
  g_assert_cmpint (again.task, ==, DM_TASK_DIFFUSION);

  config.task = DM_TASK_CLASSIFIER;
  config.attention[2] = config.attention_middle = false;
  classifier = print_config (&config);
  g_assert_true (read_config (&again, classifier, &error));
  g_assert_no_error (error);
  g_assert_cmpint (again.task, ==, DM_TASK_CLASSIFIER);
}

/* The text with one member given another value. */
static char *
with_member (const char *text, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) json = dm_json_parse (text, strlen (text), &error);
  JsonNode *node = json_from_string (value, &error);

  g_assert_no_error (error);
  if (node != NULL)
    json_object_set_member (json, name, node);
  else
    json_object_remove_member (json, name);

  return dm_json_print (json, FALSE);
}

/* Networks that are told a scale say which; others do not speak of it, as they
 * did not before there was one.
 */
static void
test_config_scale (void)
{
  static const char *const wrong[] = {
    "1",      "[]",          "[0.5]",        "[0, 0]",   "[1, 0.5]",
    "[0, 1]", "[0.5, 1, 2]", "[0.5, \"1\"]", "[1, 1e9]", "[null, 1]"
  };
  DmConfig         config, again;
  g_autofree char *plain = NULL, *text = NULL;

  dm_config_init (&config);
  plain = print_config (&config);
  g_assert_null (strstr (plain, "scale"));
  g_assert_true (read_config (&again, plain, NULL));
  g_assert_false (dm_config_is_scaled (&again));

  config.scale_min = 0.3;
  config.scale_max = 1.0;
  text = print_config (&config);
  g_assert_true (read_config (&again, text, NULL));
  g_assert_true (dm_config_is_scaled (&again));
  g_assert_true (again.scale_min == 0.3 && again.scale_max == 1.0);

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *bad = with_member (text, "scale", wrong[i]);
      g_autoptr (GError) error = NULL;

      if (read_config (&again, bad, &error))
        g_error ("scale accepted: %s", wrong[i]);
      g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
    }
}

/* The same for what has been done to pictures: yes, or no word. */
static void
test_config_augmented (void)
{
  DmConfig         config, again;
  g_autofree char *plain = NULL, *text = NULL, *bad = NULL;

  dm_config_init (&config);
  config.augmented = true;
  text = print_config (&config);
  g_assert_true (read_config (&again, text, NULL));
  g_assert_true (again.augmented);
  dm_config_init (&config);
  plain = print_config (&config);
  g_assert_null (strstr (plain, "augment"));
  g_assert_true (read_config (&again, plain, NULL));
  g_assert_false (again.augmented);

  bad = with_member (text, "augmented", "1");
  g_assert_false (read_config (&again, bad, NULL));
}

/* Each field is needed, typed and bounded. */
static void
test_config_refused (void)
{
  static const char *const sizes[] = {
    "resolution", "channels",   "n_classes", "width",     "n_levels",
    "n_blocks",   "head_width", "n_groups",  "embedding", "patch",
  };
  static const char *const wrong_sizes[] = {
    "", "0", "-1", "1.0", "\"1\"", "true", "1000000000000", "[]",
  };
  static const struct
  {
    const char *name, *value;
  } cases[] = {
    { "dropout", "1.0" },         { "dropout", "-0.1" },
    { "dropout", "\"0\"" },       { "sigma_data", "0" },
    { "logsnr_min", "-1e30" },    { "logsnr_max", "" },
    { "circular", "1" },          { "attention_middle", "\"\"" },
    { "multipliers", "[]" },      { "multipliers", "[1,1,1,1,1,1,1,1,1]" },
    { "multipliers", "[0]" },     { "multipliers", "[65]" },
    { "multipliers", "1" },       { "attention", "[0]" },
    { "attention", "[]" },        { "attention", "" },
    { "prediction", "\"eps2\"" }, { "prediction", "1" },
    { "schedule", "\"linear\"" }, { "null_class", "0" },
    { "task", "\"draw\"" },       { "task", "1" },
  };
  DmConfig         config;
  g_autofree char *text = NULL;

  dm_config_init (&config);
  text = print_config (&config);

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (gsize j = 0; j < G_N_ELEMENTS (wrong_sizes); j++)
      {
        g_autofree char *wrong = with_member (text, sizes[i], wrong_sizes[j]);
        g_autoptr (GError) error = NULL;

        if (read_config (&config, wrong, &error))
          g_error ("%s accepted: %s", sizes[i], wrong_sizes[j]);
        g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
      }

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *wrong =
          with_member (text, cases[i].name, cases[i].value);
      g_autoptr (GError) error = NULL;

      if (read_config (&config, wrong, &error))
        g_error ("%s accepted: %s", cases[i].name, cases[i].value);
      g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/config-json/same", test_config);
  g_test_add_func ("/config-json/task", test_config_task);
  g_test_add_func ("/config-json/scale", test_config_scale);
  g_test_add_func ("/config-json/augmented", test_config_augmented);
  g_test_add_func ("/config-json/refused", test_config_refused);

  return g_test_run ();
}
