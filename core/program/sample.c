/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "generate/generate.h"
#include "image/image.h"
#include "program/draw-options.h"
#include "program/program.h"
#include "program/sample-input.h"
#include "program/sheets.h"
#include "tensor/error.h"

/* What the command line says. */
typedef struct
{
  char          *output, *classes, *canvas, *tile;
  int            count;
  double         scale;
  DmDrawOptions  draw;
  DmInputOptions input;
} Options;

/* Pictures in the order of a sheet: a row for each class, in it a column for
 * each guidance strength, in it @count pictures.
 */
typedef struct
{
  Options       options;
  DmModel      *model;
  DmPool       *pool;
  DmSettings    settings;
  DmSampleInput input;    /* if there is one */
  GArray       *class_id; /* of int          */
  GArray       *guidance; /* of double       */
  float        *pixels;
} Run;

static void
run_clear (Run *self)
{
  char **texts[] = { &self->options.output, &self->options.classes,
                     &self->options.canvas, &self->options.tile };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  dm_draw_options_clear (&self->options.draw);
  g_free (self->options.input.path);
  g_clear_pointer (&self->model, dm_model_unref);
  dm_pool_free (self->pool);
  g_clear_pointer (&self->class_id, g_array_unref);
  g_clear_pointer (&self->guidance, g_array_unref);
  dm_sample_input_clear (&self->input);
  g_free (self->pixels);
}

/* --- options -------------------------------------------------------------- */

static gboolean
parse_options (
    Options *self, const char **model, int *argc, char ***argv, GError **error)
{
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &self->output,
      N_ ("Picture or sheet to write, or a folder"), "OUT.png|DIR" },
    { "class", 0, 0, G_OPTION_ARG_STRING, &self->classes,
      N_ ("Classes by name or number, “any”, or “all”"), "A,B" },
    { "count", 0, 0, G_OPTION_ARG_INT, &self->count,
      N_ ("Pictures of each class and strength"), "N" },
    { "scale", 0, 0, G_OPTION_ARG_DOUBLE, &self->scale,
      N_ ("Of what is drawn, for models that are told it: 0.5 is half as "
          "large as it is in the pictures they were trained on"),
      "X" },
    { "canvas", 0, 0, G_OPTION_ARG_STRING, &self->canvas,
      N_ ("Size, for models that draw any"), "WxH" },
    { "tile", 0, 0, G_OPTION_ARG_STRING, &self->tile,
      N_ ("Seamless along x, y or xy"), "AXES" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  g_autofree GOptionEntry *drawing = NULL, *input = NULL;
  g_autofree GOptionEntry *few = NULL, *all = NULL;

  *self = (Options){ .count = 1 };
  dm_draw_options_init (&self->draw);
  drawing = dm_draw_options_new_table (&self->draw);
  input = dm_input_options_new_table (&self->input);
  few = dm_options_join (entries, input);
  all = dm_options_join (few, drawing);
  if (!dm_options_parse (_ ("MODEL"),
                         _ ("Draws pictures. MODEL is a weights file or the "
                            "name of an installed model."),
                         all, argc, argv, error))
    return FALSE;

  *model = dm_options_get_only (*argc, *argv, _ ("MODEL"), error);
  if (*model == NULL)
    return FALSE;

  if (self->output == NULL)
    {
      g_set_error_literal (
          error, DM_ERROR, DM_ERROR_OPTION,
          _ ("say with -o OUT.png where the picture is to go"));
      return FALSE;
    }

  if (self->count < 1 || self->count > 100000)
    return dm_options_refuse (error, "count", "not 1 ... 100000");
  if (!(self->scale >= 0.0 && self->scale <= 1e6))
    return dm_options_refuse (error, "scale", "not 0 or more");
  if (self->input.path != NULL && self->canvas != NULL)
    return dm_options_refuse (error, "canvas", self->canvas);
  if (self->input.path != NULL && self->tile != NULL)
    return dm_options_refuse (error, "tile", self->tile);

  return dm_input_options_check (&self->input, error);
}

static gboolean
parse_classes (Run *self, GError **error)
{
  const DmCard *card = dm_model_get_card (self->model);
  const char   *text = self->options.classes;
  g_auto (GStrv) words = g_strsplit (text != NULL ? text : "", ",", -1);
  int class_id = DM_CLASS_NULL;

  self->class_id = g_array_new (FALSE, FALSE, sizeof (int));
  if (g_strcmp0 (text, "all") == 0)
    {
      int n = (int) dm_card_get_n_classes (card);

      for (class_id = 0; class_id < n; class_id++)
        g_array_append_val (self->class_id, class_id);
      return TRUE;
    }

  for (size_t i = 0; words[i] != NULL; i++)
    {
      if (!dm_card_find_class (card, words[i], &class_id, error))
        return FALSE;
      g_array_append_val (self->class_id, class_id);
    }

  if (self->class_id->len == 0)
    g_array_append_val (self->class_id, class_id);

  return TRUE;
}

static gboolean
parse_canvas (Run *self, GError **error)
{
  const char *canvas = self->options.canvas, *tile = self->options.tile;
  char       *end = NULL;

  if (canvas != NULL)
    {
      self->settings.width = g_ascii_strtoull (canvas, &end, 10);
      self->settings.height =
          *end == 'x' ? g_ascii_strtoull (end + 1, &end, 10) : 0;
      if (*end != '\0')
        return dm_options_refuse (error, "canvas", canvas);
    }

  if (tile != NULL)
    {
      if (tile[strspn (tile, "xy")] != '\0')
        return dm_options_refuse (error, "tile", tile);
      self->settings.wrap = (strchr (tile, 'x') ? DM_WRAP_X : 0) |
                            (strchr (tile, 'y') ? DM_WRAP_Y : 0);
    }

  return TRUE;
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

static size_t
picture_floats (const Run *self)
{
  return self->settings.width * self->settings.height *
         dm_model_get_config (self->model)->channels;
}

/* --- output --------------------------------------------------------------- */

static gboolean
save_picture (const Run *self, const char *path, size_t i, GError **error)
{
  const float *pixels = self->pixels + i * picture_floats (self);

  if (self->options.input.path != NULL)
    return dm_sample_input_save (&self->input, pixels, path, error);

  return dm_image_save_png (path, pixels, self->settings.width,
                            self->settings.height,
                            dm_model_get_config (self->model)->channels, error);
}

/* One file each: CLASS-wGUIDANCE-NUMBER.png */
static gboolean
save_folder (const Run *self, const DmGrid *grid, GError **error)
{
  const DmCard *card = dm_model_get_card (self->model);

  for (size_t i = 0; i < dm_grid_get_n (grid); i++)
    {
      size_t           column = i / grid->count % grid->n_guidance;
      DmPicture        picture = dm_grid_get_picture (grid, i);
      g_autofree char *nick = picture.class_id == DM_CLASS_NULL ?
                                  g_strdup (DM_CLASS_NULL_NICK) :
                                  dm_card_class_nick (card, picture.class_id);
      g_autofree char *guidance = dm_grid_get_guidance_text (grid, column);
      g_autofree char *name =
          g_strdup_printf ("%s-w%s-%05zu.png", nick, guidance, i % grid->count);
      g_autofree char *path =
          g_build_filename (self->options.output, name, NULL);

      if (!save_picture (self, path, i, error))
        return FALSE;
    }

  return TRUE;
}

static gboolean
draw_and_save (Run *self, GError **error)
{
  DmGrid      grid = get_grid (self);
  const char *path = self->options.output;
  gboolean    folder = g_file_test (path, G_FILE_TEST_IS_DIR);

  if (self->options.input.path != NULL && !folder && dm_grid_get_n (&grid) > 1)
    {
      g_set_error_literal (error, DM_ERROR, DM_ERROR_OPTION,
                           _ ("several pictures that are drawn into one go to "
                              "a folder; make it, and name it with -o"));
      return FALSE;
    }

  if (!dm_options_check_place (path, error))
    return FALSE;

  self->pixels =
      dm_grid_draw (&grid, self->model, &self->settings, self->pool, error);
  if (self->pixels == NULL)
    return FALSE;

  if (folder)
    return save_folder (self, &grid, error);

  if (dm_grid_get_n (&grid) == 1)
    return save_picture (self, path, 0, error);

  return dm_grid_save (&grid, self->model, &self->settings, self->pixels, path,
                       error);
}

static DmStatus
run (Run *self, const char *name, GError **error)
{
  g_autofree char *path = dm_model_find (name, error);

  if (path != NULL)
    self->model = dm_model_load (path, error);
  if (self->model == NULL)
    return DM_STATUS_FAILED;

  self->guidance = dm_draw_options_get_guidance (
      &self->options.draw, dm_model_get_card (self->model), error);
  if (self->guidance == NULL ||
      !dm_draw_options_get_settings (&self->options.draw, &self->settings,
                                     self->model, error) ||
      !parse_canvas (self, error))
    return DM_STATUS_USAGE;

  self->pool = dm_pool_new ((size_t) MAX (self->options.draw.threads, 0));
  if (!parse_classes (self, error) || !open_input (self, error) ||
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
  Run         self = { 0 };
  const char *model = NULL;
  g_autoptr (GError) error = NULL;
  DmStatus status = DM_STATUS_USAGE;

  if (parse_options (&self.options, &model, &argc, &argv, &error))
    {
      gegl_init (NULL, NULL);
      status = run (&self, model, &error);
      run_clear (&self);
      gegl_exit ();
    }

  if (error != NULL)
    status = dm_options_fail ("sample", status, error);

  return status;
}
