/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "diffusion/sampler.h"

#include <math.h>
#include <string.h>

#include "diffusion/steps.h"

/* The paper steps evenly in time through the whole range. The deterministic
 * samplers come nearest to their own limit when few steps are spent evenly on
 * the log-SNRs where pictures form. A start above -9 already shows in the
 * picture; beyond 7, where sigma is 0.03, the last x0 takes the noise away at
 * once. Measured with dpm2m on Fashion-MNIST, w = 1: 12 steps from -9 to 7 have
 * half the error of 12 from -9 to 9, and less than 24 even steps in time.
 */
static const struct
{
  const char *name;
  DmStepMove  step;
  size_t      n_buffers; /* of n_floats */
  DmSpacing   spacing;
  double      logsnr_first, logsnr_last;
} samplers[DM_N_SAMPLERS] = {
  [DM_SAMPLER_ANCESTRAL] = { "ancestral", dm_step_ancestral, 2, DM_SPACING_TIME,
                             -INFINITY, INFINITY },
  [DM_SAMPLER_DDIM] = { "ddim", dm_step_ddim, 1, DM_SPACING_LOGSNR, -9.0, 7.0 },
  [DM_SAMPLER_HEUN] = { "heun", dm_step_heun, 3, DM_SPACING_LOGSNR, -9.0, 7.0 },
  [DM_SAMPLER_DPM2M] = { "dpm2m", dm_step_dpm2m, 2, DM_SPACING_LOGSNR, -9.0,
                         7.0 },
};

/**
 * dm_sampler_get_name:
 *
 * Returns: (transfer none): the word that stands for it in options and files.
 */
const char *
dm_sampler_get_name (DmSampler sampler)
{
  return samplers[sampler].name;
}

/**
 * dm_sampler_from_name:
 * @sampler: (out) set if @name is known
 *
 * Returns: whether @name is known.
 */
bool
dm_sampler_from_name (DmSampler *sampler, const char *name)
{
  for (int i = 0; i < DM_N_SAMPLERS; i++)
    if (strcmp (name, samplers[i].name) == 0)
      {
        *sampler = i;
        return true;
      }

  return false;
}

static void
get_limits (const DmSampling *self, double *first, double *last)
{
  bool   given = self->logsnr_first != 0.0 || self->logsnr_last != 0.0;
  double start = dm_schedule_get_logsnr (&self->schedule, self->t_start);

  *first = given ? self->logsnr_first : samplers[self->sampler].logsnr_first;
  *last = given ? self->logsnr_last : samplers[self->sampler].logsnr_last;

  *first = fmax (*first, start);
  *last = fmax (*first, fmin (*last, self->schedule.logsnr_max));
}

/**
 * dm_sampling_get_logsnr:
 * @step: 0 ... n_steps - 1
 *
 * Returns: the log-SNR at which step @step evaluates the denoiser. Step 0's is
 * that of the x that dm_sample() is given.
 */
double
dm_sampling_get_logsnr (const DmSampling *self, unsigned step)
{
  const DmSchedule *schedule = &self->schedule;
  DmSpacing         spacing = self->spacing;
  double            first, last, t_first, t_last, part;

  get_limits (self, &first, &last);
  if (step == 0)
    return first;
  if (step + 1 >= self->n_steps)
    return last;

  if (spacing == DM_SPACING_DEFAULT)
    spacing = samplers[self->sampler].spacing;

  part = (double) step / (self->n_steps - 1);
  if (spacing == DM_SPACING_LOGSNR)
    return first + part * (last - first);

  t_first = dm_schedule_get_t (schedule, first);
  t_last = dm_schedule_get_t (schedule, last);

  return dm_schedule_get_logsnr (schedule, t_first + part * (t_last - t_first));
}

/* --- a picture that is there already -------------------------------------- */

/* No two draws of a run are alike: after each pass of a step what is known is
 * noised anew, and before each repeat everything.
 */
typedef enum
{
  DRAW_KEEP,
  DRAW_GO_BACK,
  N_DRAWS
} Draw;

static size_t
get_n_pictures (const DmSampling *self)
{
  return self->n_floats / self->known->n_pixels / self->known->channels;
}

static void
draw_known_noise (const DmSampling *self,
                  float            *eps,
                  Draw              draw,
                  const DmStep     *step)
{
  unsigned pass = step->repeat * self->n_steps + step->step;

  self->known_noise (eps, N_DRAWS * pass + draw, self->data);
}

/* Puts what is known into x, which is at @logsnr with the steps from @next_step
 * on still to be done.
 */
static void
keep_known (const DmSampling *self,
            const DmStep     *step,
            double            logsnr,
            unsigned          next_step,
            float            *x,
            float            *eps)
{
  const DmKnown *known = self->known;

  if (known == NULL || known->mask == NULL)
    return;

  draw_known_noise (self, eps, DRAW_KEEP, step);
  dm_known_keep (known, x, eps, logsnr,
                 (double) (self->n_steps - next_step) / self->n_steps,
                 get_n_pictures (self));
}

/* With the noise of the last step, which needs none itself. */
static void
start (const DmSampling *self, float *x, float *eps)
{
  double logsnr = dm_sampling_get_logsnr (self, self->first_step);
  DmStep last = { .step = self->n_steps - 1 };

  if (self->known != NULL && self->first_step > 0)
    dm_known_start (self->known, x, logsnr, get_n_pictures (self));

  keep_known (self, &last, logsnr, self->first_step, x, eps);
}

static void
finish (const DmSampling *self, float *x)
{
  if (self->known != NULL)
    dm_known_keep (self->known, x, NULL, 0.0, 0.0, get_n_pictures (self));
}

/* --- the run -------------------------------------------------------------- */

/* Where pixels are noised anew after each step there is no smooth path that
 * could be continued from the step before.
 */
static bool
is_smooth (const DmSampling *self)
{
  return self->n_repeats == 1 &&
         (self->known == NULL || self->known->mask == NULL);
}

static DmStep
get_step (const DmSampling *self, unsigned step, unsigned repeat)
{
  DmStep one = {
    .step = step,
    .repeat = repeat,
    .logsnr = dm_sampling_get_logsnr (self, step),
    .next = dm_sampling_get_logsnr (self, step + 1),
  };

  if (step > self->first_step && is_smooth (self))
    one.passed = one.logsnr - dm_sampling_get_logsnr (self, step - 1);

  return one;
}

static bool
take_step (const DmSampling *self, const DmStep *step, float *x, float *scratch)
{
  float *eps = scratch + samplers[self->sampler].n_buffers * self->n_floats;

  if (step->repeat > 0)
    {
      draw_known_noise (self, eps, DRAW_GO_BACK, step);
      dm_known_go_back (x, eps, step->next, step->logsnr, self->n_floats);
    }

  if (!samplers[self->sampler].step (self, step, x, scratch))
    return false;

  keep_known (self, step, step->next, step->step + 1, x, eps);

  return true;
}

/**
 * dm_sample_scratch:
 *
 * Returns: how many floats of scratch dm_sample() needs.
 */
size_t
dm_sample_scratch (const DmSampling *self)
{
  size_t n_buffers = samplers[self->sampler].n_buffers;

  if (self->known != NULL || self->n_repeats > 1)
    n_buffers++; /* noise */

  return n_buffers * self->n_floats;
}

/**
 * dm_sampling_get_n_passes:
 *
 * Returns: how often dm_sample() takes a step, repeats counted.
 */
unsigned
dm_sampling_get_n_passes (const DmSampling *self)
{
  return (self->n_steps - 1 - self->first_step) * self->n_repeats + 1;
}

static bool
tell (const DmSampling *self, unsigned pass)
{
  return self->on_step == NULL ||
         self->on_step (pass, dm_sampling_get_n_passes (self),
                        self->on_step_data);
}

/**
 * dm_sample:
 * @x: (inout) [n_floats], standard normal noise, which is xt at the log-SNR of
 * step 0; on return, the picture
 * @scratch: [dm_sample_scratch()]
 *
 * Runs all steps of a sampler, from first_step on: then the known picture is
 * what the noise is added to. The callback hears of each pass that is done.
 *
 * Returns: false if the denoiser or the callback stopped the run; then @x is
 * somewhere in between.
 *
 * Source: Lugmayr et al. 2022, "RePaint", Algorithm 1, for what is known.
 */
bool
dm_sample (const DmSampling *self, float *x, float *scratch)
{
  unsigned last = self->n_steps - 1, pass = 0;

  start (self, x, scratch);
  for (unsigned step = self->first_step; step < last; step++)
    for (unsigned repeat = 0; repeat < self->n_repeats; repeat++)
      {
        DmStep one = get_step (self, step, repeat);

        if (!take_step (self, &one, x, scratch) || !tell (self, ++pass))
          return false;
      }

  if (!dm_step_denoise (self, scratch, x,
                        dm_sampling_get_logsnr (self, last)) ||
      !tell (self, ++pass))
    return false;

  memcpy (x, scratch, self->n_floats * sizeof *x);
  finish (self, x);

  return true;
}
