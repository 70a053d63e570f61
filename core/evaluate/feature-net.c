/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "evaluate/feature-net.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "model/classifier.h"
#include "nn/cross-entropy.h"
#include "tensor/error.h"
#include "tensor/memory.h"

/* Pictures that are looked at together. */
#define BATCH 64

struct _DmFeatureNet
{
  DmClassifier     *classifier;
  DmClassifierPlan *plan;
  DmCard           *card;
  char             *digest;
  DmContext         context;

  /* a batch */
  float *x0;     /* [BATCH, floats of a picture] */
  float *logits; /* [BATCH, n_classes]           */
  float *p;      /* [BATCH, n_classes]           */
  float *value;  /* [BATCH, dim]                 */
  int    class_id[BATCH];
};

/* --- features -------------------------------------------------------------
 */

void
dm_features_clear (DmFeatures *self)
{
  g_clear_pointer (&self->value, g_free);
  g_clear_pointer (&self->probability, g_free);
  g_clear_pointer (&self->class_id, g_free);
}

/**
 * dm_feature_net_prepare:
 * @features: (out) for @n pictures, to be filled by dm_feature_net_look() and
 * to be cleared
 *
 * Errors: %DM_ERROR_MEMORY
 */
gboolean
dm_feature_net_prepare (const DmFeatureNet *self,
                        DmFeatures         *features,
                        size_t              n,
                        GError            **error)
{
  size_t  dim = dm_feature_net_get_dim (self);
  size_t  n_classes = dm_feature_net_get_config (self)->n_classes;
  guint64 bytes = (guint64) n * (dim + n_classes + 1) * sizeof (float);

  *features = (DmFeatures){ .n = n, .dim = dim, .n_classes = n_classes };
  if (!dm_memory_is_there (bytes))
    {
      g_autofree char *size = g_format_size (bytes);

      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("the features of %zu pictures take %s of memory, "
                      "which cannot be had"),
                   n, size);
      return FALSE;
    }

  features->value = g_new0 (float, n *dim);
  features->probability = g_new0 (float, n *n_classes);
  features->class_id = g_new0 (int, n);

  return TRUE;
}

/* --- the network ----------------------------------------------------------
 */

static size_t
picture_floats (const DmFeatureNet *self)
{
  const DmConfig *config = dm_feature_net_get_config (self);

  return config->resolution * config->resolution * config->channels;
}

static char *
digest_file (const char *path, GError **error)
{
  g_autofree char *contents = NULL;
  gsize            length;

  if (!g_file_get_contents (path, &contents, &length, error))
    return NULL;

  return g_compute_checksum_for_data (G_CHECKSUM_SHA256,
                                      (const guchar *) contents, length);
}

static void
allocate_batch (DmFeatureNet *self)
{
  size_t n_classes = dm_feature_net_get_config (self)->n_classes;

  self->x0 = g_new0 (float, BATCH *picture_floats (self));
  self->logits = g_new0 (float, BATCH *n_classes);
  self->p = g_new0 (float, BATCH *n_classes);
  self->value = g_new0 (float, BATCH *dm_feature_net_get_dim (self));
}

/**
 * dm_feature_net_open:
 * @path: of a classifier's weights file
 * @pool: (nullable): lent
 *
 * Errors: those of dm_classifier_load() and dm_classifier_plan_new()
 *
 * Returns: (transfer full) (nullable)
 */
DmFeatureNet *
dm_feature_net_open (const char *path, DmPool *pool, GError **error)
{
  g_autoptr (DmFeatureNet) self = g_new0 (DmFeatureNet, 1);

  self->context = (DmContext){
    .kernels = dm_kernels_get_default (),
    .pool = pool,
  };
  self->classifier = dm_classifier_load (path, &self->card, error);
  if (self->classifier == NULL)
    return NULL;

  self->plan = dm_classifier_plan_new (self->classifier, DM_PLAN_INFER, BATCH,
                                       pool, error);
  if (self->plan == NULL)
    return NULL;

  self->digest = digest_file (path, error);
  if (self->digest == NULL)
    return NULL;

  allocate_batch (self);

  return g_steal_pointer (&self);
}

/**
 * dm_feature_net_free:
 * @self: (nullable)
 */
void
dm_feature_net_free (DmFeatureNet *self)
{
  if (self == NULL)
    return;

  dm_classifier_plan_free (self->plan);
  dm_classifier_free (self->classifier);
  dm_card_free (self->card);
  g_free (self->digest);
  g_free (self->x0);
  g_free (self->logits);
  g_free (self->p);
  g_free (self->value);
  g_free (self);
}

const DmConfig *
dm_feature_net_get_config (const DmFeatureNet *self)
{
  return dm_classifier_get_config (self->classifier);
}

const DmCard *
dm_feature_net_get_card (const DmFeatureNet *self)
{
  return self->card;
}

/**
 * dm_feature_net_get_dim:
 *
 * Returns: how many features a picture has.
 */
size_t
dm_feature_net_get_dim (const DmFeatureNet *self)
{
  return dm_classifier_get_n_features (self->classifier);
}

/**
 * dm_feature_net_get_digest:
 *
 * Returns: SHA-256 of the file: figures by the same one can be compared.
 */
const char *
dm_feature_net_get_digest (const DmFeatureNet *self)
{
  return self->digest;
}

/* --- looking --------------------------------------------------------------
 */

/* To the nearest of the 256 values that a file has, as all pictures come. */
static void
round_to_bytes (float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = rintf ((CLAMP (x[i], -1.0f, 1.0f) + 1.0f) * 127.5f) / 127.5f - 1.0f;
}

/* @n: up to BATCH; what is left of the batch looks at what was there before */
static void
look_at_batch (DmFeatureNet *self,
               DmFeatures   *features,
               const float  *x0,
               size_t        first,
               size_t        n)
{
  size_t dim = features->dim, n_classes = features->n_classes;

  memcpy (self->x0, x0, n * picture_floats (self) * sizeof *x0);
  memset (self->class_id, 0, sizeof self->class_id);
  dm_classifier_forward (self->classifier, self->plan, self->logits,
                         self->value, self->x0);
  dm_cross_entropy_forward (self->p, self->logits, self->class_id, BATCH,
                            n_classes, &self->context);

  memcpy (features->value + first * dim, self->value, n * dim * sizeof (float));
  memcpy (features->probability + first * n_classes, self->p,
          n * n_classes * sizeof (float));
}

/**
 * dm_feature_net_look:
 * @features: (inout): pictures @first ... @first + @n - 1 are filled in, but
 * for their classes
 * @x0: (inout) [n, resolution, resolution, channels] in [-1, 1]; on return
 * rounded to what 8 bits hold, which is what is looked at
 */
void
dm_feature_net_look (
    DmFeatureNet *self, DmFeatures *features, float *x0, size_t first, size_t n)
{
  size_t floats = picture_floats (self);

  g_assert (first + n <= features->n);

  round_to_bytes (x0, n * floats);
  for (size_t i = 0; i < n; i += BATCH)
    look_at_batch (self, features, x0 + i * floats, first + i,
                   MIN (n - i, BATCH));
}
