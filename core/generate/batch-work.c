/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/batch-work.h"

#include <math.h>
#include <stdatomic.h>

#include "generate/noise.h"

#define SQRT3 1.7320508075688772

static atomic_uint n_rows_run;

/* --- guidance --------------------------------------------------------------
 */

DmGuidance
dm_work_get_guidance (const DmBatch *batch, size_t i)
{
  const DmSettings *settings = batch->settings;
  const DmPicture  *picture = &batch->pictures[i];

  return (DmGuidance){
    /* the null class is its own guide */
    .guidance = picture->class_id == DM_CLASS_NULL ? 0.0 : picture->guidance,
    .start = settings->guidance_start,
    .end = settings->guidance_end,
    .clip = settings->clip,
    .threshold = settings->threshold,
    .rescale = settings->rescale,
  };
}

gboolean
dm_work_is_active (const DmWork *self, double t)
{
  const DmSettings *settings = self->batch->settings;

  return self->n_guided > 0 && t <= settings->guidance_start &&
         t >= settings->guidance_end;
}

/* --- what the sampler asks -------------------------------------------------
 */

/* What the network is told: 0, unknown, or within the range it knows. */
static float
get_scale (const DmWork *self, size_t i)
{
  const DmConfig *config = dm_model_get_config (self->batch->model);
  double          scale = self->batch->pictures[i].scale;

  return scale > 0.0 ?
             (float) CLAMP (scale, config->scale_min, config->scale_max) :
             0.0f;
}

/* 0, step, 2 step ... without what is before the point: evenly spread over the
 * stride however many passes there are, if @step is far from all fractions.
 *
 * Source: Kronecker's sequence; Niederreiter 1992, "Random Number Generation
 * and Quasi-Monte Carlo Methods", chapter 3.
 */
static size_t
get_shift (unsigned pass, double step, size_t stride)
{
  double at = pass * step;

  return (size_t) ((at - floor (at)) * (double) stride);
}

/* What levels of a network that halve their pictures draw is a little sharper
 * at the edges of their cells. Another place for them in each pass, where the
 * canvas goes round, leaves nothing of that.
 */
static void
move_cells (DmWork *self, DmCanvasPass *pass)
{
  size_t stride = dm_unet_get_stride (dm_model_get_unet (self->batch->model));

  if (dm_canvas_can_shift (&self->canvas))
    {
      pass->shift_y = get_shift (self->n_passes, SQRT3, stride);
      pass->shift_x = get_shift (self->n_passes, G_SQRT2, stride);
    }
  self->n_passes++;
}

static void
run_network (DmWork *self, const float *xt, double logsnr, gboolean active)
{
  const DmBatch *batch = self->batch;
  DmCanvasPass   pass = {
      .n_rows = batch->n,
      .x = xt,
      .source = self->source,
      .gain = (float) dm_target_input_scale (&self->target, logsnr),
      .logsnr = self->logsnr,
      .class_id = self->class_id,
      .scale = self->scale,
  };

  for (size_t i = 0; i < batch->n; i++)
    {
      self->class_id[i] = batch->pictures[i].class_id;
      self->source[i] = (int) i;
      self->scale[i] = get_scale (self, i);
    }

  for (size_t i = 0; active && i < batch->n; i++)
    if (dm_work_get_guidance (batch, i).guidance != 0.0)
      {
        self->class_id[pass.n_rows] = DM_CLASS_NULL;
        self->scale[pass.n_rows] = get_scale (self, i);
        self->source[pass.n_rows++] = (int) i;
      }

  for (size_t row = 0; row < pass.n_rows; row++)
    self->logsnr[row] = (float) logsnr;

  move_cells (self, &pass);
  atomic_fetch_add (&n_rows_run, (unsigned) pass.n_rows);
  dm_canvas_run (&self->canvas, self->pred, &pass);
}

/**
 * dm_work_denoise:
 *
 * A DmDenoise; of as many pictures as the batch has.
 */
bool
dm_work_denoise (
    float *x0, const float *xt, double t, double logsnr, void *data)
{
  DmWork      *self = data;
  gboolean     active = dm_work_is_active (self, t);
  const float *pred_null = self->pred + self->batch->n * self->n_floats;

  run_network (self, xt, logsnr, active);

  for (size_t i = 0; i < self->batch->n; i++)
    {
      DmGuidance guidance = dm_work_get_guidance (self->batch, i);
      gboolean   guided = active && guidance.guidance != 0.0;
      size_t     at = i * self->n_floats;

      dm_guidance_apply (&guidance, &self->target, x0 + at, self->pred + at,
                         guided ? pred_null : NULL, xt + at, logsnr,
                         self->n_floats, self->spare);
      if (guided)
        pred_null += self->n_floats;
    }

  return true;
}

/**
 * dm_work_draw_noise:
 * @eps: (out) [n, n_floats]
 *
 * Noise of each picture, from its own seed and number.
 */
void
dm_work_draw_noise (const DmWork *self,
                    float        *eps,
                    DmStream      stream,
                    guint64       index)
{
  const DmConfig   *config = dm_model_get_config (self->batch->model);
  const DmSettings *settings = self->batch->settings;
  /* what is given has its own colours from place to place */
  bool even = dm_canvas_can_shift (&self->canvas) && settings->given == NULL;

  for (size_t i = 0; i < self->batch->n; i++)
    {
      const DmPicture *picture = &self->batch->pictures[i];
      DmRng            rng = { .seed = picture->seed,
                               .stream = stream,
                               .sub = (uint32_t) picture->index };

      /* what does not fit into sub, for numbers beyond 4 billion */
      rng.seed +=
          (picture->index >> 32) * G_GUINT64_CONSTANT (0x9E3779B97F4A7C15);
      dm_rng_normal (eps + i * self->n_floats, self->n_floats, rng, index);
      if (even)
        dm_noise_set_variation (eps + i * self->n_floats, self->h, self->w,
                                config->channels, config->resolution,
                                settings->variation, self->pred, self->spare);
    }
}

void
dm_work_draw_step_noise (float *eps, unsigned step, void *data)
{
  const DmWork *self = data;

  dm_work_draw_noise (self, eps, DM_STREAM_ANCESTRAL,
                      (guint64) step * self->n_floats);
}

void
dm_work_draw_known_noise (float *eps, unsigned draw, void *data)
{
  const DmWork *self = data;

  dm_work_draw_noise (self, eps, DM_STREAM_KNOWN,
                      (guint64) draw * self->n_floats);
}

/**
 * dm_batch_get_n_rows:
 *
 * Returns: how many rows networks have drawn in this process: pictures times
 * evaluations, class and null class apart.
 */
guint
dm_batch_get_n_rows (void)
{
  return atomic_load (&n_rows_run);
}
