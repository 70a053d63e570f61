/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "program/columns.h"
#include "program/train-run.h"

static void
add_line (GString *text, const char *name, gboolean given, const char *value)
{
  g_autofree char *told =
      g_strconcat (value, given ? _ (" (given)") : "", NULL);

  dm_columns_add_line (text, name, told);
}

static char *
describe_mirror (const DmTrainRun *self)
{
  if (self->options.given.mirror || !self->choice.looked_at_sides)
    return g_strdup (self->options.mirror ? _ ("half of the pictures") :
                                            _ ("none"));

  return g_strdup (
      self->options.mirror ?
          _ ("half of the pictures, which look alike to the left and right") :
          _ ("none: the pictures differ to the left and right"));
}

static void
add_network (GString *text, const DmTrainOptions *o)
{
  g_autofree char *width = g_strdup_printf ("%d", o->width);
  g_autofree char *blocks = g_strdup_printf ("%d", o->blocks);
  g_autofree char *patch = g_strdup_printf ("%d", o->patch);

  add_line (text, _ ("width"), o->given.width, width);
  add_line (text, _ ("multipliers"), o->given.multipliers, o->multipliers);
  add_line (text, _ ("blocks"), o->given.blocks, blocks);
  add_line (text, _ ("attention"), o->given.attention, o->attention);
  add_line (text, _ ("patch"), o->given.patch, patch);
}

static const char *
describe_evaluation (const DmTrainOptions *o)
{
  if (!o->evaluate)
    return _ ("none");

  return o->images > 0 ? _ ("at the end") :
                         _ ("at the end, a tenth of the time at most");
}

static void
add_rest (GString *text, const DmTrainRun *self)
{
  const DmTrainOptions *o = &self->options;
  char                  number[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char      *batch = g_strdup_printf ("%d", o->batch);
  g_autofree char      *mirror = describe_mirror (self);
  g_autofree char *warm_up = g_strdup_printf ("%" G_GINT64_FORMAT, o->warm_up);

  add_line (text, _ ("batch"), o->given.batch, batch);
  add_line (text, _ ("warm-up"), o->given.warm_up, warm_up);
  add_line (text, _ ("mirror"), o->given.mirror, mirror);
  add_line (text, _ ("augment"), o->augment > 0.0,
            g_ascii_formatd (number, sizeof number, "%g", o->augment));
  add_line (text, _ ("dropout"), o->given.dropout,
            g_ascii_formatd (number, sizeof number, "%g", o->dropout));
  add_line (text, _ ("evaluation"), o->given.evaluate, describe_evaluation (o));
}

/**
 * dm_train_describe_choice:
 *
 * Returns: (transfer full): one line for each thing that is chosen or could be;
 * empty if the task or a former sitting has chosen
 */
char *
dm_train_describe_choice (const DmTrainRun *self)
{
  const DmTrainOptions *o = &self->options;
  GString              *text = g_string_new (NULL);
  g_autofree char      *size =
      g_strdup_printf ("%zu x %zu", self->dataset->side, self->dataset->side);

  if (self->config.task == DM_TASK_CLASSIFIER || o->resume)
    return g_string_free (text, FALSE);

  g_string_append (text, _ ("chosen for these pictures and this length, but "
                            "for what is given:\n"));
  add_line (text, _ ("size"), o->given.size, size);
  add_network (text, o);
  add_rest (text, self);

  return g_string_free (text, FALSE);
}
