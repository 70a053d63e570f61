/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/describe.h"

#include <glib/gi18n-lib.h>
#include <inttypes.h>
#include <string.h>

#include "model/dtype.h"
#include "program/columns.h"

/* --- counting --------------------------------------------------------------
 */

/**
 * dm_describe_count:
 *
 * Returns: what all tensors are together; its text is the caller's
 */
DmTotals
dm_describe_count (const DmWeights *weights)
{
  DmTotals totals = { 0 };
  g_autoptr (GPtrArray) dtypes = g_ptr_array_new ();

  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      const DmStored *stored = dm_weights_get_tensor (weights, i);
      const char     *dtype = dm_dtype_get_name (stored->dtype);

      totals.n_bytes += stored->n_bytes;
      totals.n_values += stored->n_bytes / dm_dtype_get_size (stored->dtype);
      if (!g_ptr_array_find (dtypes, dtype, NULL))
        g_ptr_array_add (dtypes, (char *) dtype);
    }

  g_ptr_array_add (dtypes, NULL);
  totals.dtypes = g_strjoinv (", ", (char **) dtypes->pdata);

  return totals;
}

/* --- for people --------------------------------------------------------------
 */

G_GNUC_PRINTF (3, 4)
static void
add (GString *text, const char *label, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list          args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  dm_columns_add_line (text, label, value);
}

/* "T-shirt/top [t-shirt-top] (6000), Bag [bag] (6000)" */
static void
add_classes (GString *text, const DmCard *card)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_auto (GStrv) nicks = dm_card_class_nicks (card);

  for (guint i = 0; i < dm_card_get_n_classes (card); i++)
    {
      g_string_append_printf (names, "%s%s", i > 0 ? ", " : "",
                              card->class_names[i]);
      if (strcmp (nicks[i], card->class_names[i]) != 0)
        g_string_append_printf (names, " [%s]", nicks[i]);
      if (card->images_per_class != NULL)
        g_string_append_printf (names, " (%" G_GINT64_FORMAT ")",
                                card->images_per_class[i]);
    }

  add (text, _ ("classes"), "%u: %s", dm_card_get_n_classes (card), names->str);
}

/* "2, middle" or "none" */
static char *
list_attention (const DmConfig *config)
{
  GString *text = g_string_new (NULL);

  for (size_t i = 0; i < config->n_levels; i++)
    if (config->attention[i])
      g_string_append_printf (text, "%s%zu", text->len > 0 ? ", " : "", i);
  if (config->attention_middle)
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "",
                            _ ("middle"));
  if (text->len == 0)
    g_string_append (text, _ ("none"));

  return g_string_free (text, FALSE);
}

static const char *
describe_canvas (const DmConfig *config)
{
  if (config->task == DM_TASK_CLASSIFIER)
    return "";

  return dm_config_fits_any_canvas (config) ? _ ("; draws on any canvas") :
                                              _ ("; draws at this size");
}

static void
add_config (GString *text, const DmConfig *config)
{
  g_autoptr (GString) multipliers = g_string_new (NULL);
  g_autofree char *attention = list_attention (config);

  for (size_t i = 0; i < config->n_levels; i++)
    g_string_append_printf (multipliers, "%s%zu", i > 0 ? ", " : "",
                            config->width * config->multipliers[i]);

  add (text, _ ("picture"), "%zu x %zu, %s%s", config->resolution,
       config->resolution, config->channels == 1 ? _ ("gray") : _ ("colour"),
       describe_canvas (config));
  add (text, _ ("network"),
       _ ("channels per level %s; %zu blocks each; attention: %s"),
       multipliers->str, config->n_blocks, attention);
}

/* What the network's output means. */
static void
add_diffusion (GString *text, const DmConfig *config)
{
  g_autofree char *cells =
      config->patch > 1 ? g_strdup_printf (_ (", cells of %zu x %zu pixels"),
                                           config->patch, config->patch) :
                          g_strdup ("");

  add (text, _ ("predicts"), _ ("%s, log-SNR %g … %g%s%s"),
       dm_prediction_get_name (config->prediction), config->logsnr_max,
       config->logsnr_min, cells, config->circular ? _ (", seamless") : "");
  if (dm_config_is_scaled (config))
    add (text, _ ("scales"), _ ("%.3g to %.3g, by choice"), config->scale_min,
         config->scale_max);
}

static void
add_classifier (GString *text, const DmCard *card)
{
  dm_columns_add_line (text, _ ("task"),
                       _ ("classifier, for “gegl-diffusion evaluate”"));
  if (card->accuracy > 0.0)
    add (text, _ ("accuracy"), _ ("%.2f %% of held-out pictures"),
         100.0 * card->accuracy);
}

static void
add_recommended (GString *text, const DmCard *card)
{
  add (text, _ ("recommended"), _ ("guidance %g (t %g … %g)"), card->guidance,
       card->guidance_start, card->guidance_end);
  if (card->measured_pictures > 0)
    add (text, _ ("measured"),
         _ ("FID %.4g, %.0f %% show their class, of %" PRId64 " drawn"),
         card->measured_fid, 100.0 * card->measured_accuracy,
         card->measured_pictures);
  if (card->n_steps > 0)
    add (text, _ ("steps"), "%d", card->n_steps);
  dm_columns_add_line (text, _ ("sampler"), card->sampler);
}

static void
add_seen (GString *text, const DmConfig *config, const DmCard *card)
{
  if (config->task == DM_TASK_CLASSIFIER)
    add (text, _ ("training"),
         _ ("%" PRId64 " pictures seen, seed %" PRIu64 ", average %g"),
         card->images_seen, card->seed, card->ema_length);
  else
    add (text, _ ("training"),
         _ ("%" PRId64 " pictures seen, seed %" PRIu64
            ", classes dropped %g, average %g"),
         card->images_seen, card->seed, card->p_uncond, card->ema_length);
}

static void
add_training (GString *text, const DmConfig *config, const DmCard *card)
{
  int seconds = (int) MIN (card->duration, 1e9);

  dm_columns_add_line (text, _ ("data"), card->data_name);
  dm_columns_add_line (text, _ ("licence"), card->data_licence);
  dm_columns_add_line (text, _ ("credits"), card->data_credits);
  if (card->images_seen > 0)
    add_seen (text, config, card);
  if (card->images_before > 0)
    add (text, _ ("began with"),
         _ ("weights that had seen %" PRId64 " pictures"), card->images_before);
  if (seconds > 0)
    add (text, _ ("time"), "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60,
         seconds % 60);
  dm_columns_add_line (text, _ ("program"), card->program_version);
}

static void
add_tensors (GString *text, const DmWeights *weights)
{
  for (guint i = 0; i < dm_weights_get_n_tensors (weights); i++)
    {
      const DmStored *stored = dm_weights_get_tensor (weights, i);

      g_string_append_printf (text, "    %-5s %s [",
                              dm_dtype_get_name (stored->dtype), stored->name);
      for (guint d = 0; d < stored->n_dims; d++)
        g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, d > 0 ? ", " : "",
                                stored->shape[d]);
      g_string_append (text, "]\n");
    }
}

/**
 * dm_describe_text:
 * @path: of the file
 * @tensors: whether to list them one by one
 *
 * Returns: (transfer full): a few lines for people
 */
char *
dm_describe_text (const DmWeights *weights, const char *path, gboolean tensors)
{
  const DmConfig  *config = dm_weights_get_config (weights);
  const DmCard    *card = dm_weights_get_card (weights);
  DmTotals         totals = dm_describe_count (weights);
  g_autofree char *shown = g_filename_display_name (path);
  g_autofree char *size = g_format_size (totals.n_bytes);
  GString         *text = g_string_new (NULL);

  g_string_append_printf (text, "%s (%s)\n", card->title, shown);
  if (config != NULL)
    {
      add_classes (text, card);
      add_config (text, config);
      if (config->task == DM_TASK_CLASSIFIER)
        {
          add_classifier (text, card);
        }
      else
        {
          add_diffusion (text, config);
          add_recommended (text, card);
        }
      add_training (text, config, card);
    }
  else
    {
      add (text, _ ("network"), "%s", _ ("not described: not a model"));
    }

  add (text, _ ("weights"), _ ("%.2f million in %u tensors, %s, %s"),
       totals.n_values / 1e6, dm_weights_get_n_tensors (weights),
       *totals.dtypes != '\0' ? totals.dtypes : "–", size);
  if (tensors)
    add_tensors (text, weights);
  g_free (totals.dtypes);

  return g_string_free (text, FALSE);
}
