/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "generate/generate.h"

#include <glib/gi18n-lib.h>
#include <stdatomic.h>
#include <unistd.h>

#include "generate/batch.h"
#include "generate/request.h"
#include "tensor/error.h"

/* The memory that pictures may take that are drawn together, unless one alone
 * takes more.
 */
#define MAX_BYTES ((size_t) 1 << 30)

/* Of the machine's memory, what pictures may take unless the user says. */
#define SHARE_OF_MACHINE 0.75

static atomic_uint n_runs;

/* Into how many batches of about equal size the pictures are split, so that
 * each fits into the memory set aside.
 */
static size_t
count_batches (const DmBatch *all)
{
  size_t n_batches = (all->n + DM_GENERATE_TOGETHER - 1) / DM_GENERATE_TOGETHER;

  while (n_batches < all->n)
    {
      DmBatch first = *all;

      first.n = (all->n + n_batches - 1) / n_batches;
      if (dm_batch_measure (&first) <= MAX_BYTES)
        break;
      n_batches = MIN (2 * n_batches, all->n);
    }

  return n_batches;
}

/**
 * dm_generate_get_memory_limit:
 *
 * Returns: bytes that drawing may take: $GEGL_DIFFUSION_MEMORY_MB, or a share
 * of what the machine has
 */
double
dm_generate_get_memory_limit (void)
{
  const char *text = g_getenv ("GEGL_DIFFUSION_MEMORY_MB");
  double      asked = text != NULL ? g_ascii_strtod (text, NULL) : 0.0;

  if (asked > 0.0)
    return asked * 1e6;

  return SHARE_OF_MACHINE * (double) sysconf (_SC_PHYS_PAGES) *
         (double) sysconf (_SC_PAGE_SIZE);
}

/* Whether there is memory for the first of the batches and all @pixels, before
 * any is asked for: where the system promises more than it has, the process
 * would be killed in the middle of its work.
 */
static gboolean
check_memory (const DmBatch *all,
              size_t         n_batches,
              size_t         n_pixels,
              GError       **error)
{
  g_autofree char *size = NULL, *most = NULL;
  DmBatch          first = *all;
  double           bytes, limit = dm_generate_get_memory_limit ();

  first.n = (all->n + n_batches - 1) / n_batches;
  bytes =
      (double) dm_batch_measure (&first) + (double) n_pixels * sizeof (float);
  if (bytes <= limit)
    return TRUE;

  size = g_format_size ((guint64) bytes);
  most = g_format_size ((guint64) limit);
  first.n = 1;
  if ((double) dm_batch_measure (&first) <= limit / 2)
    {
      g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
                   _ ("%zu pictures take %s of memory together, and no "
                      "more than %s may be used; draw fewer at a time"),
                   all->n, size, most);
      return FALSE;
    }

  g_set_error (error, DM_ERROR, DM_ERROR_MEMORY,
               _ ("%zu x %zu pixels take %s of memory to draw, and no "
                  "more than %s may be used; choose a smaller size"),
               all->settings->width, all->settings->height, size, most);

  return FALSE;
}

/**
 * dm_generate:
 * @pictures: [n_pictures], one or more
 * @on_step: (nullable) called on this thread after each step, with the number
 * of steps that are done and of all steps; with more pictures than are drawn
 * together, or steps that are repeated, these are more than settings->n_steps
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
  DmBatch batch = {
    model, settings, pictures, n_pictures, on_step, data, 0, 0
  };
  g_autofree float *pixels = NULL;
  size_t            n_floats, n_batches;
  unsigned          n_passes;

  g_return_val_if_fail (n_pictures > 0, NULL);

  atomic_fetch_add (&n_runs, 1);
  if (!dm_request_check (model, settings, pictures, n_pictures, error))
    return NULL;

  n_floats = settings->height * settings->width *
             dm_model_get_config (model)->channels;
  n_batches = count_batches (&batch);
  if (!check_memory (&batch, n_batches, n_pictures * n_floats, error))
    return NULL;

  pixels = g_try_malloc_n (n_pictures, n_floats * sizeof *pixels);
  if (pixels == NULL)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_MEMORY,
                           _ ("there is not enough memory for the pictures; "
                              "try fewer or smaller ones"));
      return NULL;
    }

  n_passes = dm_batch_get_n_passes (&batch);
  batch.all_steps = n_passes * (unsigned) n_batches;

  for (size_t i = 0; i < n_batches; i++)
    {
      size_t first = i * n_pictures / n_batches;

      batch.pictures = pictures + first;
      batch.n = (i + 1) * n_pictures / n_batches - first;
      batch.first_step = n_passes * (unsigned) i;
      if (!dm_batch_draw (&batch, pixels + first * n_floats, pool, error))
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

/**
 * dm_generate_get_n_rows:
 *
 * Returns: how many rows networks have drawn in this process: pictures times
 * evaluations, class and null class apart.
 */
guint
dm_generate_get_n_rows (void)
{
  return dm_batch_get_n_rows ();
}
