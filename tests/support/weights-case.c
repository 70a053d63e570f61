/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "weights-case.h"

#include <glib/gstdio.h>

/**
 * dm_weights_case_config:
 *
 * Returns: of a network of two classes.
 */
DmConfig
dm_weights_case_config (void)
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

/**
 * dm_weights_case_card:
 *
 * Returns: (transfer full): with what is hard to keep: quotes, large numbers.
 */
DmCard *
dm_weights_case_card (void)
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

static const float  floats[6] = DM_WEIGHTS_CASE_FLOATS;
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

/**
 * dm_weights_case_save:
 * @folder: where it goes, as @name
 * @card: of the file
 *
 * A file of six tensors, one of each type and one without elements, and with a
 * word beside ours.
 *
 * Returns: (transfer full): its path
 */
char *
dm_weights_case_save (const char *folder, const char *name, const DmCard *card)
{
  DmConfig config = dm_weights_case_config ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) metadata = g_hash_table_new (g_str_hash, g_str_equal);
  char *path = g_build_filename (folder, name, NULL);

  g_hash_table_insert (metadata, (char *) "step", (char *) "{\"n\": 3}");
  dm_weights_save (path, &config, card, metadata, stored, G_N_ELEMENTS (stored),
                   &error);
  g_assert_no_error (error);

  return path;
}

/**
 * dm_weights_case_read:
 *
 * Returns: (transfer full): all of the file.
 */
GBytes *
dm_weights_case_read (const char *path)
{
  char *data = NULL;
  gsize size = 0;

  g_assert_true (g_file_get_contents (path, &data, &size, NULL));

  return g_bytes_new_take (data, size);
}

/**
 * dm_weights_case_remove:
 * @folder: (transfer full): with plain files
 */
void
dm_weights_case_remove (char *folder)
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
