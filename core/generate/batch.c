/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/batch.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "generate/batch-work.h"
#include "tensor/error.h"

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
  sampling.denoise = dm_work_denoise;
  sampling.noise = dm_work_draw_step_noise;
  sampling.known_noise = dm_work_draw_known_noise;
  sampling.on_step = on_step;
  dm_given_set_up (settings->given, &sampling);

  return sampling;
}

/* Whether some step is guided, or some is not. */
static gboolean
any_step (const DmWork *self, gboolean active)
{
  for (unsigned step = self->sampling.first_step; step < self->sampling.n_steps;
       step++)
    {
      double logsnr = dm_sampling_get_logsnr (&self->sampling, step);
      double t = dm_schedule_get_t (&self->sampling.schedule, logsnr);

      if (dm_work_is_active (self, t) == active)
        return TRUE;
    }

  return FALSE;
}

/* All but the network's plans; in place once the arena has memory. */
static void
place (DmWork *self)
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

static DmWork
begin (const DmBatch *batch)
{
  const DmConfig   *config = dm_model_get_config (batch->model);
  const DmSettings *settings = batch->settings;
  DmWork            self = {
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
    self.n_guided += dm_work_get_guidance (batch, i).guidance != 0.0;

  dm_canvas_set_rows (&self.canvas, any_step (&self, FALSE) ? batch->n : 0,
                      any_step (&self, TRUE) ? batch->n + self.n_guided : 0);
  place (&self);

  return self;
}

/* All the memory, so that no step asks for any. */
static gboolean
reserve (DmWork *self, DmPool *pool, GError **error)
{
  if (!dm_arena_reserve (&self->arena, error))
    return FALSE;

  place (self);

  return dm_canvas_reserve (&self->canvas, pool, error);
}

static void
end (DmWork *self)
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
  DmWork work = begin (self);
  size_t plans = dm_canvas_measure (&work.canvas);

  return plans > 0 ? work.arena.peak + plans : 0;
}

/* --- drawing ---------------------------------------------------------------
 */

/* The part of the canvas that was asked for. */
static void
crop (const DmWork *self, float *pixels)
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
  DmWork   work = begin (self);
  gboolean done = reserve (&work, pool, error);

  if (done)
    {
      const DmSettings *settings = self->settings;
      DmSampling       *sampling = &work.sampling;

      sampling->data = &work;
      sampling->on_step_data = (void *) self;
      dm_given_fill (settings->given, &work.given, work.h, work.w,
                     settings->height, settings->width);
      dm_work_draw_noise (&work, work.x, DM_STREAM_START, 0);

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
