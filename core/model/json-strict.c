/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/json-strict.h"

#include <glib/gi18n-lib.h>
#include <stdbool.h>
#include <string.h>

#include "tensor/error.h"

/* json-glib calls itself for each level and spends a hundred bytes on a value:
 * a small hostile file must neither end the stack nor the memory.
 */
#define MAX_DEPTH 16
#define MAX_VALUES (1 << 20)

/* What may stand outside of strings. json-glib reads more than JSON: comments,
 * hexadecimal numbers, assignments, several values one after the other.
 */
static gboolean
is_plain (char c)
{
  return c != '\0' && strchr ("0123456789+-.eEtrufalsn: \t\r\n", c) != NULL;
}

/* The end of a string whose opening quote is at @at, or @end. */
static const char *
skip_string (const char *at, const char *end)
{
  for (at++; at < end && *at != '"'; at++)
    {
      if ((guchar) *at < 0x20)
        return end;
      if (*at == '\\')
        at++;
    }

  return MIN (at, end);
}

/* Whether @text is one object, not too deep and not too large. */
static gboolean
scan (const char *text, gsize length)
{
  const char *end = text + length;
  guint       depth = 0, n_values = 0;

  if (length == 0 || *text != '{')
    return FALSE;

  for (const char *at = text; at < end; at++)
    {
      if (depth == 0 && at > text && strchr (" \t\r\n", *at) == NULL)
        return FALSE;

      if (*at == '{' || *at == '[')
        depth++;
      else if (*at == '}' || *at == ']')
        depth--;
      else if (*at == '"')
        at = skip_string (at, end);
      else if (*at != ',' && !is_plain (*at))
        return FALSE;

      if (at == end || depth > MAX_DEPTH)
        return FALSE;

      if (*at == ',' || *at == '[' || *at == '{')
        n_values++;
      if (n_values > MAX_VALUES)
        return FALSE;
    }

  return depth == 0;
}

/* Members of the objects that are being read, innermost last: json-glib keeps
 * the last of two members with one name, so that an object ends up smaller.
 */
typedef struct
{
  GArray  *open; /* of guint */
  gboolean duplicate;
} Members;

static void
on_object_start (JsonParser *parser G_GNUC_UNUSED, Members *members)
{
  guint none = 0;

  g_array_append_val (members->open, none);
}

static void
on_object_member (JsonParser *parser G_GNUC_UNUSED,
                  JsonObject *object G_GNUC_UNUSED,
                  const char *name   G_GNUC_UNUSED,
                  Members           *members)
{
  g_array_index (members->open, guint, members->open->len - 1)++;
}

static void
on_object_end (JsonParser *parser G_GNUC_UNUSED,
               JsonObject        *object,
               Members           *members)
{
  guint last = members->open->len - 1;

  if (g_array_index (members->open, guint, last) !=
      json_object_get_size (object))
    members->duplicate = TRUE;

  g_array_set_size (members->open, last);
}

static JsonNode *
load (const char *text, gsize length)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GArray) open = g_array_new (FALSE, FALSE, sizeof (guint));
  Members members = { open, FALSE };

  g_signal_connect (parser, "object-start", G_CALLBACK (on_object_start),
                    &members);
  g_signal_connect (parser, "object-member", G_CALLBACK (on_object_member),
                    &members);
  g_signal_connect (parser, "object-end", G_CALLBACK (on_object_end), &members);

  if (!json_parser_load_from_data (parser, text, (gssize) length, NULL) ||
      members.duplicate)
    return NULL;

  return json_parser_steal_root (parser);
}

/**
 * dm_json_parse:
 * @text: [length], need not end in NUL
 *
 * Reads one JSON object, strictly: UTF-8, no comments, no member twice, nothing
 * but blanks behind it.
 *
 * Errors: DM_ERROR_CORRUPT
 *
 * Returns: (transfer full) (nullable):
 */
JsonObject *
dm_json_parse (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) root = NULL;

  if (g_utf8_validate_len (text, length, NULL) && scan (text, length))
    root = load (text, length);

  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_CORRUPT,
                           _ ("not a readable JSON object"));
      return NULL;
    }

  return json_node_dup_object (root);
}

/* json-glib marks a number with fraction by ".0" where it finds no point, also
 * in "1e+22", which no reader understands. @text: (inout)
 */
static void
repair_numbers (char *text)
{
  const char *text_end = text + strlen (text);
  char       *to = text;
  bool        exponent = false;

  for (const char *at = text; *at != '\0';)
    if (*at == '"')
      {
        const char *end = skip_string (at, text_end);

        memmove (to, at, (size_t) (end - at) + 1);
        to += end - at + 1;
        at = end + 1;
      }
    else if (exponent && *at == '.')
      {
        at += strlen (".0");
      }
    else
      {
        exponent = *at == 'e' || (exponent && strchr ("+-0123456789", *at));
        *to++ = *at++;
      }

  *to = '\0';
}

/**
 * dm_json_print:
 * @pretty: over several lines, for people
 *
 * Returns: (transfer full): @object as text.
 */
char *
dm_json_print (JsonObject *object, gboolean pretty)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  char *text;

  json_node_set_object (root, object);

  text = json_to_string (root, pretty);
  repair_numbers (text);

  return text;
}
