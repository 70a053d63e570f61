/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/evaluation.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "tensor/error.h"

/* What model, network and data have to agree in. */
typedef struct
{
  const char *what; /* translated, the subject of a sentence */
  size_t      side, channels;
  char      **class_names;
} Kind;

static Kind
get_kind (const char *what, const DmConfig *config, const DmCard *card)
{
  return (Kind){ what, config->resolution, config->channels,
                 card->class_names };
}

static const char *
get_colour (const Kind *kind)
{
  return kind->channels == 1 ? _ ("gray") : _ ("colour");
}

static gboolean
check_classes (const Kind *wanted, const Kind *found, GError **error)
{
  char **a = wanted->class_names, **b = found->class_names;
  guint  n = g_strv_length (a), i = 0;

  if (g_strv_length (b) != n)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("%s has %u classes, and the model has %u; they must be "
                      "the same"),
                   found->what, g_strv_length (b), n);
      return FALSE;
    }

  while (i < n && strcmp (a[i], b[i]) == 0)
    i++;
  if (i == n)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("class %u of %s is “%s”, and that of the model is “%s”; they "
                  "must be the same in the same order (--classes names those "
                  "of the data)"),
               i, found->what, b[i], a[i]);

  return FALSE;
}

static gboolean
check_kind (const Kind *wanted, const Kind *found, GError **error)
{
  if (found->side == wanted->side && found->channels == wanted->channels)
    return check_classes (wanted, found, error);

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%s is for pictures of %zu x %zu, %s, and the model for "
                  "%zu x %zu, %s; they must be the same"),
               found->what, found->side, found->side, get_colour (found),
               wanted->side, wanted->side, get_colour (wanted));

  return FALSE;
}

static gboolean
check_number (const DmEvaluationOptions *options, GError **error)
{
  size_t dim = dm_feature_net_get_dim (options->net);

  if (options->n_samples > dim)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%zu pictures are too few for the %zu features that the "
                  "feature network sees in each; draw more than these, better "
                  "ten times as many"),
               options->n_samples, dim);

  return FALSE;
}

/**
 * dm_evaluation_check:
 * @options: the dataset may be NULL still: the rest is checked
 *
 * Whether model, feature network and data go together, and there are pictures
 * enough.
 *
 * Errors: %DM_ERROR_OPTION
 */
gboolean
dm_evaluation_check (const DmEvaluationOptions *options, GError **error)
{
  const DmDataset *set = options->dataset;
  Kind model = get_kind (_ ("the model"), dm_model_get_config (options->model),
                         dm_model_get_card (options->model));
  Kind net = get_kind (_ ("the feature network"),
                       dm_feature_net_get_config (options->net),
                       dm_feature_net_get_card (options->net));

  if (!check_kind (&model, &net, error) || !check_number (options, error))
    return FALSE;

  if (set != NULL)
    {
      Kind data = { set->name, set->side, set->channels, set->class_names };

      return check_kind (&model, &data, error);
    }

  return TRUE;
}
