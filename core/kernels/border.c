/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "kernels/conv3x3.h"

/* Pixels of a bordered row to the right of the picture: border and slack. */
static size_t
right_margin (const DmTensor *x)
{
  return dm_tensor_tiles (x->w) * 4 + 1 - x->w;
}

static void
fill_columns (const DmTensor *x, size_t image, size_t y, bool wrap)
{
  float *first = dm_tensor_at (x, image, y, 0);
  float *end = first + x->w * x->pixel;
  size_t pixel = x->pixel;

  memset (first - pixel, 0, pixel * sizeof *first);
  memset (end, 0, right_margin (x) * pixel * sizeof *first);

  if (wrap)
    {
      memcpy (first - pixel, end - pixel, pixel * sizeof *first);
      memcpy (end, first, pixel * sizeof *first);
    }
}

/* Rows above and below, with their corners. */
static void
fill_rows (const DmTensor *x, size_t image, bool wrap)
{
  size_t stored = x->row;
  size_t below = dm_tensor_tiles (x->h) * 4 + 1 - x->h;
  float *first = dm_tensor_at (x, image, 0, 0) - x->pixel;
  float *end = first + x->h * x->row;

  memset (first - x->row, 0, stored * sizeof *first);
  memset (end, 0, below * stored * sizeof *first);

  if (wrap)
    {
      memcpy (first - x->row, end - x->row, stored * sizeof *first);
      memcpy (end, first, stored * sizeof *first);
    }
}

typedef struct
{
  const DmTensor *x;
  DmWrap          wrap;
} Fill;

static void
fill_image (void *data, size_t image, size_t worker)
{
  const Fill *job = data;

  (void) worker;
  for (size_t y = 0; y < job->x->h; y++)
    fill_columns (job->x, image, y, job->wrap & DM_WRAP_X);
  fill_rows (job->x, image, job->wrap & DM_WRAP_Y);
}

void
dm_border_fill (DmTensor *x, DmWrap wrap, const DmContext *context)
{
  Fill job = { x, wrap };

  g_assert (x->bordered && x->pixel == x->c);

  dm_pool_run (context->pool, fill_image, &job, x->n);
}
