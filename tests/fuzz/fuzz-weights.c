/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz-weights.h"

#include <glib.h>

#include "model/dtype.h"
#include "model/weights.h"
#include "tensor/error.h"

static void
use_card (const DmCard *card)
{
  g_auto (GStrv) nicks = dm_card_class_nicks (card);
  g_autofree int *values = dm_card_class_values (card);
  g_autoptr (DmCard) copy = dm_card_copy (card);

  for (int i = 0; nicks[i] != NULL; i++)
    {
      int class_id = -1;

      g_assert_cmpint (values[i], >, 0);
      g_assert_true (
          dm_card_find_class (copy, copy->class_names[i], &class_id, NULL));
      g_assert_cmpint (class_id, ==, i);
    }
}

static void
use_tensor (const DmWeights *weights, const DmStored *stored)
{
  gsize             n = stored->n_bytes / dm_dtype_get_size (stored->dtype);
  g_autofree float *value = g_new (float, n + 1);

  g_assert_true (dm_weights_find (weights, stored->name) == stored);
  g_assert_true (dm_weights_read (weights, stored->name, value, n, NULL));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* a block of just this size: a read past it is seen */
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) weights = dm_weights_parse (bytes, &error);
  const DmConfig *config;

  if (weights == NULL)
    {
      g_assert_true (error->domain == DM_ERROR);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return 0;
    }

  config = dm_weights_get_config (weights);
  if (config != NULL)
    g_assert_true (dm_config_check (config, NULL));
  use_card (dm_weights_get_card (weights));
  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    use_tensor (weights, dm_weights_get_tensor (weights, i));

  return 0;
}
