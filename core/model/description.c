/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/description.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>

#include "model/card-json.h"
#include "model/config-json.h"
#include "tensor/error.h"

/**
 * dm_description_check:
 * @config: (nullable):
 * @card: (nullable):
 *
 * Whether the two are complete, and name the same number of classes.
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_OPTION
 */
gboolean
dm_description_check (const DmConfig *config,
                      const DmCard   *card,
                      GError        **error)
{
  if ((config != NULL && !dm_config_check_ranges (config, error)) ||
      (card != NULL && !dm_card_check (card, error)))
    return FALSE;

  if (config != NULL && card != NULL &&
      dm_card_get_n_classes (card) != config->n_classes)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                   _ ("the model has %zu classes but names %u"),
                   config->n_classes, dm_card_get_n_classes (card));
      return FALSE;
    }

  return TRUE;
}

/**
 * dm_description_write:
 * @config: (nullable):
 * @card: (nullable):
 *
 * Returns: (transfer full): both, which have passed dm_description_check().
 */
JsonObject *
dm_description_write (const DmConfig *config, const DmCard *card)
{
  JsonObject *json = json_object_new ();

  json_object_set_int_member (json, "format", DM_DESCRIPTION_FORMAT);
  if (config != NULL)
    json_object_set_object_member (json, "config", dm_config_to_json (config));
  if (card != NULL)
    json_object_set_object_member (json, "card", dm_card_to_json (card));

  return json;
}

static gboolean
check_format (JsonObject *json, GError **error)
{
  JsonNode *node = json_object_get_member (json, "format");
  gint64    format = 0;

  if (node != NULL && json_node_get_value_type (node) == G_TYPE_INT64)
    format = json_node_get_int (node);

  if (format < 1)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("the model's description has no format number"));
      return FALSE;
    }

  if (format > DM_DESCRIPTION_FORMAT)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_UNSUPPORTED,
                   _ ("the model was made by a newer gegl-diffusion (format "
                      "%" PRId64 "; this one reads up to %d): update "
                      "gegl-diffusion to use it"),
                   format, DM_DESCRIPTION_FORMAT);
      return FALSE;
    }

  return TRUE;
}

/* Returns: whether the member is missing, *@object NULL, or an object. */
static gboolean
get_object (JsonObject  *json,
            const char  *name,
            JsonObject **object,
            GError     **error)
{
  JsonNode *node = json_object_get_member (json, name);

  *object = NULL;
  if (node == NULL)
    return TRUE;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, DM_ERROR, DM_ERROR_CORRUPT,
                   _ ("the model's description has an unusable “%s”"), name);
      return FALSE;
    }

  *object = json_node_get_object (node);

  return TRUE;
}

/* Files made elsewhere need not name their classes: they are numbered. */
static void
number_classes (DmCard *card, size_t n_classes)
{
  g_strfreev (card->class_names);
  card->class_names = g_new0 (char *, n_classes + 1);
  for (size_t i = 0; i < n_classes; i++)
    card->class_names[i] = g_strdup_printf ("%zu", i);
}

/**
 * dm_description_read:
 * @config: (out)
 * @has_config: (out): whether there is one, and @config is set
 * @card: (out) (transfer full): never NULL on success
 *
 * Errors: DM_ERROR_CORRUPT, DM_ERROR_UNSUPPORTED, those of dm_config_check()
 */
gboolean
dm_description_read (JsonObject *json,
                     DmConfig   *config,
                     gboolean   *has_config,
                     DmCard    **card,
                     GError    **error)
{
  g_autoptr (DmCard) read = NULL;
  JsonObject *config_json, *card_json;

  *has_config = FALSE;
  if (!check_format (json, error) ||
      !get_object (json, "config", &config_json, error) ||
      !get_object (json, "card", &card_json, error))
    return FALSE;

  if (config_json != NULL && !dm_config_from_json (config, config_json, error))
    return FALSE;

  read =
      card_json != NULL ? dm_card_from_json (card_json, error) : dm_card_new ();
  if (read == NULL)
    return FALSE;

  if (config_json != NULL && dm_card_get_n_classes (read) == 0)
    number_classes (read, config->n_classes);
  if (!dm_description_check (config_json ? config : NULL, read, error))
    return FALSE;

  *has_config = config_json != NULL;
  *card = g_steal_pointer (&read);

  return TRUE;
}
