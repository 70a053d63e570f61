/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/batch.h"

#include <glib/gi18n-lib.h>
#include <stdatomic.h>
#include <string.h>

#include "generate/canvas.h"
#include "generate/given.h"
#include "tensor/arena.h"
#include "tensor/error.h"
#include "tensor/rng.h"

static atomic_uint n_rows_run;

/* A batch at work. The network draws a row for each picture's class and, in
 * steps that guidance is active in, one more for the null class of each guided
 * picture, after those of the classes.
 */
typedef struct
{
  const DmBatch *batch;
  DmCanvas       canvas;
  size_t         h, w, n_floats; /* of the canvas; of one picture */
  size_t         n_guided;       /* pictures                      */
  DmTarget       target;
  DmSampling     sampling;

  DmArena       arena;
  float        *x, *scratch;       /* of the sampler           */
  float        *pred;              /* [n + n_guided, n_floats] */
  float        *logsnr;            /* [n + n_guided]           */
  float        *scale;             /* [n + n_guided]           */
  float        *spare;             /* [n_floats]               */
  int          *class_id, *source; /* [n + n_guided]           */
  DmGivenCanvas given;
} Work;

/* --- guidance --------------------------------------------------------------
 */

static DmGuidance
get_guidance (const DmBatch *batch, size_t i)
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

static gboolean
is_active (const Work *self, double t)
{
  const DmSettings *settings = self->batch->settings;

  return self->n_guided > 0 && t <= settings->guidance_start &&
         t >= settings->guidance_end;
}

/* Whether some step is guided, or some is not. */
static gboolean
any_step (const Work *self, gboolean active)
{
  for (unsigned step = self->sampling.first_step; step < self->sampling.n_steps;
       step++)
    {
      double logsnr = dm_sampling_get_logsnr (&self->sampling, step);
      double t = dm_schedule_get_t (&self->sampling.schedule, logsnr);

      if (is_active (self, t) == active)
        return TRUE;
    }

  return FALSE;
}

/* --- what the sampler asks -------------------------------------------------
 */

/* What the network is told: 0, unknown, or within the range it knows. */
static float
get_scale (const Work *self, size_t i)
{
  const DmConfig *config = dm_model_get_config (self->batch->model);
  double          scale = self->batch->pictures[i].scale;

  return scale > 0.0 ?
             (float) CLAMP (scale, config->scale_min, config->scale_max) :
             0.0f;
}

static void
run_network (Work *self, const float *xt, double logsnr, gboolean active)
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
    if (get_guidance (batch, i).guidance != 0.0)
      {
        self->class_id[pass.n_rows] = DM_CLASS_NULL;
        self->scale[pass.n_rows] = get_scale (self, i);
        self->source[pass.n_rows++] = (int) i;
      }

  for (size_t row = 0; row < pass.n_rows; row++)
    self->logsnr[row] = (float) logsnr;

  atomic_fetch_add (&n_rows_run, (unsigned) pass.n_rows);
  dm_canvas_run (&self->canvas, self->pred, &pass);
}

static bool
denoise (float *x0, const float *xt, double t, double logsnr, void *data)
{
  Work        *self = data;
  gboolean     active = is_active (self, t);
  const float *pred_null = self->pred + self->batch->n * self->n_floats;

  run_network (self, xt, logsnr, active);

  for (size_t i = 0; i < self->batch->n; i++)
    {
      DmGuidance guidance = get_guidance (self->batch, i);
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

/* Noise of each picture, from its own seed and number. */
static void
draw_noise (const Work *self, float *eps, DmStream stream, guint64 index)
{
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
    }
}

static void
draw_step_noise (float *eps, unsigned step, void *data)
{
  const Work *self = data;

  draw_noise (self, eps, DM_STREAM_ANCESTRAL, (guint64) step * self->n_floats);
}

static void
draw_known_noise (float *eps, unsigned draw, void *data)
{
  const Work *self = data;

  draw_noise (self, eps, DM_STREAM_KNOWN, (guint64) draw * self->n_floats);
}

static bool
on_step (unsigned step, unsigned n_steps, void *data)
{
  const DmBatch *batch = data;

  (void) n_steps;

  return batch->on_step == NULL ||
         batch->on_step (batch->first_step + step, batch->all_steps,
                         batch->data);
}

/* --- memory ----------------------------------------------------------------
 */

static DmSampling
get_sampling (const DmBatch *batch)
{
  const DmConfig   *config = dm_model_get_config (batch->model);
  const DmSettings *settings = batch->settings;
  DmSampling        sampling = DM_SAMPLING_INIT;

  sampling.sampler = settings->sampler;
  sampling.schedule = (DmSchedule){ config->logsnr_min, config->logsnr_max };
  sampling.n_steps = settings->n_steps;
  sampling.spacing = settings->spacing;
  sampling.logsnr_first = settings->logsnr_first;
  sampling.logsnr_last = settings->logsnr_last;
  sampling.variance_mix = settings->variance_mix;
  sampling.denoise = denoise;
  sampling.noise = draw_step_noise;
  sampling.known_noise = draw_known_noise;
  sampling.on_step = on_step;
  dm_given_set_up (settings->given, &sampling);

  return sampling;
}

/* All but the network's plans; in place once the arena has memory. */
static void
place (Work *self)
{
  const DmGiven *given = self->batch->settings->given;
  size_t         n = self->batch->n, n_rows = n + self->n_guided;

  dm_given_place (given, &self->given, &self->arena, self->h, self->w,
                  dm_model_get_config (self->batch->model)->channels);
  self->sampling.known = given != NULL ? &self->given.known : NULL;
  self->x = dm_arena_floats (&self->arena, n * self->n_floats);
  self->scratch =
      dm_arena_floats (&self->arena, dm_sample_scratch (&self->sampling));
  self->pred = dm_arena_floats (&self->arena, n_rows * self->n_floats);
  self->logsnr = dm_arena_floats (&self->arena, n_rows);
  self->scale = dm_arena_floats (&self->arena, n_rows);
  self->class_id = (int *) dm_arena_floats (&self->arena, n_rows);
  self->source = (int *) dm_arena_floats (&self->arena, n_rows);
  self->spare = dm_arena_floats (&self->arena, self->n_floats);
  dm_canvas_place (&self->canvas, &self->arena);
}

static Work
begin (const DmBatch *batch)
{
  const DmConfig   *config = dm_model_get_config (batch->model);
  const DmSettings *settings = batch->settings;
  Work              self = {
                 .batch = batch,
                 .target = { config->prediction, config->sigma_data },
                 .sampling = get_sampling (batch),
  };

  dm_canvas_init (&self.canvas, dm_model_get_unet (batch->model),
                  settings->width, settings->height, settings->wrap,
                  settings->window_pixels);
  self.h = self.canvas.h;
  self.w = self.canvas.w;
  self.n_floats = self.canvas.n_floats;
  self.sampling.n_floats = batch->n * self.n_floats;
  for (size_t i = 0; i < batch->n; i++)
    self.n_guided += get_guidance (batch, i).guidance != 0.0;

  dm_canvas_set_rows (&self.canvas, any_step (&self, FALSE) ? batch->n : 0,
                      any_step (&self, TRUE) ? batch->n + self.n_guided : 0);
  place (&self);

  return self;
}

/* All the memory, so that no step asks for any. */
static gboolean
reserve (Work *self, DmPool *pool, GError **error)
{
  if (!dm_arena_reserve (&self->arena, error))
    return FALSE;

  place (self);

  return dm_canvas_reserve (&self->canvas, pool, error);
}

static void
end (Work *self)
{
  dm_canvas_clear (&self->canvas);
  dm_arena_clear (&self->arena);
}

/**
 * dm_batch_measure:
 *
 * Returns: bytes that drawing the batch would take, beside the pixels; 0 if the
 * network cannot draw such pictures.
 */
size_t
dm_batch_measure (const DmBatch *self)
{
  Work   work = begin (self);
  size_t plans = dm_canvas_measure (&work.canvas);

  return plans > 0 ? work.arena.peak + plans : 0;
}

/* --- drawing ---------------------------------------------------------------
 */

/* The part of the canvas that was asked for. */
static void
crop (const Work *self, float *pixels)
{
  const DmSettings *settings = self->batch->settings;
  size_t channels = dm_model_get_config (self->batch->model)->channels;
  size_t row = settings->width * channels;

  for (size_t i = 0; i < self->batch->n; i++)
    for (size_t y = 0; y < settings->height; y++)
      memcpy (pixels + (i * settings->height + y) * row,
              self->x + i * self->n_floats + y * self->w * channels,
              row * sizeof *pixels);
}

/**
 * dm_batch_draw:
 * @pixels: (out) [n, height, width, channels]
 * @pool: (nullable)
 *
 * Errors: %DM_ERROR_MEMORY, %DM_ERROR_CANCELLED
 */
gboolean
dm_batch_draw (const DmBatch *self, float *pixels, DmPool *pool, GError **error)
{
  Work     work = begin (self);
  gboolean done = reserve (&work, pool, error);

  if (done)
    {
      const DmSettings *settings = self->settings;
      DmSampling       *sampling = &work.sampling;

      sampling->data = &work;
      sampling->on_step_data = (void *) self;
      dm_given_fill (settings->given, &work.given, work.h, work.w,
                     settings->height, settings->width);
      draw_noise (&work, work.x, DM_STREAM_START, 0);

      done = dm_sample (sampling, work.x, work.scratch);
      if (done)
        crop (&work, pixels);
      else
        g_set_error_literal (error, DM_ERROR, DM_ERROR_CANCELLED,
                             _ ("drawing was stopped"));
    }

  end (&work);

  return done;
}

/**
 * dm_batch_get_n_passes:
 *
 * Returns: how many steps drawing takes, repeats counted.
 */
unsigned
dm_batch_get_n_passes (const DmBatch *self)
{
  DmSampling sampling = get_sampling (self);

  return dm_sampling_get_n_passes (&sampling);
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
