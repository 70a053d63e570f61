/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "model/config.h"
#include "tensor/error.h"

static void
expect_refused (const DmConfig *config, const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dm_config_check (config, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_OPTION);
  if (strstr (error->message, word) == NULL)
    g_error ("\"%s\" does not speak of %s", error->message, word);
}

static void
test_defaults (void)
{
  DmConfig config;
  g_autoptr (GError) error = NULL;

  dm_config_init (&config);
  dm_config_check (&config, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (dm_config_get_stride (&config), ==, 4);
  g_assert_cmpuint (dm_config_get_level_width (&config, 2), ==, 128);
}

/* Every size is refused at 0 and at values whose products would overflow. */
static void
test_sizes (void)
{
  static const struct
  {
    const char *word;
    size_t      offset;
  } sizes[] = {
    { "resolution", offsetof (DmConfig, resolution) },
    { "channels", offsetof (DmConfig, channels) },
    { "n_classes", offsetof (DmConfig, n_classes) },
    { "width", offsetof (DmConfig, width) },
    { "n_levels", offsetof (DmConfig, n_levels) },
    { "multipliers", offsetof (DmConfig, multipliers[1]) },
    { "n_blocks", offsetof (DmConfig, n_blocks) },
    { "head_width", offsetof (DmConfig, head_width) },
    { "n_groups", offsetof (DmConfig, n_groups) },
    { "embedding", offsetof (DmConfig, embedding) },
    { "patch", offsetof (DmConfig, patch) },
  };
  static const size_t bad[] = { 0, 1u << 20, SIZE_MAX / 2, SIZE_MAX };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (size_t j = 0; j < G_N_ELEMENTS (bad); j++)
      {
        DmConfig config;

        dm_config_init (&config);
        memcpy ((char *) &config + sizes[i].offset, &bad[j], sizeof *bad);
        expect_refused (&config, sizes[i].word);
      }
}

/* Sizes that are possible, but not together. */
static void
test_together (void)
{
  DmConfig config;

  dm_config_init (&config);
  config.resolution = 30;
  expect_refused (&config, "30");

  dm_config_init (&config);
  config.width = 48;
  expect_refused (&config, "groups");

  dm_config_init (&config);
  config.width = 48;
  config.multipliers[0] = config.multipliers[1] = config.multipliers[2] = 2;
  expect_refused (&config, "n_groups");

  dm_config_init (&config);
  config.width = 9;
  config.n_groups = 1;
  expect_refused (&config, "even");

  dm_config_init (&config);
  config.head_width = 42;
  expect_refused (&config, "head");
  config.attention[2] = config.attention_middle = false;
  g_assert_true (dm_config_check (&config, NULL));

  dm_config_init (&config);
  config.width = 4096;
  config.multipliers[1] = config.multipliers[2] = 64;
  expect_refused (&config, "parameters");
}

static void
test_meaning (void)
{
  DmConfig config;

  dm_config_init (&config);
  config.channels = 2;
  expect_refused (&config, "channels");

  dm_config_init (&config);
  config.dropout = (double) NAN;
  expect_refused (&config, "dropout");
  config.dropout = 1.0;
  expect_refused (&config, "dropout");

  dm_config_init (&config);
  config.sigma_data = 0.0;
  expect_refused (&config, "sigma_data");

  dm_config_init (&config);
  config.logsnr_min = 20.0;
  expect_refused (&config, "logsnr");
  config.logsnr_min = (double) -INFINITY;
  expect_refused (&config, "logsnr");

  dm_config_init (&config);
  config.prediction = DM_N_PREDICTIONS;
  expect_refused (&config, "prediction");
}

/* Attention, anywhere, keeps a network to its size, unless its pictures wrap.
 */
static void
test_canvas (void)
{
  DmConfig config;

  dm_config_init (&config);
  g_assert_true (dm_config_has_attention (&config));
  g_assert_false (dm_config_fits_any_canvas (&config));
  config.circular = true;
  g_assert_true (dm_config_fits_any_canvas (&config));
  config.circular = false;
  config.attention_middle = false;
  g_assert_true (dm_config_has_attention (&config));
  config.attention[2] = false;
  g_assert_false (dm_config_has_attention (&config));
  g_assert_true (dm_config_fits_any_canvas (&config));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/config/defaults", test_defaults);
  g_test_add_func ("/config/sizes", test_sizes);
  g_test_add_func ("/config/together", test_together);
  g_test_add_func ("/config/meaning", test_meaning);
  g_test_add_func ("/config/canvas", test_canvas);

  return g_test_run ();
}
