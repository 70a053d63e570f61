/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/card-json.h"
#include "model/config-json.h"
#include "model/dtype.h"
#include "program/describe.h"

static JsonArray *
list_tensors (const DmWeights *weights)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      const DmStored *stored = dm_weights_get_tensor (weights, i);
      JsonObject     *json = json_object_new ();
      JsonArray      *shape = json_array_new ();

      for (guint d = 0; d < stored->n_dims; d++)
        json_array_add_int_element (shape, (gint64) stored->shape[d]);
      json_object_set_string_member (json, "name", stored->name);
      json_object_set_string_member (json, "dtype",
                                     dm_dtype_get_name (stored->dtype));
      json_object_set_array_member (json, "shape", shape);
      json_array_add_object_element (list, json);
    }

  return list;
}

static JsonArray *
list_nicks (const DmCard *card)
{
  g_auto (GStrv) nicks = dm_card_class_nicks (card);
  JsonArray *list = json_array_new ();

  for (guint i = 0; nicks[i] != NULL; i++)
    json_array_add_string_element (list, nicks[i]);

  return list;
}

/**
 * dm_describe_json:
 * @path: of the file
 *
 * Returns: (transfer full): all that dm_describe_text() says, and "config" as
 * it is in the file, absent if the file is not a model
 */
JsonObject *
dm_describe_json (const DmWeights *weights, const char *path)
{
  const DmConfig  *config = dm_weights_get_config (weights);
  const DmCard    *card = dm_weights_get_card (weights);
  JsonObject      *json = json_object_new ();
  DmTotals         totals = dm_describe_count (weights);
  g_autofree char *shown = g_filename_display_name (path);

  json_object_set_string_member (json, "path", shown);
  if (config != NULL)
    {
      json_object_set_object_member (json, "config",
                                     dm_config_to_json (config));
      json_object_set_boolean_member (json, "any_canvas",
                                      dm_config_fits_any_canvas (config));
    }
  json_object_set_object_member (json, "card", dm_card_to_json (card));
  json_object_set_array_member (json, "class_nicks", list_nicks (card));
  json_object_set_int_member (json, "n_values", (gint64) totals.n_values);
  json_object_set_int_member (json, "n_bytes", (gint64) totals.n_bytes);
  json_object_set_array_member (json, "tensors", list_tensors (weights));
  g_free (totals.dtypes);

  return json;
}
