/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib/gstdio.h>
#include <math.h>

#include "count-allocations.h"
#include "generate/generate.h"
#include "model-case.h"
#include "tensor/error.h"
#include "tensor/rng.h"
#include "unet-case.h"

/* Pictures of small networks with random weights: nothing to look at, but each
 * must be what its own values say.
 */
#define N_STEPS 5

static char *folder;

/* Before any test. */
static inline void
generate_case_init (int *argc, char ***argv)
{
  g_test_init (argc, argv, NULL);
  folder = g_dir_make_tmp ("dm-generate-XXXXXX", NULL);
}

/* 8 x 8 pictures of three classes, with attention. */
static inline DmConfig
sized_config (void)
{
  return unet_case_small_config ();
}

/* The same for a canvas of any size that is a multiple of 2. */
static inline DmConfig
canvas_config (void)
{
  DmConfig config = unet_case_small_config ();

  config.attention[1] = false;
  config.attention_middle = false;
  config.circular = true;

  return config;
}

/* Writes the file that load_model() reads. */
static inline void
save_model (DmUnet *unet, const DmConfig *config, const DmCard *card)
{
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DmParams             *params = dm_unet_get_params (unet);
  g_autofree DmToStore *tensors = g_new0 (DmToStore, params->n_params);

  for (size_t i = 0; i < params->n_params; i++)
    {
      DmParam *param = params->list[i];

      tensors[i] = (DmToStore){ .name = param->name,
                                .n_dims = (guint) param->n_dims,
                                .value = param->value };
      for (size_t d = 0; d < param->n_dims; d++)
        tensors[i].shape[d] = param->shape[d];
    }

  dm_weights_save (path, config, card, NULL, tensors, (guint) params->n_params,
                   &error);
  g_assert_no_error (error);
}

static inline DmModel *
load_model (void)
{
  g_autofree char *path = g_build_filename (folder, "m.safetensors", NULL);
  g_autoptr (GError) error = NULL;
  DmModel *model = dm_model_load (path, &error);

  g_assert_no_error (error);

  return model;
}

static inline DmModel *
make_model (DmConfig config, const char *sampler, int n_steps)
{
  g_autoptr (DmUnet) unet = dm_unet_new (&config);
  g_autoptr (DmCard) card = dm_card_new ();

  unet_case_fill_params (unet);
  g_strfreev (card->class_names);
  card->class_names = g_strsplit ("a,b,c", ",", -1);
  card->sampler = g_strdup (sampler);
  card->n_steps = n_steps;
  save_model (unet, &config, card);

  return load_model ();
}

static inline size_t
count_floats (const DmSettings *settings)
{
  return settings->width * settings->height * 3;
}

static inline float *
draw (const DmModel    *model,
      const DmSettings *settings,
      const DmPicture  *pictures,
      size_t            n,
      DmPool           *pool)
{
  g_autoptr (GError) error = NULL;
  float *pixels =
      dm_generate (model, settings, pictures, n, NULL, NULL, pool, &error);

  g_assert_no_error (error);
  n *= settings->width * settings->height *
       dm_model_get_config (model)->channels;
  for (size_t i = 0; i < n; i++)
    g_assert_true (fabsf (pixels[i]) <= 1.0f);

  return pixels;
}

enum
{
  N_PICTURES = 21 /* more than are drawn together */
};

/* All classes and the null class, guided and not. */
static inline void
fill_pictures (DmPicture pictures[N_PICTURES])
{
  static const double strengths[] = { 0.0, 1.5, 4.0, 0.0, -0.5 };

  for (int i = 0; i < N_PICTURES; i++)
    pictures[i] = (DmPicture){
      .class_id = i % 4 < 3 ? i % 4 : DM_CLASS_NULL,
      .guidance = strengths[i % G_N_ELEMENTS (strengths)],
      .seed = (guint64) i / 2,
      .index = (guint64) i % 2,
    };
}

typedef struct
{
  unsigned n_heard, n_steps, stop_at;
  size_t   n_allocations_first, n_allocations_last;
} Listener;

static inline bool
listen (unsigned step, unsigned n_steps, void *data)
{
  Listener *self = data;

  self->n_heard++;
  g_assert_cmpuint (step, ==, self->n_heard);
  self->n_steps = n_steps;
#if COUNTING
  self->n_allocations_last = n_allocations;
  if (step == 1)
    self->n_allocations_first = n_allocations;
#endif

  return step != self->stop_at;
}

static inline bool
must_not_hear (unsigned step, unsigned n_steps, void *data)
{
  (void) n_steps;
  (void) data;
  g_error ("step %u of what should have been refused", step);

  return false;
}

/* Before the first step, in a sentence with @word. */
static inline void
assert_refused (const DmModel    *model,
                const DmSettings *settings,
                DmPicture         picture,
                int               code,
                const char       *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (dm_generate (model, settings, &picture, 1, must_not_hear, NULL,
                              NULL, &error));
  g_assert_error (error, DM_ERROR, code);
  if (strstr (error->message, word) == NULL)
    g_error ("“%s” does not mention “%s”", error->message, word);
}

static inline int
generate_case_run (void)
{
  int status = g_test_run ();

  dm_test_remove (folder);
  g_free (folder);

  return status;
}
