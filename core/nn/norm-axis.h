/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One axis of a canvas larger than the native size, cut into blocks and
 * windows: see nn/norm-windows.h.
 */
typedef struct
{
  size_t block;            /* cells                             */
  size_t n_blocks, window; /* blocks: of the axis, of a window  */
  size_t n_windows;
  bool   wrap; /* windows go on at the opposite edge            */
} DmNormAxis;

/* Cells that lie between the centres of the same two windows. */
typedef struct
{
  size_t from, to;    /* windows                                         */
  float  share, step; /* of @to, at the first cell; from one to the next */
  size_t n_cells;     /* from that one on                                */
} DmNormRun;

DmNormAxis dm_norm_axis_make (size_t n, size_t native, bool wrap);
DmNormRun  dm_norm_axis_find_run (const DmNormAxis *self, size_t i);
