/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "check.h"
#include "model/dtype.h"
#include "model/weights-header.h"
#include "model/weights.h"
#include "tensor/error.h"
#include "weights-case.h"

static char *folder;

static char *
save_sample (const char *name)
{
  g_autoptr (DmCard) card = dm_weights_case_card ();

  return dm_weights_case_save (folder, name, card);
}

static const float floats[6] = DM_WEIGHTS_CASE_FLOATS;

/* What was saved is read again: values, description, metadata, shapes. */
static void
test_round_trip (void)
{
  g_autofree char *path = save_sample ("sample.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) weights = dm_weights_open (path, &error);
  g_autoptr (DmCard) card = dm_weights_case_card ();
  DmConfig        config = dm_weights_case_config ();
  const DmConfig *config_read;
  const DmCard   *card_read;
  float           value[6], bf16[6];

  g_assert_no_error (error);
  config_read = dm_weights_get_config (weights);
  card_read = dm_weights_get_card (weights);

  g_assert_cmpuint (config_read->width, ==, config.width);
  g_assert_cmpuint (config_read->multipliers[2], ==, 3);
  g_assert_true (config_read->attention[2] && !config_read->attention[1]);
  g_assert_true (config_read->dropout == config.dropout);
  g_assert_cmpint (config_read->prediction, ==, DM_PREDICTION_V);

  g_assert_true (g_strv_equal ((const char *const *) card_read->class_names,
                               (const char *const *) card->class_names));
  g_assert_cmpint (card_read->images_per_class[1], ==, 5000000000);
  g_assert_cmpstr (card_read->data_credits, ==, "A\nB");
  g_assert_cmpstr (card_read->data_name, ==, NULL);
  g_assert_true (card_read->guidance == 1.1);
  g_assert_true (card_read->seed == G_MAXUINT64);
  g_assert_cmpstr (dm_weights_get_metadata (weights, "step"), ==, "{\"n\": 3}");

  g_assert_cmpuint (dm_weights_get_n_tensors (weights), ==, 6);
  g_assert_cmpuint (dm_weights_find (weights, "f32")->shape[1], ==, 3);
  g_assert_null (dm_weights_find (weights, "f64"));

  g_assert_true (dm_weights_read (weights, "f32", value, 6, &error));
  dm_assert_same (value, floats, 6);
  g_assert_true (dm_weights_read (weights, "bf16", bf16, 6, &error));
  for (int i = 0; i < 6; i++)
    g_assert_true (fabsf (bf16[i] - floats[i]) <= fabsf (floats[i]) / 256);
  g_assert_true (dm_weights_read (weights, "bytes", value, 3, &error));
  g_assert_true (value[1] == 128.0f && value[2] == 255.0f);
  g_assert_true (dm_weights_read (weights, "one", value, 1, &error));
  g_assert_true (value[0] == -9007199254740992.0f);
  g_assert_no_error (error);

  g_assert_false (dm_weights_read (weights, "f32", value, 5, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
  g_clear_error (&error);
  g_assert_false (dm_weights_read (weights, "f64", value, 6, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
}

/* The header alone says the same, and so does its absence of a title. */
static void
test_header_only (void)
{
  g_autofree char *path = save_sample ("sample.safetensors");
  g_autofree char *plain =
      g_build_filename (folder, "my-second_model.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) weights = dm_weights_open_header (path, &error);
  g_autoptr (DmWeights) untitled = NULL;

  g_assert_no_error (error);
  g_assert_cmpuint (dm_weights_get_config (weights)->n_levels, ==, 3);
  g_assert_cmpstr (dm_weights_get_card (weights)->title, ==, "Two");
  g_assert_null (dm_weights_get_tensor (weights, 0)->data);

  g_assert_true (dm_weights_save (plain, NULL, NULL, NULL, NULL, 0, &error));
  untitled = dm_weights_open_header (plain, &error);
  g_assert_no_error (error);
  g_assert_null (dm_weights_get_config (untitled));
  g_assert_cmpstr (dm_weights_get_card (untitled)->title, ==,
                   "My second model");
}

/* Equal arguments make equal bytes; the data start on 64 bytes, and each
 * tensor on its elements.
 */
static void
test_layout (void)
{
  g_autofree char *path = save_sample ("sample.safetensors");
  g_autoptr (GBytes) first = dm_weights_case_read (path);
  g_autofree char *again = save_sample ("sample.safetensors");
  g_autoptr (GBytes) second = dm_weights_case_read (again);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) weights = dm_weights_open (path, &error);
  const guint8   *base;
  const DmStored *tensor;

  g_assert_true (g_bytes_equal (first, second));

  g_assert_no_error (error);
  base = dm_weights_get_tensor (weights, 0)->data;
  g_assert_cmpuint (GPOINTER_TO_SIZE (base) % 64, ==, 0);
  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      tensor = dm_weights_get_tensor (weights, i);
      g_assert_cmpuint (GPOINTER_TO_SIZE (tensor->data) %
                            dm_dtype_get_size (tensor->dtype),
                        ==, 0);
    }
}

/* Every proper prefix is refused, and one byte too many. Each lies in a block
 * of its own size, so that the address sanitizer sees a read past it.
 */
static void
test_prefixes (void)
{
  g_autofree char *path = save_sample ("sample.safetensors");
  g_autoptr (GBytes) whole = dm_weights_case_read (path);
  g_autofree char *longer = NULL;
  gsize            size;
  const char      *data = g_bytes_get_data (whole, &size);

  longer = g_malloc0 (size + 1);
  memcpy (longer, data, size);

  for (gsize n = 0; n <= size + 1; n++)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (longer, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (DmWeights) weights = dm_weights_parse (bytes, &error);

      g_assert_true ((weights != NULL) == (n == size));
      if (weights == NULL)
        g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
    }
}

/* A single flipped bit is found, wherever it is. Only a flip within the name of
 * the sum hides the sum; it changes nothing else.
 */
static void
test_flips (void)
{
  g_autofree char *path = save_sample ("sample.safetensors");
  g_autofree char *data = NULL;
  const char      *key;
  gsize            size, key_at;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));
  key = memmem (data, size, DM_HEADER_CRC_KEY, strlen (DM_HEADER_CRC_KEY));
  key_at = (gsize) (key - data);

  for (gsize bit = 0; bit < 8 * size; bit++)
    {
      gboolean in_key =
          bit / 8 >= key_at && bit / 8 < key_at + strlen (DM_HEADER_CRC_KEY);
      g_autoptr (GBytes) bytes = NULL;
      g_autoptr (GError) error = NULL;
      g_autoptr (DmWeights) weights = NULL;

      data[bit / 8] ^= (char) (1 << bit % 8);
      bytes = g_bytes_new (data, size);
      data[bit / 8] ^= (char) (1 << bit % 8);

      weights = dm_weights_parse (bytes, &error);
      g_assert_true (weights == NULL || in_key);
      if (weights == NULL)
        g_assert_true (error->domain == DM_ERROR);
    }
}

static GBytes *
make_file (const char *json, gsize data_size)
{
  guint64     length = GUINT64_TO_LE (strlen (json));
  GByteArray *file = g_byte_array_new ();

  g_byte_array_append (file, (const guint8 *) &length, 8);
  g_byte_array_append (file, (const guint8 *) json, strlen (json));
  g_byte_array_set_size (file, file->len + data_size);
  memset (file->data + file->len - data_size, 0, data_size);

  return g_byte_array_free_to_bytes (file);
}

static int
parse_code (const char *json, gsize data_size)
{
  g_autoptr (GBytes) bytes = make_file (json, data_size);
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) weights = dm_weights_parse (bytes, &error);

  if (weights != NULL)
    return -1;

  g_assert_true (error->domain == DM_ERROR);

  return error->code;
}

#define T(name, dtype, shape, from, to)                                        \
  "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape                    \
  "],\"data_offsets\":[" #from "," #to "]}"

static const struct
{
  const char *json;
  gsize       data_size;
  int         code; /* -1: accepted */
} headers[] = {
  { "{}", 0, -1 },
  { "{}  \n", 0, -1 },
  { "{" T ("a", "F32", "2", 0, 8) "}", 8, -1 },
  { "{" T ("b", "U8", "1", 8, 9) "," T ("a", "F32", "2", 0, 8) "}", 9, -1 },
  { "{" T ("a", "F32", "", 0, 4) "}", 4, -1 },
  { "{" T ("a", "F32", "0,5", 0, 0) "}", 0, -1 },
  { "{\"__metadata__\":{\"a\":\"\\\"}/*\"}}", 0, -1 },
  /* not the JSON it should be */
  { "[]", 0, DM_ERROR_CORRUPT },
  { " {}", 0, DM_ERROR_CORRUPT },
  { "{}{}", 0, DM_ERROR_CORRUPT },
  { "{", 0, DM_ERROR_CORRUPT },
  { "{/**/}", 0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":{\"a\":\"\xff\"}}", 0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":{\"a\":1}}", 0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":{\"a\":\"\\ud800\"}}", 0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":[]}", 0, DM_ERROR_CORRUPT },
  { "{\"a\":null}", 0, DM_ERROR_CORRUPT },
  { "{\"a\":{}}", 0, DM_ERROR_CORRUPT },
  { "{" T ("a\\u001b", "U8", "1", 0, 1) "}", 1, DM_ERROR_CORRUPT },
  { "{" T ("", "U8", "1", 0, 1) "}", 1, DM_ERROR_CORRUPT },
  /* twice */
  { "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", 0, DM_ERROR_CORRUPT },
  { "{" T ("a", "U8", "1", 0, 1) "," T ("a", "U8", "1", 0, 1) "}", 1,
    DM_ERROR_CORRUPT },
  { "{" T ("a", "U8", "1", 0, 1) "," T ("\\u0061", "U8", "1", 1, 2) "}", 2,
    DM_ERROR_CORRUPT },
  /* types */
  { "{" T ("a", "F64", "1", 0, 8) "}", 8, DM_ERROR_UNSUPPORTED },
  { "{" T ("a", "f32", "1", 0, 4) "}", 4, DM_ERROR_UNSUPPORTED },
  { "{\"a\":{\"dtype\":7,\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
    DM_ERROR_CORRUPT },
  /* shapes */
  { "{" T ("a", "F32", "-1", 0, 4) "}", 4, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "1.0", 0, 4) "}", 4, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "\"1\"", 0, 4) "}", 4, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "[1]", 0, 4) "}", 4, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "3", 0, 8) "}", 8, DM_ERROR_CORRUPT },
  { "{" T ("a", "U8", "1,1,1,1,1,1,1,1,1", 0, 1) "}", 1, DM_ERROR_CORRUPT },
  /* products beyond 64 bits that would wrap to what is there */
  { "{" T ("a", "U8", "4294967296,4294967296", 0, 0) "}", 0, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "4611686018427387905", 0, 4) "}", 4, DM_ERROR_CORRUPT },
  { "{" T ("a", "U8", "18446744073709551617", 0, 1) "}", 1, DM_ERROR_CORRUPT },
  /* places */
  { "{" T ("a", "F32", "2", 0, 8) "}", 7, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "2", 0, 8) "}", 9, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "2", 1, 9) "}", 9, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "1", 8, 4) "}", 8, DM_ERROR_CORRUPT },
  { "{" T ("a", "F32", "1", -4, 0) "}", 4, DM_ERROR_CORRUPT },
  { "{" T ("a", "U8", "4", 0, 4) "," T ("b", "U8", "4", 3, 7) "}", 7,
    DM_ERROR_CORRUPT },
  { "{" T ("a", "U8", "4", 0, 4) "," T ("b", "U8", "4", 5, 9) "}", 9,
    DM_ERROR_CORRUPT },
  { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", 1,
    DM_ERROR_CORRUPT },
  /* descriptions */
  { "{\"__metadata__\":{\"gegl-diffusion\":\"{\\\"format\\\":1}\"}}", 0, -1 },
  { "{\"__metadata__\":{\"gegl-diffusion\":\"{\\\"format\\\":2}\"}}", 0,
    DM_ERROR_UNSUPPORTED },
  { "{\"__metadata__\":{\"gegl-diffusion\":\"{}\"}}", 0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":{\"gegl-diffusion\":\"\"}}", 0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":{\"gegl-diffusion\":"
    "\"{\\\"format\\\":1,\\\"config\\\":{}}\"}}",
    0, DM_ERROR_CORRUPT },
  { "{\"__metadata__\":{\"gegl-diffusion\":"
    "\"{\\\"format\\\":1,\\\"card\\\":[]}\"}}",
    0, DM_ERROR_CORRUPT },
};

/* The rules of the format, one by one. */
static void
test_headers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (headers); i++)
    {
      int code = parse_code (headers[i].json, headers[i].data_size);

      if (code != headers[i].code)
        g_error ("%s: %d instead of %d", headers[i].json, code,
                 headers[i].code);
    }
}

/* A header may neither end the stack nor take the memory of the host. */
static void
test_hostile (void)
{
  g_autofree char *deep = g_strnfill (1000000, '[');
  g_autofree char *nested = g_strconcat ("{\"a\":", deep, NULL);
  g_autoptr (GString) wide = g_string_new ("{\"a\":[0");
  guint8 prefix[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
  g_autoptr (GBytes) bytes = g_bytes_new (prefix, sizeof prefix);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (parse_code (nested, 0), ==, DM_ERROR_CORRUPT);

  for (int i = 0; i < 3000000; i++)
    g_string_append (wide, ",0");
  g_string_append (wide, "]}");
  g_assert_cmpint (parse_code (wide->str, 0), ==, DM_ERROR_CORRUPT);

  g_assert_null (dm_weights_parse (bytes, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);
}

static void
assert_refused (const char *path, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) header_error = NULL;

  g_assert_null (dm_weights_open (path, &error));
  g_assert_error (error, DM_ERROR, code);
  g_assert_true (g_str_has_prefix (error->message, path));

  g_assert_null (dm_weights_open_header (path, &header_error));
  g_assert_error (header_error, DM_ERROR, code);
  g_assert_true (g_str_has_prefix (header_error->message, path));
}

/* What cannot be a weights file is refused with its name, without waiting. */
static void
test_unreadable (void)
{
  g_autofree char *missing = g_build_filename (folder, "missing", NULL);
  g_autofree char *empty = g_build_filename (folder, "empty", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  g_autofree char *text = g_build_filename (folder, "text", NULL);

  g_assert_true (g_file_set_contents (empty, "", 0, NULL));
  g_assert_true (g_file_set_contents (text, "Not a weights file.", -1, NULL));
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  assert_refused (missing, DM_ERROR_FILE);
  assert_refused (folder, DM_ERROR_FILE);
  assert_refused (pipe, DM_ERROR_FILE);
  assert_refused ("/dev/zero", DM_ERROR_FILE);
  assert_refused (empty, DM_ERROR_CORRUPT);
  assert_refused (text, DM_ERROR_CORRUPT);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("dm-weights-XXXXXX", NULL);

  g_test_add_func ("/weights/round-trip", test_round_trip);
  g_test_add_func ("/weights/header-only", test_header_only);
  g_test_add_func ("/weights/layout", test_layout);
  g_test_add_func ("/weights/prefixes", test_prefixes);
  g_test_add_func ("/weights/flips", test_flips);
  g_test_add_func ("/weights/headers", test_headers);
  g_test_add_func ("/weights/hostile", test_hostile);
  g_test_add_func ("/weights/unreadable", test_unreadable);

  status = g_test_run ();
  dm_weights_case_remove (folder);

  return status;
}
