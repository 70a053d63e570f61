/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/fields.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "tensor/error.h"

#define AT(type, object, field)                                                \
  (*(type *) ((char *) (object) + (field)->offset))

static void
write_one (const DmField *field, const void *object, JsonObject *json)
{
  const char *name = field->name;

  switch (field->type)
    {
    case DM_FIELD_SIZE:
      json_object_set_int_member (json, name,
                                  (gint64) AT (const size_t, object, field));
      break;
    case DM_FIELD_INT:
      json_object_set_int_member (json, name, AT (const int, object, field));
      break;
    case DM_FIELD_INT64:
      json_object_set_int_member (json, name, AT (const gint64, object, field));
      break;
    case DM_FIELD_UINT64:
      {
        g_autofree char *text = g_strdup_printf (
            "%" G_GUINT64_FORMAT, AT (const guint64, object, field));

        json_object_set_string_member (json, name, text);
      }
      break;
    case DM_FIELD_BOOL:
      json_object_set_boolean_member (json, name,
                                      AT (const bool, object, field));
      break;
    case DM_FIELD_DOUBLE:
      json_object_set_double_member (json, name,
                                     AT (const double, object, field));
      break;
    case DM_FIELD_STRING:
      if (AT (char *const, object, field) != NULL)
        json_object_set_string_member (json, name,
                                       AT (char *const, object, field));
      break;
    }
}

/**
 * dm_fields_write:
 * @object: the struct, checked by dm_fields_check()
 * @json: (inout) gets a member for each field but strings that are NULL
 */
void
dm_fields_write (const DmField *fields,
                 size_t         n_fields,
                 const void    *object,
                 JsonObject    *json)
{
  for (size_t i = 0; i < n_fields; i++)
    write_one (&fields[i], object, json);
}

static bool
in_range (const DmField *field, double value)
{
  return value >= field->min && value <= field->max;
}

/**
 * dm_text_is_clean:
 *
 * Returns: whether @text is UTF-8 without control characters but line breaks,
 * fit for menus and terminals.
 */
bool
dm_text_is_clean (const char *text)
{
  if (!g_utf8_validate (text, -1, NULL))
    return false;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (*at != '\n' && g_unichar_iscntrl (g_utf8_get_char (at)))
      return false;

  return true;
}

static bool
read_integer (const DmField *field, JsonNode *node, gint64 *value)
{
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    return false;

  *value = json_node_get_int (node);

  return in_range (field, (double) *value);
}

static bool
read_double (const DmField *field, JsonNode *node, double *value)
{
  GType type = json_node_get_value_type (node);

  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    return false;

  *value = json_node_get_double (node);

  return in_range (field, *value);
}

static bool
read_string (const DmField *field, JsonNode *node, char **value)
{
  const char *text;

  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return false;

  text = json_node_get_string (node);
  if (strlen (text) > field->max || !dm_text_is_clean (text))
    return false;

  g_free (*value);
  *value = g_strdup (text);

  return true;
}

static bool
read_one (const DmField *field, void *object, JsonNode *node)
{
  gint64 integer = 0;

  switch (field->type)
    {
    case DM_FIELD_SIZE:
      if (!read_integer (field, node, &integer))
        return false;
      AT (size_t, object, field) = (size_t) integer;
      return true;
    case DM_FIELD_INT:
      if (!read_integer (field, node, &integer))
        return false;
      AT (int, object, field) = (int) integer;
      return true;
    case DM_FIELD_INT64:
      return read_integer (field, node, &AT (gint64, object, field));
    case DM_FIELD_UINT64:
      return json_node_get_value_type (node) == G_TYPE_STRING &&
             g_ascii_string_to_unsigned (json_node_get_string (node), 10, 0,
                                         G_MAXUINT64,
                                         &AT (guint64, object, field), NULL);
    case DM_FIELD_BOOL:
      if (json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return false;
      AT (bool, object, field) = json_node_get_boolean (node);
      return true;
    case DM_FIELD_DOUBLE:
      return read_double (field, node, &AT (double, object, field));
    case DM_FIELD_STRING:
      return read_string (field, node, &AT (char *, object, field));
    }

  return false;
}

/**
 * dm_fields_read:
 * @object: (inout) the struct; fields that are missing keep their value
 *
 * Every value must be of its type and within its range.
 *
 * Errors: DM_ERROR_CORRUPT
 *
 * Returns: whether all could be read; if not, some fields may be set.
 */
gboolean
dm_fields_read (const DmField *fields,
                size_t         n_fields,
                void          *object,
                JsonObject    *json,
                GError       **error)
{
  for (size_t i = 0; i < n_fields; i++)
    {
      JsonNode *node = json_object_get_member (json, fields[i].name);

      if (node == NULL && !fields[i].required)
        continue;

      if (node == NULL)
        {
          g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                       _ ("the model's description lacks “%s”"),
                       fields[i].name);
          return FALSE;
        }

      if (!JSON_NODE_HOLDS_VALUE (node) || !read_one (&fields[i], object, node))
        {
          g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                       _ ("the model's description has an unusable “%s”"),
                       fields[i].name);
          return FALSE;
        }
    }

  return TRUE;
}

static bool
check_one (const DmField *field, const void *object)
{
  const char *text;

  switch (field->type)
    {
    case DM_FIELD_SIZE:
      return in_range (field, (double) AT (const size_t, object, field));
    case DM_FIELD_INT:
      return in_range (field, AT (const int, object, field));
    case DM_FIELD_INT64:
      return in_range (field, (double) AT (const gint64, object, field));
    case DM_FIELD_DOUBLE:
      return in_range (field, AT (const double, object, field));
    case DM_FIELD_STRING:
      text = AT (char *const, object, field);
      return text == NULL ||
             (strlen (text) <= field->max && dm_text_is_clean (text));
    case DM_FIELD_UINT64:
    case DM_FIELD_BOOL:
      return true;
    }

  return false;
}

/**
 * dm_fields_check:
 *
 * What dm_fields_read() asks of a file, asked of a struct.
 *
 * Errors: DM_ERROR_OPTION
 *
 * Returns: whether all values are within their ranges.
 */
gboolean
dm_fields_check (const DmField *fields,
                 size_t         n_fields,
                 const void    *object,
                 GError       **error)
{
  for (size_t i = 0; i < n_fields; i++)
    if (!check_one (&fields[i], object))
      {
        g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                     _ ("“%s” has a value that a model cannot have"),
                     fields[i].name);
        return FALSE;
      }

  return TRUE;
}
