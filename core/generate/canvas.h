/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "generate/span.h"
#include "model/unet.h"
#include "tensor/arena.h"
#include "tensor/pool.h"

/* The network on a canvas of any size: whole, or in windows where the whole
 * takes too much memory or wraps in a way that the network cannot. Windows are
 * joined at every step of the sampler, so that they all draw one picture.
 *
 * Source: Bar-Tal et al. 2023, "MultiDiffusion", eq. 5, with weights.
 */
typedef struct
{
  const DmUnet *unet;
  size_t        h, w, n_floats; /* of the canvas; floats of one row */
  DmSpan        rows, columns;
  size_t        n_rows[2]; /* of the two kinds of passes; 0: not wanted */
  bool          alone;     /* rows pass one after the other         */

  DmUnetPlan *plans[2]; /* if @alone, only the first, for one row */
  float      *input;    /* [rows of a pass, window]               */
  float      *output;   /* likewise, unless it is drawn in place  */
  float      *weights;  /* for each window of rows, then columns  */
} DmCanvas;

/* One pass. A row is a picture that the network draws for some class. */
typedef struct
{
  size_t       n_rows;   /* one of the two numbers that were announced */
  const float *x;        /* pictures: [..., n_floats]                  */
  const int   *source;   /* [n_rows], which of them                    */
  float        gain;     /* of what the network reads                  */
  const float *logsnr;   /* [n_rows]                                   */
  const int   *class_id; /* [n_rows]                                 */
  const float *scale;    /* [n_rows], what the network is told of it */
  size_t       shift_y, shift_x; /* where the network's canvas begins on this
                                    one, if it wraps along both axes; else 0 */
} DmCanvasPass;

void     dm_canvas_init (DmCanvas     *self,
                         const DmUnet *unet,
                         size_t        width,
                         size_t        height,
                         DmWrap        wrap,
                         size_t        max_pixels);
void     dm_canvas_set_rows (DmCanvas *self, size_t n_first, size_t n_second);
void     dm_canvas_place (DmCanvas *self, DmArena *arena);
size_t   dm_canvas_measure (const DmCanvas *self);
gboolean dm_canvas_reserve (DmCanvas *self, DmPool *pool, GError **error);
void     dm_canvas_clear (DmCanvas *self);

bool dm_canvas_can_shift (const DmCanvas *self);
void dm_canvas_run (DmCanvas *self, float *pred, const DmCanvasPass *pass);
