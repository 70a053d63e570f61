/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nn/norm-axis.h"

#include <glib.h>

/* Windows begin at least this often within a window's length. */
#define STEPS_A_WINDOW 4

static size_t
greatest_divisor (size_t n, size_t at_most)
{
  size_t divisor = MAX (MIN (n, at_most), 1);

  while (n % divisor != 0)
    divisor--;

  return divisor;
}

static size_t
common_divisor (size_t a, size_t b)
{
  while (b != 0)
    {
      size_t rest = a % b;

      a = b;
      b = rest;
    }

  return a;
}

/**
 * dm_norm_axis_make:
 * @n: its cells
 * @native: of those, how many the norm was trained on
 * @wrap: whether the picture goes on at the opposite edge
 */
DmNormAxis
dm_norm_axis_make (size_t n, size_t native, bool wrap)
{
  size_t     whole = MIN (n, native);
  DmNormAxis self = {
    .block =
        greatest_divisor (common_divisor (n, whole), whole / STEPS_A_WINDOW),
  };

  self.n_blocks = n / self.block;
  self.window = whole / self.block;
  self.wrap = wrap && n > native;
  self.n_windows = self.wrap ? self.n_blocks : self.n_blocks - self.window + 1;

  return self;
}

/**
 * dm_norm_axis_find_run:
 *
 * Positions are in halves of a cell: window k has its centre at
 * (2 k + window) block, cell i at 2 i + 1.
 *
 * Returns: the run that begins with cell @i
 */
DmNormRun
dm_norm_axis_find_run (const DmNormAxis *self, size_t i)
{
  size_t block = 2 * self->block, all = block * self->n_blocks;
  size_t first = self->window * self->block, at = 2 * i + 1;
  size_t last = first + (self->n_windows - 1) * block;
  size_t from, rest;

  if (self->wrap)
    at += at < first ? all : 0;
  else if (at <= first)
    return (DmNormRun){ .n_cells = (first - at) / 2 + 1 };
  else if (at >= last)
    return (DmNormRun){ self->n_windows - 1, self->n_windows - 1, 0.0f, 0.0f,
                        all };

  from = (at - first) / block;
  rest = (at - first) % block;

  return (DmNormRun){ from, (from + 1) % self->n_windows,
                      (float) rest / (float) block, 2.0f / (float) block,
                      (block - rest + 1) / 2 };
}
