/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/generate.h"

#include <glib/gi18n-lib.h>
#include <stdatomic.h>
#include <string.h>

#include "generate/request.h"
#include "tensor/error.h"
#include "tensor/rng.h"

/* Pictures drawn together at most, and the memory that their network may take
 * unless one alone takes more.
 */
#define MAX_TOGETHER 16
#define MAX_BYTES ((size_t) 1 << 30)

static atomic_uint n_runs;

/* Pictures that are drawn together. The null class's rows follow those of the
 * classes, so that a step which does not need them runs the first half alone.
 */
typedef struct
{
  const DmModel    *model;
  const DmSettings *settings;
  const DmPicture  *pictures; /* [n] */
  size_t            n, h, w;  /* h, w: of the network's canvas */
  size_t            n_floats; /* of one picture                */
  DmTarget          target;

  DmUnetPlan *guided,
      *unguided;       /* for 2 n and for n rows; guided may be NULL */
  float *input, *pred; /* [2 n, n_floats] */
  float *logsnr;       /* [2 n] */
  int   *class_id;     /* [2 n] */
  float *x, *scratch, *thresholds;

  DmStepFunc on_step;
  void      *data;
  unsigned   first_step, all_steps; /* of all batches */
} Batch;

/* --- the denoiser ----------------------------------------------------------
 */

static DmGuidance
get_guidance (const Batch *self, size_t i)
{
  const DmSettings *settings = self->settings;

  return (DmGuidance){
    .guidance = self->pictures[i].class_id == DM_CLASS_NULL ?
                    0.0 :
                    self->pictures[i].guidance,
    .start = settings->guidance_start,
    .end = settings->guidance_end,
    .clip = settings->clip,
    .threshold = settings->threshold,
    .rescale = settings->rescale,
  };
}

static gboolean
is_guided (const Batch *self, size_t i, double t)
{
  DmGuidance guidance = get_guidance (self, i);

  return dm_guidance_is_active (&guidance, t);
}

static gboolean
any_is_guided (const Batch *self, double t)
{
  for (size_t i = 0; i < self->n; i++)
    if (is_guided (self, i, t))
      return TRUE;

  return FALSE;
}

/* Each row of the network: xt scaled, its log-SNR, its class. */
static void
fill_rows (Batch *self, const float *xt, double logsnr, size_t n_rows)
{
  float scale = (float) dm_target_input_scale (&self->target, logsnr);

  for (size_t row = 0; row < n_rows; row++)
    {
      size_t       i = row % self->n;
      const float *from = xt + i * self->n_floats;
      float       *to = self->input + row * self->n_floats;

      for (size_t k = 0; k < self->n_floats; k++)
        to[k] = scale * from[k];
      self->logsnr[row] = (float) logsnr;
      self->class_id[row] =
          row < self->n ? self->pictures[i].class_id : DM_CLASS_NULL;
    }
}

static bool
denoise (float *x0, const float *xt, double t, double logsnr, void *data)
{
  Batch       *self = data;
  gboolean     guided = any_is_guided (self, t);
  DmUnetPlan  *plan = guided ? self->guided : self->unguided;
  const float *pred_null = self->pred + self->n * self->n_floats;

  fill_rows (self, xt, logsnr, guided ? 2 * self->n : self->n);
  dm_unet_forward (dm_model_get_unet (self->model), plan, self->pred,
                   self->input, self->logsnr, self->class_id);

  for (size_t i = 0; i < self->n; i++)
    {
      size_t     offset = i * self->n_floats;
      DmGuidance guidance = get_guidance (self, i);

      dm_guidance_apply (&guidance, &self->target, x0 + offset,
                         self->pred + offset,
                         is_guided (self, i, t) ? pred_null + offset : NULL,
                         xt + offset, logsnr, self->n_floats, self->thresholds);
    }

  return true;
}

static void
add_noise (float *eps, unsigned step, void *data)
{
  const Batch *self = data;

  for (size_t i = 0; i < self->n; i++)
    {
      const DmPicture *picture = &self->pictures[i];
      DmRng            rng = { picture->seed, DM_STREAM_ANCESTRAL,
                               (uint32_t) picture->index };

      dm_rng_normal (eps + i * self->n_floats, self->n_floats, rng,
                     (guint64) step * self->n_floats);
    }
}

static void
start_from_noise (Batch *self)
{
  for (size_t i = 0; i < self->n; i++)
    {
      const DmPicture *picture = &self->pictures[i];
      DmRng rng = { picture->seed, DM_STREAM_START, (uint32_t) picture->index };

      dm_rng_normal (self->x + i * self->n_floats, self->n_floats, rng, 0);
    }
}

/* --- one batch ------------------------------------------------------------ */

static bool
on_batch_step (unsigned step, unsigned n_steps, void *data)
{
  const Batch *self = data;

  (void) n_steps;

  return self->on_step == NULL ||
         self->on_step (self->first_step + step, self->all_steps, self->data);
}

static DmSampling
get_sampling (Batch *self)
{
  const DmConfig *config = dm_model_get_config (self->model);
  DmSampling      sampling = DM_SAMPLING_INIT;

  sampling.sampler = self->settings->sampler;
  sampling.schedule = (DmSchedule){ config->logsnr_min, config->logsnr_max };
  sampling.n_steps = self->settings->n_steps;
  sampling.n_floats = self->n * self->n_floats;
  sampling.denoise = denoise;
  sampling.noise = add_noise;
  sampling.data = self;
  sampling.on_step = on_batch_step;
  sampling.on_step_data = self;

  return sampling;
}

static gboolean
needs_guided_plan (const Batch *self)
{
  for (size_t i = 0; i < self->n; i++)
    if (get_guidance (self, i).guidance != 0.0)
      return TRUE;

  return FALSE;
}

static void
batch_clear (Batch *self)
{
  dm_unet_plan_free (self->guided);
  dm_unet_plan_free (self->unguided);
  g_free (self->input);
  g_free (self->pred);
  g_free (self->logsnr);
  g_free (self->class_id);
  g_free (self->x);
  g_free (self->scratch);
  g_free (self->thresholds);
}

static DmUnetPlan *
plan (const Batch *self, size_t n_rows, DmPool *pool, GError **error)
{
  return dm_unet_plan_new (dm_model_get_unet (self->model), DM_PLAN_INFER,
                           n_rows, self->h, self->w, self->settings->wrap, pool,
                           error);
}

/* All memory of the batch, so that no step asks for any. */
static gboolean
batch_prepare (Batch *self, DmPool *pool, GError **error)
{
  size_t     floats = self->n * self->n_floats;
  DmSampling sampling = get_sampling (self);

  self->unguided = plan (self, self->n, pool, error);
  if (self->unguided == NULL)
    return FALSE;

  if (needs_guided_plan (self))
    {
      self->guided = plan (self, 2 * self->n, pool, error);
      if (self->guided == NULL)
        return FALSE;
    }

  self->input = g_try_new (float, 2 * floats);
  self->pred = g_try_new (float, 2 * floats);
  self->x = g_try_new (float, floats);
  self->scratch = g_try_new (float, dm_sample_scratch (&sampling));
  self->thresholds = g_try_new (float, self->n_floats);
  self->logsnr = g_new (float, 2 * self->n);
  self->class_id = g_new (int, 2 * self->n);

  if (self->input != NULL && self->pred != NULL && self->x != NULL &&
      self->scratch != NULL && self->thresholds != NULL)
    return TRUE;

  g_set_error_literal (error, DM_ERROR, DM_ERROR_MEMORY,
                       _ ("there is not enough memory for the picture; try a "
                          "smaller one"));

  return FALSE;
}

/* The part of the canvas that was asked for. */
static void
crop (const Batch *self, float *pixels)
{
  const DmSettings *settings = self->settings;
  size_t            channels = dm_model_get_config (self->model)->channels;
  size_t            row = settings->width * channels;

  for (size_t i = 0; i < self->n; i++)
    for (size_t y = 0; y < settings->height; y++)
      memcpy (pixels + (i * settings->height + y) * row,
              self->x + i * self->n_floats + y * self->w * channels,
              row * sizeof *pixels);
}

static gboolean
batch_draw (Batch *self, float *pixels, DmPool *pool, GError **error)
{
  DmSampling sampling;
  gboolean   done = batch_prepare (self, pool, error);

  if (done)
    {
      sampling = get_sampling (self);
      start_from_noise (self);
      done = dm_sample (&sampling, self->x, self->scratch);
      if (done)
        crop (self, pixels);
      else
        g_set_error_literal (error, DM_ERROR, DM_ERROR_CANCELLED,
                             _ ("drawing was stopped"));
    }

  batch_clear (self);

  return done;
}

/* --- all pictures --------------------------------------------------------- */

static size_t
round_up (size_t n, size_t multiple)
{
  return (n + multiple - 1) / multiple * multiple;
}

/* As many pictures as fit into the memory set aside, but one at least. */
static size_t
count_together (const Batch *batch, size_t n_pictures)
{
  size_t n = MIN (n_pictures, MAX_TOGETHER);

  while (n > 1 &&
         dm_unet_plan_measure (dm_model_get_unet (batch->model), DM_PLAN_INFER,
                               2 * n, batch->h, batch->w) > MAX_BYTES)
    n /= 2;

  return n;
}

/**
 * dm_generate:
 * @pictures: [n_pictures]
 * @on_step: (nullable) called on this thread after each step
 * @pool: (nullable)
 *
 * Draws pictures; each is a function of its own values and the settings, bit
 * for bit, whatever is drawn with it and on however many threads.
 *
 * Errors: %DM_ERROR_OPTION, %DM_ERROR_MEMORY, %DM_ERROR_CANCELLED
 *
 * Returns: (transfer full) (nullable): [n_pictures, height, width, channels] in
 * [-1, 1] unless settings->clip is 0
 */
float *
dm_generate (const DmModel    *model,
             const DmSettings *settings,
             const DmPicture  *pictures,
             size_t            n_pictures,
             DmStepFunc        on_step,
             void             *data,
             DmPool           *pool,
             GError          **error)
{
  const DmConfig *config = dm_model_get_config (model);
  size_t          stride = dm_unet_get_stride (dm_model_get_unet (model));
  size_t          n_out = settings->height * settings->width * config->channels;
  g_autofree float *pixels = NULL;
  size_t            together;
  Batch             batch = {
                .model = model,
                .settings = settings,
                .h = round_up (settings->height, stride),
                .w = round_up (settings->width, stride),
                .target = { config->prediction, config->sigma_data },
                .on_step = on_step,
                .data = data,
  };

  g_return_val_if_fail (n_pictures > 0, NULL);

  atomic_fetch_add (&n_runs, 1);
  if (!dm_request_check (model, settings, pictures, n_pictures, error))
    return NULL;

  batch.n_floats = batch.h * batch.w * config->channels;
  together = count_together (&batch, n_pictures);
  batch.all_steps =
      settings->n_steps * (unsigned) ((n_pictures + together - 1) / together);

  pixels = g_try_new (float, n_pictures *n_out);
  if (pixels == NULL)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_MEMORY,
                           _ ("there is not enough memory for the pictures"));
      return NULL;
    }

  for (size_t first = 0; first < n_pictures; first += together)
    {
      Batch part = batch;

      part.pictures = pictures + first;
      part.n = MIN (together, n_pictures - first);
      part.first_step = settings->n_steps * (unsigned) (first / together);
      if (!batch_draw (&part, pixels + first * n_out, pool, error))
        return NULL;
    }

  return g_steal_pointer (&pixels);
}

/**
 * dm_generate_get_n_runs:
 *
 * Returns: how often dm_generate() was called in this process.
 */
guint
dm_generate_get_n_runs (void)
{
  return atomic_load (&n_runs);
}
