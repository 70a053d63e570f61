/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "generate/generate.h"
#include "image/image.h"
#include "program/program.h"
#include "program/sample-options.h"
#include "program/sheets.h"
#include "tensor/error.h"

/* Pictures in the order of a sheet: a row for each class, in it a column for
 * each guidance strength, in it @count pictures.
 */
typedef struct
{
  DmSampleOptions options;
  DmModel        *model;
  DmPool         *pool;
  DmSettings      settings;
  DmSampleInput   input;    /* if there is one */
  GArray         *class_id; /* of int          */
  GArray         *guidance; /* of double       */
} Run;

static void
run_clear (Run *self)
{
  dm_sample_options_clear (&self->options);
  g_clear_pointer (&self->model, dm_model_unref);
  dm_pool_free (self->pool);
  g_clear_pointer (&self->class_id, g_array_unref);
  g_clear_pointer (&self->guidance, g_array_unref);
  dm_sample_input_clear (&self->input);
}

/* A picture to draw into, if there is one, says how large it is drawn. */
static gboolean
open_input (Run *self, GError **error)
{
  return self->options.input.path == NULL ||
         dm_sample_input_open (&self->input, &self->options.input, self->model,
                               &self->settings, error);
}

/* --- pictures ------------------------------------------------------------- */

static DmGrid
get_grid (const Run *self)
{
  return (DmGrid){
    .class_id = (const int *) (void *) self->class_id->data,
    .guidance = (const double *) (void *) self->guidance->data,
    .n_classes = self->class_id->len,
    .n_guidance = self->guidance->len,
    .count = (size_t) self->options.count,
    .seed = (guint64) self->options.draw.seed,
    .scale = self->options.scale,
  };
}

/* --- output --------------------------------------------------------------- */

static gboolean
save_picture (const Run   *self,
              const float *pixels,
              const char  *path,
              GError     **error)
{
  if (self->options.input.path != NULL)
    return dm_sample_input_save (&self->input, pixels, path, error);

  return dm_image_save_png (path, pixels, self->settings.width,
                            self->settings.height,
                            dm_model_get_config (self->model)->channels, error);
}

/* Picture @i in the folder: CLASS-wGUIDANCE-NUMBER.png */
static char *
get_file (const Run *self, const DmGrid *grid, size_t i)
{
  size_t           column = i / grid->count % grid->n_guidance;
  DmPicture        picture = dm_grid_get_picture (grid, i);
  g_autofree char *nick =
      picture.class_id == DM_CLASS_NULL ?
          g_strdup (DM_CLASS_NULL_NICK) :
          dm_card_class_nick (dm_model_get_card (self->model),
                              picture.class_id);
  g_autofree char *guidance = dm_grid_get_guidance_text (grid, column);
  g_autofree char *name =
      g_strdup_printf ("%s-w%s-%05zu.png", nick, guidance, i % grid->count);

  return g_build_filename (self->options.output, name, NULL);
}

/* As many pictures as are drawn together, each to its file. */
static gboolean
fill_folder (
    const Run *self, const DmGrid *grid, size_t first, size_t n, GError **error)
{
  g_autofree float *pixels = dm_grid_draw (grid, first, n, self->model,
                                           &self->settings, self->pool, error);
  size_t            n_floats = self->settings.width * self->settings.height *
                    dm_model_get_config (self->model)->channels;

  if (pixels == NULL)
    return FALSE;

  for (size_t i = 0; i < n; i++)
    {
      g_autofree char *path = get_file (self, grid, first + i);

      if (!save_picture (self, pixels + i * n_floats, path, error))
        return FALSE;
    }

  return TRUE;
}

/* However many they are: what is written takes no memory any more, and stays
 * when the user has seen enough.
 */
static gboolean
draw_folder (const Run *self, const DmGrid *grid, GError **error)
{
  size_t n, n_all = dm_grid_get_n (grid);

  for (size_t i = 0; i < n_all; i += n)
    {
      n = MIN (n_all - i, DM_GENERATE_TOGETHER);
      if (!fill_folder (self, grid, i, n, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
draw_picture (const Run *self, const DmGrid *grid, GError **error)
{
  g_autofree float *pixels = dm_grid_draw (grid, 0, 1, self->model,
                                           &self->settings, self->pool, error);

  return pixels != NULL &&
         save_picture (self, pixels, self->options.output, error);
}

static gboolean
draw_sheet (const Run *self, const DmGrid *grid, GError **error)
{
  g_autofree float *pixels = NULL;

  if (self->options.input.path != NULL)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("several pictures that are drawn into one go to "
                              "a folder; make it, and name it with -o"));
      return FALSE;
    }

  if (!dm_grid_check (grid, self->model, &self->settings, error))
    return FALSE;

  pixels = dm_grid_draw (grid, 0, dm_grid_get_n (grid), self->model,
                         &self->settings, self->pool, error);

  return pixels != NULL && dm_grid_save (grid, self->model, &self->settings,
                                         pixels, self->options.output, error);
}

static gboolean
draw_and_save (const Run *self, GError **error)
{
  DmGrid      grid = get_grid (self);
  const char *path = self->options.output;

  if (!dm_options_check_place (path, error))
    return FALSE;

  if (g_file_test (path, G_FILE_TEST_IS_DIR))
    return draw_folder (self, &grid, error);

  return dm_grid_get_n (&grid) == 1 ? draw_picture (self, &grid, error) :
                                      draw_sheet (self, &grid, error);
}

static DmStatus
run (Run *self, GError **error)
{
  const DmSampleOptions *o = &self->options;
  g_autofree char       *path = dm_model_find (o->model, error);

  if (path != NULL)
    self->model = dm_model_load (path, error);
  if (self->model == NULL)
    return DM_STATUS_FAILED;

  self->guidance = dm_draw_options_get_guidance (
      &self->options.draw, dm_model_get_card (self->model), error);
  if (self->guidance == NULL ||
      !dm_draw_options_get_settings (&self->options.draw, &self->settings,
                                     self->model, error) ||
      !dm_sample_options_get_canvas (o, &self->settings, error))
    return DM_STATUS_USAGE;

  self->pool = dm_pool_new ((size_t) MAX (o->draw.threads, 0));
  self->class_id =
      dm_sample_options_get_classes (o, dm_model_get_card (self->model), error);
  if (self->class_id == NULL || !open_input (self, error) ||
      !draw_and_save (self, error))
    return DM_STATUS_FAILED;

  return DM_STATUS_DONE;
}

/**
 * dm_program_sample:
 *
 * `gegl-diffusion sample MODEL -o OUT.png|DIR`
 *
 * Returns: the exit status
 */
int
dm_program_sample (int argc, char **argv)
{
  Run self = { 0 };
  g_autoptr (GError) error = NULL;
  DmStatus status = DM_STATUS_USAGE;

  if (dm_sample_options_parse (&self.options, &argc, &argv, &error))
    {
      gegl_init (NULL, NULL);
      status = run (&self, &error);
      run_clear (&self);
      gegl_exit ();
    }

  if (error != NULL)
    status = dm_options_fail ("sample", status, error);

  return status;
}
