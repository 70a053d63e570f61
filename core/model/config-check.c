/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n-lib.h>

#include "model/config.h"
#include "tensor/error.h"

/* Larger networks than this, 8 GB of weights, nobody means. */
#define MAX_PARAMETERS (G_GUINT64_CONSTANT (1) << 31)

#define SMALLEST_SCALE (1.0 / 256.0)
#define LARGEST_SCALE 256.0

/* Ranges in which products of sizes stay far below 2^64. */
typedef struct
{
  const char *name;
  size_t      value, min, max;
} Size;

static gboolean
check_size (Size size, GError **error)
{
  if (size.value >= size.min && size.value <= size.max)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%s of the network is %zu; it must lie between %zu and %zu"),
               size.name, size.value, size.min, size.max);

  return FALSE;
}

static gboolean
check_sizes (const DmConfig *self, GError **error)
{
  const Size sizes[] = {
    { "resolution", self->resolution, 1, 8192 },
    { "n_classes", self->n_classes, 1, 65536 },
    { "width", self->width, 2, 4096 },
    { "n_levels", self->n_levels, 1, DM_MAX_LEVELS },
    { "n_blocks", self->n_blocks, 1, 32 },
    { "head_width", self->head_width, 1, 4096 },
    { "n_groups", self->n_groups, 1, 4096 },
    { "embedding", self->embedding, 1, 16384 },
    { "patch", self->patch, 1, DM_MAX_PATCH },
  };

  for (size_t i = 0; i < G_N_ELEMENTS (sizes); i++)
    if (!check_size (sizes[i], error))
      return FALSE;

  for (size_t i = 0; i < self->n_levels; i++)
    if (!check_size ((Size){ "multipliers", self->multipliers[i], 1, 64 },
                     error))
      return FALSE;

  return TRUE;
}

static gboolean
fail (GError **error, const char *message)
{
  g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION, message);

  return FALSE;
}

/* Heads of attention share the channels of a level evenly. */
static gboolean
check_heads (const DmConfig *self, size_t c, GError **error)
{
  size_t n_heads = MAX (1, c / self->head_width);

  if (c % n_heads == 0)
    return TRUE;

  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("%zu channels cannot be shared by %zu attention heads; "
                  "choose another head_width than %zu"),
               c, n_heads, self->head_width);

  return FALSE;
}

static gboolean
check_widths (const DmConfig *self, GError **error)
{
  for (size_t i = 0; i < self->n_levels; i++)
    {
      size_t c = dm_config_get_level_width (self, i);
      bool   last = i + 1 == self->n_levels;

      if (c % self->n_groups != 0)
        {
          g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                       _ ("%zu channels cannot be divided into %zu groups; "
                          "width times each multiplier must be a multiple of "
                          "n_groups"),
                       c, self->n_groups);
          return FALSE;
        }

      if ((self->attention[i] || (last && self->attention_middle)) &&
          !check_heads (self, c, error))
        return FALSE;
    }

  /* the first convolution has the bare width */
  return self->width % self->n_groups == 0 ||
         fail (error, _ ("width must be a multiple of n_groups"));
}

/* The way down alone, and a linear layer. */
static guint64
estimate_classifier (const DmConfig *self)
{
  guint64 from = self->width, c = from;
  guint64 picture = self->channels * self->patch * self->patch;
  guint64 total = (9 * picture + 1) * from;

  for (size_t i = 0; i < self->n_levels; i++, from = c)
    {
      c = dm_config_get_level_width (self, i);
      total += self->n_blocks * (18 * c * c + 10 * c) + 10 * from * c;
      total += 9 * c * c + c;
    }

  return total + 2 * c + (c + 1) * self->n_classes;
}

/**
 * dm_config_estimate_parameters:
 * @self: with sizes in their ranges
 *
 * Returns: more parameters than the network has, by less than a factor of two.
 */
guint64
dm_config_estimate_parameters (const DmConfig *self)
{
  guint64 total = 0, embedding = self->embedding;

  if (self->task == DM_TASK_CLASSIFIER)
    return estimate_classifier (self);

  for (size_t i = 0; i < self->n_levels; i++)
    {
      guint64 c = dm_config_get_level_width (self, i);
      guint64 below =
          i + 1 < self->n_levels ? dm_config_get_level_width (self, i + 1) : c;
      guint64 block = 9 * c * c + 2 * c * embedding + 4 * c * c;

      total += (2 * self->n_blocks + 3) * (block + 10 * c * (c + below));
    }

  return total + embedding * (self->width + embedding + self->n_classes + 32);
}

static gboolean
check_meaning (const DmConfig *self, GError **error)
{
  if (self->channels != 1 && self->channels != 3)
    return fail (error, _ ("channels must be 1, for gray, or 3, for colour"));

  if ((unsigned) self->prediction >= DM_N_PREDICTIONS)
    return fail (error, _ ("the network's prediction is of an unknown kind"));

  if (!(self->dropout >= 0.0 && self->dropout <= 0.99))
    return fail (error, _ ("dropout must lie between 0 and 0.99"));

  if (!(self->sigma_data >= 1e-3 && self->sigma_data <= 1e3))
    return fail (error, _ ("sigma_data must lie between 0.001 and 1000"));

  if ((self->scale_min != 0.0 || self->scale_max != 0.0) &&
      !(self->scale_min >= SMALLEST_SCALE &&
        self->scale_min <= self->scale_max && self->scale_max <= LARGEST_SCALE))
    return fail (error, _ ("scales must lie between 1/256 and 256, the smaller "
                           "one first"));

  if (!(self->logsnr_min >= -100.0 && self->logsnr_max <= 100.0 &&
        self->logsnr_min < self->logsnr_max))
    return fail (error,
                 _ ("logsnr_min must be below logsnr_max, both between -100 "
                    "and 100"));

  return TRUE;
}

/**
 * dm_config_check:
 * @self: any values, of a file or of options
 *
 * Errors: %DM_ERROR_OPTION
 *
 * Returns: whether such a network can be built.
 */
gboolean
dm_config_check (const DmConfig *self, GError **error)
{
  if (!check_sizes (self, error) || !check_meaning (self, error) ||
      !check_widths (self, error))
    return FALSE;

  if (self->task == DM_TASK_CLASSIFIER && dm_config_has_attention (self))
    return fail (error, _ ("a classifier has no attention"));

  if (self->width % 2 != 0)
    return fail (error, _ ("width must be even"));

  if (self->resolution % dm_config_get_stride (self) != 0)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
                   _ ("%zu levels halve the picture to fractions of a pixel: "
                      "resolution %zu is not a multiple of %zu; choose fewer "
                      "levels or another resolution"),
                   self->n_levels, self->resolution,
                   dm_config_get_stride (self));
      return FALSE;
    }

  if (dm_config_estimate_parameters (self) > MAX_PARAMETERS)
    return fail (error,
                 _ ("the network would have thousands of millions of "
                    "parameters; choose a smaller width or multipliers"));

  return TRUE;
}
