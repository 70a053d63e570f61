/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "model/unet.h"
#include "program/train-run.h"
#include "tensor/memory.h"

/* The share of what the machine has left that a run takes by itself. */
#define SHARE 0.75

/* Pictures of a sheet that are drawn together, and the memory that they may
 * take, as in dm_generate().
 */
#define SHEET_PICTURES 16
#define SHEET_BYTES ((size_t) 1 << 30)

/* What GEGL takes when it writes its first picture. */
#define WRITER_BYTES ((size_t) 8 << 20)

/* The program with its libraries, and the pictures, unless they are in a file:
 * of that only as much is in memory as nobody else needs.
 */
static size_t
get_base (const DmTrainRun *self)
{
  if (dm_dataset_is_mapped (self->dataset))
    return self->memory.start;

  return MAX (self->memory.base, self->memory.start + self->dataset->n_bytes);
}

/* A sheet loads the weights that were saved, as a model of its own. */
static size_t
measure_sheet (const DmTrainRun *self)
{
  g_autoptr (DmUnet) unet = NULL;
  size_t side = self->config.resolution, stored, n;
  size_t n_pictures = MIN (dm_train_count_sheet (self), SHEET_PICTURES);
  DmWrap wrap = self->config.circular ? DM_WRAP_XY : DM_WRAP_NONE;
  /* two thirds are guided, with one more row for the null class */
  size_t n_rows = n_pictures + (2 * n_pictures + 2) / 3;

  if (!dm_train_has_sheets (self) ||
      !dm_memory_is_there (sizeof (float) *
                           dm_config_estimate_parameters (&self->config)))
    return 0;

  unet = dm_unet_new (&self->config);
  n = dm_unet_get_params (unet)->n_values;
  stored = self->dtype == DM_DTYPE_F32 ? sizeof (float) : sizeof (guint16);

  return n * (sizeof (float) + stored) +
         dm_unet_measure_packs (unet, DM_PLAN_INFER) +
         MIN (dm_unet_plan_measure (unet, DM_PLAN_INFER, n_rows, side, side,
                                    wrap),
              SHEET_BYTES) +
         WRITER_BYTES;
}

/**
 * dm_train_set_memory:
 *
 * With the dataset open, leaves to the trainer what --memory allows, or else a
 * share of what the machine has, less what the process has already and a sheet
 * will take.
 */
void
dm_train_set_memory (DmTrainRun *self)
{
  size_t available = dm_memory_get_available (), limit, taken;

  if (self->memory.base == 0)
    self->memory.base = dm_memory_get_resident ();
  self->memory.sheet = measure_sheet (self);
  taken = get_base (self) + self->memory.sheet;

  limit = self->memory.allowed;
  if (limit == 0 && available > 0)
    limit = get_base (self) + (size_t) (SHARE * (double) available);

  self->memory.limit = limit;
  self->trainer_options.memory = 0;
  if (limit > 0)
    self->trainer_options.memory = limit > taken ? limit - taken : 1;
}

/**
 * dm_train_forecast:
 *
 * Returns: bytes of memory that the process will have in use at its peak
 */
size_t
dm_train_forecast (const DmTrainRun *self)
{
  size_t peak = get_base (self) + self->memory.sheet +
                dm_trainer_forecast (self->trainer);

  if (dm_dataset_is_mapped (self->dataset))
    return peak;

  /* reading the pictures or a state may have taken more */
  return MAX (peak, (size_t) dm_memory_get_peak ());
}
