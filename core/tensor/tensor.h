/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* A view of float memory as [n, h, w, c], c fastest. It owns nothing.
 *
 * @pixel may exceed @c: then the view is a slice of the channels of a wider
 * tensor, which is how skips are concatenated without a copy.
 *
 * A bordered tensor has one pixel around h and w, which a 3x3 convolution reads
 * past the edge, and slack to the right and below up to a whole number of 4x4
 * tiles. Border and slack are filled by dm_border_fill().
 */
typedef struct
{
  float *data; /* pixel (0, 0) of image 0, inside the border */
  size_t n, h, w, c;
  size_t pixel; /* floats from one pixel to the next          */
  size_t row;   /* floats from one row to the next            */
  size_t image; /* floats from one image to the next          */
  bool   bordered;
} DmTensor;

/* Which edges of a picture continue at the opposite one. */
typedef enum
{
  DM_WRAP_NONE = 0,
  DM_WRAP_X = 1 << 0,
  DM_WRAP_Y = 1 << 1,
  DM_WRAP_XY = DM_WRAP_X | DM_WRAP_Y
} DmWrap;

DmTensor
       dm_tensor_layout (size_t n, size_t h, size_t w, size_t c, bool bordered);
size_t dm_tensor_n_floats (const DmTensor *self);
DmTensor dm_tensor_place (DmTensor layout, float *memory);
DmTensor dm_tensor_slice (const DmTensor *self, size_t first, size_t c);
DmTensor dm_tensor_images (const DmTensor *self, size_t first, size_t n);

static inline float *
dm_tensor_at (const DmTensor *self, size_t n, size_t y, size_t x)
{
  return self->data + n * self->image + y * self->row + x * self->pixel;
}

/* Number of 4x4 tiles, and so of 4-pixel steps, that cover @n pixels. */
static inline size_t
dm_tensor_tiles (size_t n)
{
  return (n + 3) / 4;
}
