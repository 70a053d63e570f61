/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tensor/tensor.h"

#include <glib.h>

/**
 * dm_tensor_layout:
 * @bordered: whether a border and slack surround each image
 *
 * Returns: strides of a dense [n, h, w, c] tensor that has no memory yet.
 */
DmTensor
dm_tensor_layout (size_t n, size_t h, size_t w, size_t c, bool bordered)
{
  size_t stored_w = bordered ? dm_tensor_tiles (w) * 4 + 2 : w;
  size_t stored_h = bordered ? dm_tensor_tiles (h) * 4 + 2 : h;

  return (DmTensor){
    .n = n,
    .h = h,
    .w = w,
    .c = c,
    .pixel = c,
    .row = stored_w * c,
    .image = stored_h * stored_w * c,
    .bordered = bordered,
  };
}

/**
 * dm_tensor_n_floats:
 *
 * Returns: floats of memory that a layout needs, border included.
 */
size_t
dm_tensor_n_floats (const DmTensor *self)
{
  return self->n * self->image;
}

/**
 * dm_tensor_place:
 * @layout: from dm_tensor_layout()
 * @memory: [dm_tensor_n_floats()], lent
 *
 * Returns: the tensor in that memory.
 */
DmTensor
dm_tensor_place (DmTensor layout, float *memory)
{
  layout.data = memory;
  if (layout.bordered)
    layout.data += layout.row + layout.pixel;

  return layout;
}

/**
 * dm_tensor_slice:
 * @first: first channel
 * @c: number of channels
 *
 * Returns: a view of some channels of @self.
 */
DmTensor
dm_tensor_slice (const DmTensor *self, size_t first, size_t c)
{
  DmTensor view = *self;

  g_assert (first + c <= self->c);

  view.data += first;
  view.c = c;

  return view;
}

/**
 * dm_tensor_images:
 * @first: first image
 * @n: number of images
 *
 * Returns: a view of some images of @self.
 */
DmTensor
dm_tensor_images (const DmTensor *self, size_t first, size_t n)
{
  DmTensor view = *self;

  g_assert (first + n <= self->n);

  view.data += first * self->image;
  view.n = n;

  return view;
}
