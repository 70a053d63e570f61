/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/ladder.h"

#include "train/trainer.h"

/* Pictures above this side go in cells of two by two pixels: a quarter of the
 * work, and more of the picture is seen by each cell.
 */
#define LARGE_SIDE 32

/* Cells along the lowest level, at most, if there may be one more level. */
#define MANY_CELLS 8

#define MOST_LEVELS 4
static const size_t multipliers[MOST_LEVELS] = { 1, 2, 4, 4 };

/* The step of the optimiser is noisy with few pictures, but a short run needs
 * its steps: this many of them, at least, if the batch can be made smaller.
 */
#define FEWEST_STEPS 3000
static const size_t batches[] = { 64, 32, 16 };

/* Drawing a side that is learned only roughly is no gain over half of it. */
#define LIMIT_IMAGES 150000
#define LIMIT_SIDE 32

/* A short run has no time for a long warm-up: one part in so many. */
#define WARM_UP_PART 20

/* After so many passes over the same pictures a network begins to know them. */
#define MANY_PASSES 100.0
#define DROPOUT 0.1

/* Width, blocks, attention, pictures, work. */
static const DmRung rungs[DM_N_RUNGS] = {
  { .width = 32, .n_blocks = 1, .worth = 0, .work = 0.4 },
  { .width = 32, .n_blocks = 1, .worth = 60000, .work = 1.0 },
  { .width = 48, .n_blocks = 1, .worth = 250000, .work = 2.0 },
  { .width = 64, .n_blocks = 1, .worth = 500000, .work = 3.2 },
  { .width = 64, .n_blocks = 2, .attention = TRUE, .worth = 800000, .work = 5 },
  { .width = 96,
    .n_blocks = 2,
    .attention = TRUE,
    .worth = 1500000,
    .work = 10 },
  { .width = 128,
    .n_blocks = 2,
    .attention = TRUE,
    .worth = 3000000,
    .work = 18 },
};

static size_t
choose_patch (size_t i, size_t side)
{
  return (i == 0 || side > LARGE_SIDE) && side % 8 == 0 ? 2 : 1;
}

static size_t
choose_levels (size_t side, size_t patch)
{
  size_t n = 1, cells = side / patch;

  while (n < MOST_LEVELS && cells % 2 == 0 && (n < 3 || cells > MANY_CELLS))
    {
      cells /= 2;
      n++;
    }

  return n;
}

/**
 * dm_ladder_get:
 * @i: 0 ... %DM_N_RUNGS - 1
 * @side: of the pictures
 */
void
dm_ladder_get (DmRung *self, size_t i, size_t side)
{
  *self = rungs[i];
  self->patch = choose_patch (i, side);
  self->n_levels = choose_levels (side, self->patch);
  for (size_t level = 0; level < self->n_levels; level++)
    self->multipliers[level] = multipliers[level];
}

/**
 * dm_ladder_choose:
 * @n_images: that a run sees, whatever its network
 *
 * Returns: the largest network worth that many.
 */
size_t
dm_ladder_choose (guint64 n_images)
{
  size_t i = DM_N_RUNGS - 1;

  while (rungs[i].worth > n_images)
    i--;

  return i;
}

/**
 * dm_ladder_choose_batch:
 * @n_images: that the run sees
 *
 * Returns: pictures per step.
 */
size_t
dm_ladder_choose_batch (guint64 n_images)
{
  for (size_t i = 0; i + 1 < G_N_ELEMENTS (batches); i++)
    if (n_images >= FEWEST_STEPS * batches[i])
      return batches[i];

  return batches[G_N_ELEMENTS (batches) - 1];
}

/**
 * dm_ladder_choose_limit:
 * @n_images: that the run sees
 *
 * Returns: the largest side that is worth drawing; 0: any
 */
size_t
dm_ladder_choose_limit (guint64 n_images)
{
  return n_images < LIMIT_IMAGES ? LIMIT_SIDE : 0;
}

/**
 * dm_ladder_choose_warm_up:
 * @n_images: that the run sees
 *
 * Returns: pictures until the highest rate is reached.
 */
guint64
dm_ladder_choose_warm_up (guint64 n_images)
{
  return MIN (n_images / WARM_UP_PART, DM_WARM_UP);
}

/**
 * dm_ladder_choose_dropout:
 * @n_passes: over all pictures
 *
 * Returns: the chance of dropping an activation.
 */
double
dm_ladder_choose_dropout (double n_passes)
{
  return n_passes > MANY_PASSES ? DROPOUT : 0.0;
}
