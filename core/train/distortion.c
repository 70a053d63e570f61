/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/distortion.h"

#include <math.h>

#include "tensor/rng.h"

/* Deviations of what is drawn. */
#define ZOOM 0.2f
#define ANGLE 0.2f
#define STRETCH 0.1f
#define SHIFT 0.1f

/* Draws of a picture: which changes, and how large they are. */
#define SUB_WHICH 0
#define SUB_SIZE 1
#define N_DRAWS 8

/* --- what ----------------------------------------------------------------- */

/**
 * dm_distortion_draw:
 * @self: (out)
 * @chance: of each of the five changes, apart from each other
 * @k: number of the picture in the run
 */
void
dm_distortion_draw (DmDistortion *self,
                    double        chance,
                    uint64_t      seed,
                    uint64_t      k)
{
  float which[N_DRAWS], size[N_DRAWS];

  *self = (DmDistortion){ 0 };
  if (!(chance > 0.0))
    return;

  dm_rng_uniform (which, N_DRAWS, (DmRng){ seed, DM_STREAM_DISTORT, SUB_WHICH },
                  N_DRAWS * k);
  dm_rng_normal (size, N_DRAWS, (DmRng){ seed, DM_STREAM_DISTORT, SUB_SIZE },
                 N_DRAWS * k);

  /* a mirrored picture is one of two: half of those that are chosen */
  self->mirrored = which[0] < chance && size[0] < 0.0f;
  if (which[1] < chance)
    self->zoom = ZOOM * size[1];
  if (which[2] < chance)
    self->angle = ANGLE * size[2];
  for (int i = 0; i < 2 && which[3] < chance; i++)
    self->stretch[i] = STRETCH * size[3 + i];
  for (int i = 0; i < 2 && which[4] < chance; i++)
    self->shift[i] = SHIFT * size[5 + i];
}

/**
 * dm_distortion_is_none:
 *
 * Returns: whether the picture stays as it is.
 */
bool
dm_distortion_is_none (const DmDistortion *self)
{
  return !self->mirrored && self->zoom == 0.0f && self->angle == 0.0f &&
         self->stretch[0] == 0.0f && self->stretch[1] == 0.0f &&
         self->shift[0] == 0.0f && self->shift[1] == 0.0f;
}

/**
 * dm_distortion_get_labels:
 * @labels: (out): in deviations of what is drawn; all 0 for none
 *
 * What the network is told.
 */
void
dm_distortion_get_labels (const DmDistortion *self,
                          float               labels[DM_AUGMENT_LABELS])
{
  labels[0] = self->mirrored ? 1.0f : 0.0f;
  labels[1] = self->zoom / ZOOM;
  labels[2] = self->angle / ANGLE;
  for (int i = 0; i < 2; i++)
    {
      labels[3 + i] = self->stretch[i] / STRETCH;
      labels[5 + i] = self->shift[i] / SHIFT;
    }
}

/* --- where a pixel comes from --------------------------------------------- */

/* (x, y) -> (xx x + xy y, yx x + yy y) */
typedef struct
{
  double xx, xy, yx, yy;
} Matrix;

static Matrix
multiply (Matrix a, Matrix b)
{
  return (Matrix){ a.xx * b.xx + a.xy * b.yx, a.xx * b.xy + a.xy * b.yy,
                   a.yx * b.xx + a.yy * b.yx, a.yx * b.xy + a.yy * b.yy };
}

/* The exponential of -[[a, b], [b, -a]]: of no change in area. */
static Matrix
undo_stretch (double a, double b)
{
  double r = hypot (a, b);
  double c = cosh (r), s = r > 0.0 ? sinh (r) / r : 1.0;

  return (Matrix){ c - s * a, -s * b, -s * b, c + s * a };
}

/* From places about the middle of the picture that is made, less its shift, to
 * those of the picture that is there: it was mirrored, zoomed, turned and
 * stretched, in this order.
 */
static Matrix
get_inverse (const DmDistortion *self)
{
  double c = cos (self->angle), s = sin (self->angle);
  double zoom = exp2 (-self->zoom), mirror = self->mirrored ? -1.0 : 1.0;
  Matrix turn = { c, s, -s, c };
  Matrix size = { mirror * zoom, 0.0, 0.0, zoom };
  Matrix stretch = undo_stretch (self->stretch[0], self->stretch[1]);

  return multiply (size, multiply (turn, stretch));
}

/* --- pixels --------------------------------------------------------------- */

/* Beyond its edges a picture is what it is as far within. */
static size_t
reflect (long i, size_t side)
{
  long n = (long) side, m = i % (2 * n);

  if (m < 0)
    m += 2 * n;

  return (size_t) (m < n ? m : 2 * n - 1 - m);
}

/* Of the four neighbours of a place @t beyond the second one. Source: Keys
 * 1981, a = -1/2; straight lines stay straight.
 */
static void
get_weights (double weights[4], double t)
{
  weights[0] = ((-0.5 * t + 1.0) * t - 0.5) * t;
  weights[1] = (1.5 * t - 2.5) * t * t + 1.0;
  weights[2] = ((-1.5 * t + 2.0) * t + 0.5) * t;
  weights[3] = (0.5 * t - 0.5) * t * t;
}

/* The neighbours of place @x along one axis, and what each counts. */
static void
find_neighbours (size_t places[4], double weights[4], double x, size_t side)
{
  double first = floor (x);

  get_weights (weights, x - first);
  for (int i = 0; i < 4; i++)
    places[i] = reflect ((long) first - 1 + i, side);
}

static void
sample (float       *out,
        const float *in,
        size_t       side,
        size_t       channels,
        double       x,
        double       y)
{
  size_t columns[4], rows[4];
  double across[4], down[4];

  find_neighbours (columns, across, x, side);
  find_neighbours (rows, down, y, side);
  for (size_t c = 0; c < channels; c++)
    {
      double sum = 0.0;

      for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++)
          sum += down[i] * across[j] *
                 (double) in[(rows[i] * side + columns[j]) * channels + c];
      out[c] = (float) fmin (fmax (sum, -1.0), 1.0);
    }
}

/**
 * dm_distortion_apply:
 * @out: (out) [side, side, channels], not @in
 * @in: [side, side, channels] in [-1, 1]
 *
 * Cubic between pixels, reflected at the edges.
 */
void
dm_distortion_apply (const DmDistortion *self,
                     float              *out,
                     const float        *in,
                     size_t              side,
                     size_t              channels)
{
  Matrix inverse = get_inverse (self);
  double n = (double) side, middle = (n - 1.0) / 2.0;

  for (size_t i = 0; i < side; i++)
    for (size_t j = 0; j < side; j++)
      {
        double x = (double) j - middle - n * (double) self->shift[0];
        double y = (double) i - middle - n * (double) self->shift[1];

        sample (out + (i * side + j) * channels, in, side, channels,
                middle + inverse.xx * x + inverse.xy * y,
                middle + inverse.yx * x + inverse.yy * y);
      }
}
