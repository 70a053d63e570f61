/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/card-json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "model/fields.h"
#include "tensor/error.h"

#define FIELD(name, type, min, max)                                            \
  {                                                                            \
#name, type, offsetof(DmCard, name), min, max, false                       \
  }

#define MAX_LINE 256   /* bytes of what goes into menus      */
#define MAX_TEXT 65536 /* bytes of what people read at length */
#define MAX_CLASSES 65536

static const DmField fields[] = {
  FIELD (title, DM_FIELD_STRING, 0, MAX_LINE),
  FIELD (guidance, DM_FIELD_DOUBLE, -1.0, 100.0),
  FIELD (n_steps, DM_FIELD_INT, 0, 10000),
  FIELD (sampler, DM_FIELD_STRING, 0, MAX_LINE),
  FIELD (guidance_start, DM_FIELD_DOUBLE, 0.0, 1.0),
  FIELD (guidance_end, DM_FIELD_DOUBLE, 0.0, 1.0),
  FIELD (data_name, DM_FIELD_STRING, 0, MAX_TEXT),
  FIELD (data_licence, DM_FIELD_STRING, 0, MAX_TEXT),
  FIELD (data_credits, DM_FIELD_STRING, 0, MAX_TEXT),
  FIELD (images_seen, DM_FIELD_INT64, 0, 1e18),
  FIELD (seed, DM_FIELD_UINT64, 0, 0),
  FIELD (duration, DM_FIELD_DOUBLE, 0.0, 1e12),
  FIELD (p_uncond, DM_FIELD_DOUBLE, 0.0, 1.0),
  FIELD (ema_length, DM_FIELD_DOUBLE, 0.0, 1e12),
  FIELD (program_version, DM_FIELD_STRING, 0, MAX_LINE),
};

/* Written only where they say something. */
static const DmField before_fields[] = {
  FIELD (images_before, DM_FIELD_INT64, 0, 1e18),
};

static const DmField classifier_fields[] = {
  FIELD (accuracy, DM_FIELD_DOUBLE, 0.0, 1.0),
};

static const DmField measured_fields[] = {
  FIELD (measured_pictures, DM_FIELD_INT64, 0, 1e15),
  FIELD (measured_fid, DM_FIELD_DOUBLE, 0.0, 1e12),
  FIELD (measured_accuracy, DM_FIELD_DOUBLE, 0.0, 1.0),
};

/**
 * dm_card_to_json:
 *
 * Returns: (transfer full): all that is known, by the fields' names.
 */
JsonObject *
dm_card_to_json (const DmCard *self)
{
  JsonObject *json = json_object_new ();
  JsonArray  *names = json_array_new ();
  guint       n_classes = dm_card_get_n_classes (self);

  for (guint i = 0; i < n_classes; i++)
    json_array_add_string_element (names, self->class_names[i]);
  json_object_set_array_member (json, "class_names", names);

  if (self->images_per_class != NULL)
    {
      JsonArray *images = json_array_new ();

      for (guint i = 0; i < n_classes; i++)
        json_array_add_int_element (images, self->images_per_class[i]);
      json_object_set_array_member (json, "images_per_class", images);
    }

  dm_fields_write (fields, G_N_ELEMENTS (fields), self, json);
  if (self->images_before > 0)
    dm_fields_write (before_fields, G_N_ELEMENTS (before_fields), self, json);
  if (self->accuracy > 0.0)
    dm_fields_write (classifier_fields, G_N_ELEMENTS (classifier_fields), self,
                     json);
  if (self->measured_pictures > 0)
    dm_fields_write (measured_fields, G_N_ELEMENTS (measured_fields), self,
                     json);

  return json;
}

static gboolean
refuse (int code, GError **error, const char *name)
{
  g_set_error (error, DM_ERROR, code,
               _ ("the model's description has an unusable “%s”"), name);

  return FALSE;
}

/* Returns: (transfer none): a member's array with every element a @type, NULL
 * if it is anything else.
 */
static JsonArray *
get_array (JsonNode *node, GType type)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;

  array = json_node_get_array (node);
  if (json_array_get_length (array) > MAX_CLASSES)
    return NULL;

  for (guint i = 0; i < json_array_get_length (array); i++)
    if (json_node_get_value_type (json_array_get_element (array, i)) != type)
      return NULL;

  return array;
}

static gboolean
read_names (DmCard *self, JsonObject *json, GError **error)
{
  JsonNode  *node = json_object_get_member (json, "class_names");
  JsonArray *array;
  guint      n_classes;

  if (node == NULL)
    return TRUE;

  array = get_array (node, G_TYPE_STRING);
  if (array == NULL)
    return refuse (DM_ERROR_CORRUPT, error, "class_names");

  n_classes = json_array_get_length (array);
  g_strfreev (self->class_names);
  self->class_names = g_new0 (char *, n_classes + 1);
  for (guint i = 0; i < n_classes; i++)
    self->class_names[i] = g_strdup (json_array_get_string_element (array, i));

  return TRUE;
}

static gboolean
read_images (DmCard *self, JsonObject *json, GError **error)
{
  JsonNode  *node = json_object_get_member (json, "images_per_class");
  JsonArray *array;
  guint      n_classes = dm_card_get_n_classes (self);

  if (node == NULL)
    return TRUE;

  array = get_array (node, G_TYPE_INT64);
  if (array == NULL || json_array_get_length (array) != n_classes)
    return refuse (DM_ERROR_CORRUPT, error, "images_per_class");

  self->images_per_class = g_new0 (gint64, n_classes);
  for (guint i = 0; i < n_classes; i++)
    self->images_per_class[i] = json_array_get_int_element (array, i);

  return TRUE;
}

/* A class name is shown in menus, typed on command lines and unique. */
static gboolean
check_names (const DmCard *self, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < dm_card_get_n_classes (self); i++)
    {
      const char *name = self->class_names[i];

      if (*name == '\0' || strlen (name) > MAX_LINE ||
          !dm_text_is_clean (name) || strchr (name, '\n') != NULL)
        {
          g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                       _ ("the name of class %u is empty, too long or not "
                          "readable text"),
                       i);
          return FALSE;
        }

      if (!g_hash_table_add (seen, (gpointer) name))
        {
          g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                       _ ("two classes are called “%s”"), name);
          return FALSE;
        }
    }

  return TRUE;
}

/**
 * dm_card_check:
 *
 * Whether the card can be stored, and names its classes so that people can tell
 * them apart.
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_OPTION
 */
gboolean
dm_card_check (const DmCard *self, GError **error)
{
  if (!dm_fields_check (fields, G_N_ELEMENTS (fields), self, error) ||
      !dm_fields_check (before_fields, G_N_ELEMENTS (before_fields), self,
                        error) ||
      !dm_fields_check (classifier_fields, G_N_ELEMENTS (classifier_fields),
                        self, error) ||
      !dm_fields_check (measured_fields, G_N_ELEMENTS (measured_fields), self,
                        error) ||
      !check_names (self, error))
    return FALSE;

  if (self->images_per_class != NULL)
    for (guint i = 0; i < dm_card_get_n_classes (self); i++)
      if (self->images_per_class[i] < 0)
        return refuse (DM_ERROR_CORRUPT, error, "images_per_class");

  if (!(self->guidance_start >= self->guidance_end))
    return refuse (DM_ERROR_CORRUPT, error, "guidance_end");

  return TRUE;
}

/**
 * dm_card_from_json:
 *
 * Errors: DM_ERROR_CORRUPT
 *
 * Returns: (transfer full): the card; what @json lacks is as in dm_card_new().
 */
DmCard *
dm_card_from_json (JsonObject *json, GError **error)
{
  g_autoptr (DmCard) self = dm_card_new ();

  if (!dm_fields_read (fields, G_N_ELEMENTS (fields), self, json, error) ||
      !dm_fields_read (before_fields, G_N_ELEMENTS (before_fields), self, json,
                       error) ||
      !dm_fields_read (classifier_fields, G_N_ELEMENTS (classifier_fields),
                       self, json, error) ||
      !dm_fields_read (measured_fields, G_N_ELEMENTS (measured_fields), self,
                       json, error) ||
      !read_names (self, json, error) || !read_images (self, json, error) ||
      !dm_card_check (self, error))
    return NULL;

  return g_steal_pointer (&self);
}
