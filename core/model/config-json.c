/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/config-json.h"

#include <glib/gi18n-lib.h>
#include <math.h>

#include "model/fields.h"
#include "tensor/error.h"

#define FIELD(name, type, min, max)                                            \
  {                                                                            \
#name, type, offsetof(DmConfig, name), min, max, true                      \
  }

/* Ranges so wide that no sensible network meets them, so narrow that products
 * of sizes stay far from 2^64. Whether the values fit each other is for
 * dm_config_check().
 */
static const DmField fields[] = {
  FIELD (resolution, DM_FIELD_SIZE, 1, 8192),
  FIELD (channels, DM_FIELD_SIZE, 1, 4),
  FIELD (n_classes, DM_FIELD_SIZE, 1, 65536),
  FIELD (width, DM_FIELD_SIZE, 1, 4096),
  FIELD (n_levels, DM_FIELD_SIZE, 1, DM_MAX_LEVELS),
  FIELD (n_blocks, DM_FIELD_SIZE, 1, 32),
  FIELD (attention_middle, DM_FIELD_BOOL, 0, 1),
  FIELD (head_width, DM_FIELD_SIZE, 1, 4096),
  FIELD (n_groups, DM_FIELD_SIZE, 1, 4096),
  FIELD (embedding, DM_FIELD_SIZE, 1, 16384),
  FIELD (patch, DM_FIELD_SIZE, 1, DM_MAX_PATCH),
  FIELD (circular, DM_FIELD_BOOL, 0, 1),
  FIELD (dropout, DM_FIELD_DOUBLE, 0.0, 0.99),
  FIELD (sigma_data, DM_FIELD_DOUBLE, 1e-3, 1e3),
  FIELD (logsnr_min, DM_FIELD_DOUBLE, -100.0, 100.0),
  FIELD (logsnr_max, DM_FIELD_DOUBLE, -100.0, 100.0),
};

/* Told only where it is so, see dm_config_to_json(). */
static const DmField augmented = {
  "augmented", DM_FIELD_BOOL, offsetof (DmConfig, augmented), 0, 1, false
};

#define MAX_MULTIPLIER 64

/* Choices with one answer so far: a file that gives another is refused rather
 * than misread.
 */
static const struct
{
  const char *name, *value;
} fixed[] = {
  { "schedule", "hyperbolic-secant" },
  { "null_class", "last" },
};

static JsonArray *
new_range (const DmConfig *self)
{
  JsonArray *range = json_array_new ();

  json_array_add_double_element (range, self->scale_min);
  json_array_add_double_element (range, self->scale_max);

  return range;
}

/**
 * dm_config_to_json:
 *
 * Returns: (transfer full): all fields by name; the task only if it is not
 * diffusion, the scale and that pictures were augmented only where the network
 * is told: other files stay as they always were.
 */
JsonObject *
dm_config_to_json (const DmConfig *self)
{
  JsonObject *json = json_object_new ();
  JsonArray  *multipliers = json_array_new ();
  JsonArray  *attention = json_array_new ();

  for (size_t i = 0; i < self->n_levels; i++)
    {
      json_array_add_int_element (multipliers, (gint64) self->multipliers[i]);
      json_array_add_boolean_element (attention, self->attention[i]);
    }

  if (self->task != DM_TASK_DIFFUSION)
    json_object_set_string_member (json, "task", dm_task_get_name (self->task));
  dm_fields_write (fields, G_N_ELEMENTS (fields), self, json);
  json_object_set_array_member (json, "multipliers", multipliers);
  json_object_set_array_member (json, "attention", attention);
  json_object_set_string_member (json, "prediction",
                                 dm_prediction_get_name (self->prediction));
  for (size_t i = 0; i < G_N_ELEMENTS (fixed); i++)
    json_object_set_string_member (json, fixed[i].name, fixed[i].value);
  if (dm_config_is_scaled (self))
    json_object_set_array_member (json, "scale", new_range (self));
  if (self->augmented)
    dm_fields_write (&augmented, 1, self, json);

  return json;
}

static gboolean
refuse (const char *name, GError **error)
{
  g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
               _ ("the model's description has an unusable “%s”"), name);

  return FALSE;
}

/* Returns: (transfer none): the values of an array with an element for each
 * level, or NULL.
 */
static JsonArray *
get_levels (const DmConfig *self,
            JsonObject     *json,
            const char     *name,
            GType           type)
{
  JsonNode  *node = json_object_get_member (json, name);
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;

  array = json_node_get_array (node);
  if (json_array_get_length (array) != self->n_levels)
    return NULL;

  for (guint i = 0; i < self->n_levels; i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) != type)
      return NULL;

  return array;
}

static gboolean
read_levels (DmConfig *self, JsonObject *json, GError **error)
{
  JsonArray *multipliers = get_levels (self, json, "multipliers", G_TYPE_INT64);
  JsonArray *attention = get_levels (self, json, "attention", G_TYPE_BOOLEAN);

  if (multipliers == NULL)
    return refuse ("multipliers", error);
  if (attention == NULL)
    return refuse ("attention", error);

  for (guint i = 0; i < DM_MAX_LEVELS; i++)
    {
      self->multipliers[i] = 0;
      self->attention[i] = false;
    }

  for (guint i = 0; i < self->n_levels; i++)
    {
      gint64 multiplier = json_array_get_int_element (multipliers, i);

      if (multiplier < 1 || multiplier > MAX_MULTIPLIER)
        return refuse ("multipliers", error);

      self->multipliers[i] = (size_t) multiplier;
      self->attention[i] = json_array_get_boolean_element (attention, i);
    }

  return TRUE;
}

/* A number of an array, or NAN. */
static double
get_number (JsonArray *array, guint i)
{
  JsonNode *node = json_array_get_element (array, i);
  GType     type = json_node_get_value_type (node);

  return type == G_TYPE_DOUBLE || type == G_TYPE_INT64 ?
             json_node_get_double (node) :
             NAN;
}

/* Files of networks that are told no scale do not speak of it. */
static gboolean
read_range (DmConfig *self, JsonObject *json, GError **error)
{
  JsonNode  *node = json_object_get_member (json, "scale");
  JsonArray *range;

  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_ARRAY (node))
    return refuse ("scale", error);

  range = json_node_get_array (node);
  if (json_array_get_length (range) != 2)
    return refuse ("scale", error);

  self->scale_min = get_number (range, 0);
  self->scale_max = get_number (range, 1);

  return self->scale_max > 0.0 || refuse ("scale", error);
}

/* Returns: (transfer none): the text of a member, or NULL. */
static const char *
get_text (JsonObject *json, const char *name)
{
  JsonNode *node = json_object_get_member (json, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) ||
      json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;

  return json_node_get_string (node);
}

static gboolean
read_choices (DmConfig *self, JsonObject *json, GError **error)
{
  const char *prediction = get_text (json, "prediction");
  const char *task = get_text (json, "task");

  if (json_object_has_member (json, "task") &&
      (task == NULL || !dm_task_from_name (&self->task, task)))
    return refuse ("task", error);

  if (prediction == NULL ||
      !dm_prediction_from_name (&self->prediction, prediction))
    return refuse ("prediction", error);

  for (size_t i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (json_object_has_member (json, fixed[i].name) &&
        g_strcmp0 (get_text (json, fixed[i].name), fixed[i].value) != 0)
      return refuse (fixed[i].name, error);

  return TRUE;
}

/**
 * dm_config_from_json:
 * @self: (out)
 *
 * Every field must be there, of its type and within its range, and all must fit
 * each other.
 *
 * Errors: DM_ERROR_CORRUPT
 */
gboolean
dm_config_from_json (DmConfig *self, JsonObject *json, GError **error)
{
  g_autoptr (GError) fault = NULL;

  dm_config_init (self);

  if (!dm_fields_read (fields, G_N_ELEMENTS (fields), self, json, error) ||
      !dm_fields_read (&augmented, 1, self, json, error) ||
      !read_levels (self, json, error) || !read_range (self, json, error) ||
      !read_choices (self, json, error))
    return FALSE;

  if (dm_config_check (self, &fault))
    return TRUE;

  /* an option could be changed; a file is at fault */
  g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT, fault->message);

  return FALSE;
}

/**
 * dm_config_check_ranges:
 *
 * Errors: DM_ERROR_OPTION, those of dm_config_check()
 *
 * Returns: whether dm_config_from_json() would accept @self.
 */
gboolean
dm_config_check_ranges (const DmConfig *self, GError **error)
{
  if (!dm_fields_check (fields, G_N_ELEMENTS (fields), self, error))
    return FALSE;

  for (size_t i = 0; i < self->n_levels; i++)
    if (self->multipliers[i] < 1 || self->multipliers[i] > MAX_MULTIPLIER)
      {
        g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                     _ ("“%s” has a value that a model cannot have"),
                     "multipliers");
        return FALSE;
      }

  return dm_config_check (self, error);
}
