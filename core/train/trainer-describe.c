/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/config-json.h"
#include "train/trainer-private.h"

/* The same in every language: it is compared. */
static void
add_number (GString *text, double value)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (text,
                   g_ascii_formatd (number, sizeof number, "%.17g", value));
}

static void
add (GString *text, const char *name, double value)
{
  g_string_append_printf (text, "%s=", name);
  add_number (text, value);
  g_string_append_c (text, ' ');
}

/* Nothing for the schedule's own law: states of earlier versions had no other.
 */
static void
add_noise (GString *text, const DmTrainerOptions *options)
{
  if (options->noise_mean == 0.0 && options->noise_spread == 1.0)
    return;

  g_string_append (text, "noise=");
  add_number (text, options->noise_mean);
  g_string_append_c (text, ',');
  add_number (text, options->noise_spread);
  g_string_append_c (text, ' ');
}

static void
add_config (GString *text, const DmConfig *config)
{
  g_autoptr (JsonObject) json = dm_config_to_json (config);
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *described = NULL;

  json_node_init_object (node, json);
  described = json_to_string (node, FALSE);
  g_string_append_printf (text, "network=%s", described);
}

static void
add_adamw (GString *text, const DmAdamwOptions *options)
{
  add (text, "beta1", options->beta1);
  add (text, "beta2", options->beta2);
  add (text, "floor", options->variance_floor);
  add (text, "decay", options->decay);
  add (text, "clip", options->clip);
}

/**
 * dm_trainer_describe:
 *
 * What must agree for a run to be continued: all but its length.
 *
 * Returns: (transfer full)
 */
char *
dm_trainer_describe (DmTrainer *self)
{
  const DmTrainerOptions *o = &self->options;
  const DmAugment        *drawn = &self->dataset->augment;
  g_autofree char        *augment = dm_augment_describe (drawn);
  GString                *text = g_string_new (NULL);

  /* of all pixels, which do not change in the trainer's life */
  if (self->digest == NULL)
    self->digest = dm_dataset_digest (self->dataset);

  g_string_append_printf (
      text, "2 data=%s seed=%" G_GUINT64_FORMAT " batch=%zu mirror=%d ",
      self->digest, o->seed, o->batch, drawn->mirror);
  add (text, "p_uncond", o->p_uncond);
  add (text, "rate", o->rate);
  g_string_append_printf (text, "warm_up=%" G_GUINT64_FORMAT " ", o->warm_up);
  add (text, "hold", o->hold);
  add (text, "ema", o->ema_length);
  add_adamw (text, &o->adamw);
  add_noise (text, o);
  /* nothing for pictures as they are, likewise */
  if (o->augment > 0.0)
    add (text, "augment", o->augment);
  g_string_append (text, augment);
  add_config (text, &self->config);

  return g_string_free (text, FALSE);
}
