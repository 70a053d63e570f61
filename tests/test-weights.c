/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "model/dtype.h"
#include "model/weights-header.h"
#include "model/weights.h"
#include "tensor/error.h"

static char *folder;

static DmConfig
make_config (void)
{
  DmConfig config;

  dm_config_init (&config);
  config.resolution = 32;
  config.channels = 3;
  config.n_classes = 2;
  config.width = 64;
  config.n_levels = 3;
  for (size_t i = 0; i < 3; i++)
    {
      config.multipliers[i] = i + 1;
      config.attention[i] = i == 2;
    }
  config.dropout = 0.1;
  config.prediction = DM_PREDICTION_V;

  return config;
}

static DmCard *
make_card (void)
{
  DmCard *card = dm_card_new ();

  g_strfreev (card->class_names);
  card->class_names = g_strsplit ("Große “Hütte”|cat\\dog", "|", -1);
  card->images_per_class = g_new0 (gint64, 2);
  card->images_per_class[1] = G_GINT64_CONSTANT (5000000000);
  card->title = g_strdup ("Two");
  card->sampler = g_strdup ("dpm2m");
  card->guidance = 1.1;
  card->n_steps = 25;
  card->guidance_end = 0.125;
  card->data_credits = g_strdup ("A\nB");
  card->seed = G_MAXUINT64;

  return card;
}

static const float  floats[6] = { 0.0f, -1.5f, 3e-5f, 65504.0f, 1e30f, 0.1f };
static const gint64 integers[1] = { -G_GINT64_CONSTANT (9007199254740992) };
static const guint8 bytes3[3] = { 0, 128, 255 };

static const DmToStore stored[] = {
  { "bytes", DM_DTYPE_U8, 1, { 3 }, bytes3 },
  { "f32", DM_DTYPE_F32, 2, { 2, 3 }, floats },
  { "none", DM_DTYPE_F32, 2, { 0, 7 }, NULL },
  { "bf16", DM_DTYPE_BF16, 1, { 6 }, floats },
  { "f16", DM_DTYPE_F16, 1, { 4 }, floats },
  { "one", DM_DTYPE_I64, 0, { 0 }, integers },
};

static char *
save_sample (const char *name)
{
  DmConfig config = make_config ();
  g_autoptr (DmCard) card = make_card ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  char *path = g_build_filename (folder, name, NULL);

  g_hash_table_insert (metadata, (char *) "step", (char *) "{\"n\": 3}");
  dm_weights_save (path, &config, card, metadata, stored, G_N_ELEMENTS (stored),
                   &error);
  g_assert_no_error (error);

  return path;
}

static GBytes *
read_bytes (const char *path)
{
  char *data = NULL;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));

  return g_bytes_new_take (data, size);
}

/* What was saved is read again: values, description, metadata, shapes. */
static void
test_round_trip (void)
{
  g_autofree char *path = save_sample ("sample.safetensors");
  g_autoptr (GError) error = NULL;
  g_autoptr (DmWeights) weights = dm_weights_open (path, &error);
  g_autoptr (DmCard) card = make_card ();
  DmConfig        config = make_config ();
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
  g_autoptr (GBytes) first = read_bytes (path);
  g_autofree char *again = save_sample ("sample.safetensors");
  g_autoptr (GBytes) second = read_bytes (again);
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
  g_autoptr (GBytes) whole = read_bytes (path);
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

static guint
count_files (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;

  return n;
}

static void
save_large (const char *path, GError **error)
{
  g_autofree float *value = g_new0 (float, 100000);
  DmToStore         large = { "large", DM_DTYPE_F32, 1, { 100000 }, value };

  g_assert_false (dm_weights_save (path, NULL, NULL, NULL, &large, 1, error));
}

/* Writes stop at @limit bytes, as on a full disk. */
static void
limit_file_size (rlim_t limit)
{
  struct rlimit limits = { limit, limit };

  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limits), ==, 0);
}

/* When the disk is full, the former file is as it was, and alone. */
static void
test_full_disk (void)
{
  static const rlim_t limits[] = { 200000, 100, 0 };
  g_autofree char    *path = NULL;
  g_autoptr (GBytes) before = NULL;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }

  path = save_sample ("kept.safetensors");
  before = read_bytes (path);

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) after = NULL;
      guint n_files = count_files (folder);

      limit_file_size (limits[i]);
      save_large (path, &error);
      g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
      g_assert_true (g_str_has_prefix (error->message, path));

      after = read_bytes (path);
      g_assert_true (g_bytes_equal (before, after));
      g_assert_cmpuint (count_files (folder), ==, n_files);
    }
}

/* Where a file cannot be put, nothing is: least of all over what is no plain
 * file. Devices stand in our own folder: were the guard broken and the test run
 * by root, it would take those in /dev from everybody.
 */
static void
test_unwritable (void)
{
  g_autofree char  *file = save_sample ("file");
  g_autofree char  *below = g_build_filename (file, "a.safetensors", NULL);
  g_autofree char  *pipe = g_build_filename (folder, "unwritable", NULL);
  const char *const paths[] = {
    "/nonexistent/a.safetensors", "/proc/a.safetensors", below, folder, pipe,
  };
  struct stat status;

  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      save_large (paths[i], &error);
      g_assert_error (error, DM_ERROR, DM_ERROR_FILE);
      g_assert_true (g_str_has_prefix (error->message, paths[i]));
    }

  g_assert_cmpint (stat (pipe, &status), ==, 0);
  g_assert_true (S_ISFIFO (status.st_mode));
}

/* A link keeps leading to the file; modes follow the umask. */
static void
test_link (void)
{
  g_autofree char *path = save_sample ("target.safetensors");
  g_autofree char *link = g_build_filename (folder, "link", NULL);
  g_autofree char *same = NULL;
  struct stat      status;
  mode_t           mask = umask (0);

  umask (mask);
  g_assert_cmpint (symlink (path, link), ==, 0);
  same = save_sample ("link");

  g_assert_true (g_file_test (link, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0666 & ~mask);
}

/* A description that could not be read again is not written. */
static void
test_unstorable (void)
{
  g_autofree char *path = g_build_filename (folder, "no.safetensors", NULL);
  DmConfig         config = make_config ();
  g_autoptr (DmCard) card = make_card ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) nan_error = NULL;

  config.n_classes = 3;
  g_assert_false (dm_weights_save (path, &config, card, NULL, NULL, 0, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_CORRUPT);

  card->duration = NAN;
  g_assert_false (
      dm_weights_save (path, NULL, card, NULL, NULL, 0, &nan_error));
  g_assert_error (nan_error, DM_ERROR, DM_ERROR_OPTION);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static float
decode (guint16 half, DmDtype dtype)
{
  guint16 little = GUINT16_TO_LE (half);
  float   y;

  dm_dtype_to_float (&y, &little, dtype, 1);

  return y;
}

static guint16
encode (float x, DmDtype dtype)
{
  guint16 half;

  dm_dtype_from_float (&half, &x, dtype, 1);

  return GUINT16_FROM_LE (half);
}

/* All halves survive; between two neighbours the nearer is taken, half way the
 * even one; beyond the largest comes infinity.
 */
static void
check_rounding (DmDtype dtype, guint16 infinity)
{
  for (guint h = 0; h < infinity; h++)
    {
      float   here = decode ((guint16) h, dtype);
      float   next = decode ((guint16) (h + 1), dtype);
      float   middle;
      guint16 even = (guint16) (h + (h & 1));

      /* where infinity begins, as if the exponents went on */
      if (isinf (next))
        next = 2 * here - decode ((guint16) (h - 1), dtype);
      middle = 0.5f * here + 0.5f * next;

      g_assert_cmpuint (encode (here, dtype), ==, h);
      g_assert_cmpuint (encode (-here, dtype), ==, h | 0x8000);
      if (isinf (middle))
        continue;
      g_assert_cmpuint (encode (middle, dtype), ==, even);
      g_assert_cmpuint (encode (nextafterf (middle, 0.0f), dtype), ==, h);
      g_assert_cmpuint (encode (nextafterf (middle, INFINITY), dtype), ==,
                        h + 1);
    }

  g_assert_cmpuint (encode (INFINITY, dtype), ==, infinity);
  g_assert_cmpuint (encode (-INFINITY, dtype), ==, infinity | 0x8000);
  g_assert_true (isnan (decode (encode (NAN, dtype), dtype)));
}

static void
test_rounding (void)
{
  check_rounding (DM_DTYPE_F16, 0x7c00);
  check_rounding (DM_DTYPE_BF16, 0x7f80);
  g_assert_true (decode (0x3555, DM_DTYPE_F16) == 0.333251953125f);
  g_assert_true (decode (0x0001, DM_DTYPE_F16) == 0x1p-24f);
}

static void
remove_folder (void)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
  g_free (folder);
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
  g_test_add_func ("/weights/full-disk", test_full_disk);
  g_test_add_func ("/weights/unwritable", test_unwritable);
  g_test_add_func ("/weights/link", test_link);
  g_test_add_func ("/weights/unstorable", test_unstorable);
  g_test_add_func ("/weights/rounding", test_rounding);

  status = g_test_run ();
  remove_folder ();

  return status;
}
