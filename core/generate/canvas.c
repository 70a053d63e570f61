/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/canvas.h"

#include <string.h>

/* What the plan of a window may take, for one row. */
#define WINDOW_BYTES ((size_t) 1300 << 20)

/* What plans may take before rows pass one after the other. */
#define ROWS_BYTES ((size_t) 512 << 20)

/* --- layout --------------------------------------------------------------- */

/* An axis that does not wrap is cropped in the end: it is drawn in a whole
 * number of strides, and never smaller than the network has ever seen.
 */
static size_t
get_side (const DmUnet *unet, size_t n, bool wrap)
{
  size_t stride = dm_unet_get_stride (unet);

  if (wrap)
    return n;

  return MAX ((n + stride - 1) / stride * stride,
              dm_unet_get_config (unet)->resolution);
}

/* The same for everybody, so that pictures are: no scratch memory, which
 * depends on the processor.
 */
static size_t
get_max_pixels (const DmUnet *unet)
{
  const DmConfig *config = dm_unet_get_config (unet);
  size_t          native = config->resolution * config->resolution;
  double bytes = (double) dm_unet_plan_measure_values (unet, config->resolution,
                                                       config->resolution);

  if (!dm_config_fits_any_canvas (config))
    return native;

  return MAX ((size_t) ((double) WINDOW_BYTES / bytes * (double) native),
              native);
}

/**
 * dm_canvas_init:
 * @self: (out)
 * @width, @height: of the picture, pixels
 * @wrap: axes along which the picture is to wrap
 * @max_pixels: of a window; 0: the standard
 *
 * A network that was trained on pictures that wrap has never seen an edge, and
 * draws noise along one: what it draws always wraps. Along an axis where the
 * picture need not, it is a part of that.
 */
void
dm_canvas_init (DmCanvas     *self,
                const DmUnet *unet,
                size_t        width,
                size_t        height,
                DmWrap        wrap,
                size_t        max_pixels)
{
  const DmConfig *config = dm_unet_get_config (unet);
  DmSight         sight = { config->resolution, dm_unet_get_stride (unet) };
  DmWrap          drawn = config->circular ? DM_WRAP_XY : wrap;

  *self = (DmCanvas){
    .unet = unet,
    .h = get_side (unet, height, wrap & DM_WRAP_Y),
    .w = get_side (unet, width, wrap & DM_WRAP_X),
  };
  self->n_floats = self->h * self->w * config->channels;

  dm_span_choose (&self->rows, &self->columns, self->h, self->w,
                  drawn & DM_WRAP_Y, drawn & DM_WRAP_X, sight,
                  max_pixels > 0 ? max_pixels : get_max_pixels (unet));
}

/**
 * dm_canvas_can_shift:
 *
 * Returns: whether the canvas has no beginning and no end
 */
bool
dm_canvas_can_shift (const DmCanvas *self)
{
  return self->rows.wrap && self->columns.wrap;
}

/* Whether what the network writes is the canvas. */
static bool
is_in_place (const DmCanvas *self)
{
  return self->rows.whole && self->columns.whole && !dm_canvas_can_shift (self);
}

static size_t
window_floats (const DmCanvas *self)
{
  return self->rows.size * self->columns.size *
         dm_unet_get_config (self->unet)->channels;
}

/* What the network itself has to wrap. */
static DmWrap
get_wrap (const DmCanvas *self)
{
  return (self->columns.whole && self->columns.wrap ? DM_WRAP_X : 0) |
         (self->rows.whole && self->rows.wrap ? DM_WRAP_Y : 0);
}

static size_t
measure_plan (const DmCanvas *self, size_t n_rows)
{
  return dm_unet_plan_measure (self->unet, DM_PLAN_INFER, n_rows,
                               self->rows.size, self->columns.size,
                               get_wrap (self));
}

/**
 * dm_canvas_set_rows:
 * @n_first, @n_second: rows of the passes to come; 0 if there are none
 */
void
dm_canvas_set_rows (DmCanvas *self, size_t n_first, size_t n_second)
{
  size_t bytes = 0;

  self->n_rows[0] = n_first;
  self->n_rows[1] = n_second;
  for (size_t i = 0; i < 2; i++)
    bytes += self->n_rows[i] > 0 ? measure_plan (self, self->n_rows[i]) : 0;

  self->alone = bytes > ROWS_BYTES;
}

/* Rows that pass together at most. */
static size_t
get_together (const DmCanvas *self)
{
  return self->alone ? 1 : MAX (self->n_rows[0], self->n_rows[1]);
}

/**
 * dm_canvas_place:
 *
 * Asks the arena for all but the plans.
 */
void
dm_canvas_place (DmCanvas *self, DmArena *arena)
{
  const DmSpan *rows = &self->rows, *columns = &self->columns;
  size_t        n = get_together (self) * window_floats (self);

  self->input = dm_arena_floats (arena, n);
  if (is_in_place (self))
    return;

  self->output = dm_arena_floats (arena, n);
  self->weights = dm_arena_floats (
      arena, rows->n_windows * rows->size + columns->n_windows * columns->size);
}

/**
 * dm_canvas_measure:
 *
 * Returns: bytes of the plans; 0 if the network cannot draw on such a canvas.
 */
size_t
dm_canvas_measure (const DmCanvas *self)
{
  size_t bytes = 0;

  if (self->alone)
    return measure_plan (self, 1);

  for (size_t i = 0; i < 2; i++)
    if (self->n_rows[i] > 0)
      {
        size_t plan = measure_plan (self, self->n_rows[i]);

        if (plan == 0)
          return 0;
        bytes += plan;
      }

  return bytes;
}

/* --- memory --------------------------------------------------------------- */

static float *
get_weights (const DmCanvas *self, const DmSpan *span, size_t window)
{
  size_t first =
      span == &self->rows ? 0 : self->rows.n_windows * self->rows.size;

  return self->weights + first + window * span->size;
}

static void
fill_weights (const DmCanvas *self, const DmSpan *span)
{
  for (size_t k = 0; k < span->n_windows; k++)
    dm_span_fill_weights (span, get_weights (self, span, k), k);
}

/**
 * dm_canvas_reserve:
 * @self: placed
 * @pool: (nullable)
 *
 * Makes the plans: after this a pass asks for no memory.
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_OPTION
 */
gboolean
dm_canvas_reserve (DmCanvas *self, DmPool *pool, GError **error)
{
  if (!is_in_place (self))
    {
      fill_weights (self, &self->rows);
      fill_weights (self, &self->columns);
    }

  for (size_t i = 0; i < (self->alone ? 1 : 2); i++)
    if (self->alone || self->n_rows[i] > 0)
      {
        self->plans[i] = dm_unet_plan_new (
            self->unet, DM_PLAN_INFER, self->alone ? 1 : self->n_rows[i],
            self->rows.size, self->columns.size, get_wrap (self), pool, error);
        if (self->plans[i] == NULL)
          return FALSE;
      }

  return TRUE;
}

void
dm_canvas_clear (DmCanvas *self)
{
  for (size_t i = 0; i < 2; i++)
    g_clear_pointer (&self->plans[i], dm_unet_plan_free);
}

/* --- passes --------------------------------------------------------------- */

/* Where line @i of a window is on the canvas, and where its first column. */
static size_t
get_y (const DmCanvas *self, const DmCanvasPass *pass, size_t row, size_t i)
{
  return (dm_span_get_pixel (&self->rows, row, i) + pass->shift_y) % self->h;
}

static size_t
get_x (const DmCanvas *self, const DmCanvasPass *pass, size_t column)
{
  return (dm_span_get_pixel (&self->columns, column, 0) + pass->shift_x) %
         self->w;
}

/* window[rows.size, columns.size, channels] = gain x[h, w, channels] there */
static void
read_window (const DmCanvas     *self,
             const DmCanvasPass *pass,
             float              *window,
             const float        *x,
             size_t              row,
             size_t              column)
{
  size_t c = dm_unet_get_config (self->unet)->channels;
  size_t begin = get_x (self, pass, column);

  for (size_t i = 0; i < self->rows.size; i++)
    {
      size_t       at = begin;
      const float *line = x + get_y (self, pass, row, i) * self->w * c;

      for (size_t k = 0; k < self->columns.size; k++)
        {
          for (size_t j = 0; j < c; j++)
            *window++ = pass->gain * line[at * c + j];
          at = at + 1 < self->w ? at + 1 : 0;
        }
    }
}

/* pred[h, w, channels] += weight window[rows.size, columns.size, channels] */
static void
add_window (const DmCanvas     *self,
            const DmCanvasPass *pass,
            float              *pred,
            const float        *window,
            size_t              row,
            size_t              column)
{
  size_t       c = dm_unet_get_config (self->unet)->channels;
  const float *weight_y = get_weights (self, &self->rows, row);
  const float *weight_x = get_weights (self, &self->columns, column);
  size_t       begin = get_x (self, pass, column);

  for (size_t i = 0; i < self->rows.size; i++)
    {
      size_t at = begin;
      float *line = pred + get_y (self, pass, row, i) * self->w * c;

      for (size_t k = 0; k < self->columns.size; k++)
        {
          float weight = weight_y[i] * weight_x[k];

          for (size_t j = 0; j < c; j++)
            line[at * c + j] += weight * *window++;
          at = at + 1 < self->w ? at + 1 : 0;
        }
    }
}

/* Rows @first ... @first + @n - 1 of one window. */
static void
run_window (DmCanvas           *self,
            DmUnetPlan         *plan,
            float              *pred,
            const DmCanvasPass *pass,
            size_t              first,
            size_t              n,
            size_t              row,
            size_t              column)
{
  size_t floats = window_floats (self);
  float *out = is_in_place (self) ? pred + first * floats : self->output;

  for (size_t i = 0; i < n; i++)
    read_window (self, pass, self->input + i * floats,
                 pass->x + (size_t) pass->source[first + i] * self->n_floats,
                 row, column);

  dm_unet_plan_set_scale (plan, pass->scale + first);
  dm_unet_forward (self->unet, plan, out, self->input, pass->logsnr + first,
                   pass->class_id + first);

  for (size_t i = 0; !is_in_place (self) && i < n; i++)
    add_window (self, pass, pred + (first + i) * self->n_floats,
                self->output + i * floats, row, column);
}

/**
 * dm_canvas_run:
 * @pred: (out) [n_rows, n_floats]
 *
 * What the network says of some pictures. Windows are added in their order, so
 * a row has the same bits whatever passes with it.
 */
void
dm_canvas_run (DmCanvas *self, float *pred, const DmCanvasPass *pass)
{
  size_t      n = self->alone ? 1 : pass->n_rows;
  DmUnetPlan *plan =
      self->plans[!self->alone && pass->n_rows != self->n_rows[0]];

  if (!is_in_place (self))
    memset (pred, 0, pass->n_rows * self->n_floats * sizeof *pred);

  for (size_t row = 0; row < self->rows.n_windows; row++)
    for (size_t column = 0; column < self->columns.n_windows; column++)
      for (size_t first = 0; first < pass->n_rows; first += n)
        run_window (self, plan, pred, pass, first, n, row, column);
}
