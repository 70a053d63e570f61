/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <gegl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "generate/generate.h"
#include "image/image.h"
#include "image/sheet.h"
#include "program/program.h"
#include "tensor/error.h"

/* What the command line says. */
typedef struct
{
  char  *output, *classes, *guidance, *sampler, *canvas, *tile;
  int    count, steps, threads;
  gint64 seed;
  double guidance_start, guidance_end;
} Options;

/* Pictures in the order of a sheet: a row for each class, in it a column for
 * each guidance strength, in it @count pictures.
 */
typedef struct
{
  Options    options;
  DmModel   *model;
  DmPool    *pool;
  DmSettings settings;
  GArray    *class_id; /* of int    */
  GArray    *guidance; /* of double */
  float     *pixels;
} Run;

static void
run_clear (Run *self)
{
  char **texts[] = { &self->options.output,   &self->options.classes,
                     &self->options.guidance, &self->options.sampler,
                     &self->options.canvas,   &self->options.tile };

  for (size_t i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (*texts[i]);
  g_clear_pointer (&self->model, dm_model_unref);
  dm_pool_free (self->pool);
  g_clear_pointer (&self->class_id, g_array_unref);
  g_clear_pointer (&self->guidance, g_array_unref);
  g_free (self->pixels);
}

static gboolean
refuse (GError **error, const char *option, const char *value)
{
  g_set_error (error, DM_ERROR, DM_ERROR_OPTION,
               _ ("--%s: “%s” cannot be used; see --help"), option, value);

  return FALSE;
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
    { "guidance", 0, 0, G_OPTION_ARG_STRING, &self->guidance,
      N_ ("Guidance strengths; 0 is unguided"), "0,1,3" },
    { "count", 0, 0, G_OPTION_ARG_INT, &self->count,
      N_ ("Pictures of each class and strength"), "N" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &self->seed, N_ ("Of the noise"), "N" },
    { "steps", 0, 0, G_OPTION_ARG_INT, &self->steps, N_ ("Of the sampler"),
      "N" },
    { "sampler", 0, 0, G_OPTION_ARG_STRING, &self->sampler,
      N_ ("ancestral, ddim, heun or dpm2m"), "NAME" },
    { "guidance-start", 0, 0, G_OPTION_ARG_DOUBLE, &self->guidance_start,
      N_ ("Time from which it is guided; 1 is noise"), "T" },
    { "guidance-end", 0, 0, G_OPTION_ARG_DOUBLE, &self->guidance_end,
      N_ ("Time until which it is guided; 0 is clean"), "T" },
    { "canvas", 0, 0, G_OPTION_ARG_STRING, &self->canvas,
      N_ ("Size, for models that draw any"), "WxH" },
    { "tile", 0, 0, G_OPTION_ARG_STRING, &self->tile,
      N_ ("Seamless along x, y or xy"), "AXES" },
    { "threads", 0, 0, G_OPTION_ARG_INT, &self->threads,
      N_ ("0: one per processor"), "N" },
    { NULL, 0, 0, 0, NULL, NULL, NULL },
  };

  *self = (Options){ .count = 1, .guidance_start = -1.0, .guidance_end = -1.0 };
  if (!dm_options_parse (_ ("MODEL"),
                         _ ("Draws pictures. MODEL is a weights file or the "
                            "name of an installed model."),
                         entries, argc, argv, error))
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
    return refuse (error, "count", "not 1 ... 100000");

  return TRUE;
}

static gboolean
parse_guidance (Run *self, GError **error)
{
  g_auto (GStrv) words = NULL;
  double recommended = dm_model_get_card (self->model)->guidance;

  self->guidance = g_array_new (FALSE, FALSE, sizeof (double));
  if (self->options.guidance == NULL)
    {
      g_array_append_val (self->guidance, recommended);
      return TRUE;
    }

  words = g_strsplit (self->options.guidance, ",", -1);
  for (size_t i = 0; words[i] != NULL; i++)
    {
      char  *end = NULL;
      double value = g_ascii_strtod (words[i], &end);

      if (end == words[i] || *end != '\0' || !(value >= -1.0 && value <= 100.0))
        return refuse (error, "guidance", words[i]);
      g_array_append_val (self->guidance, value);
    }

  return TRUE;
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
        return refuse (error, "canvas", canvas);
    }

  if (tile != NULL)
    {
      if (tile[strspn (tile, "xy")] != '\0')
        return refuse (error, "tile", tile);
      self->settings.wrap = (strchr (tile, 'x') ? DM_WRAP_X : 0) |
                            (strchr (tile, 'y') ? DM_WRAP_Y : 0);
    }

  return TRUE;
}

static gboolean
parse_settings (Run *self, GError **error)
{
  const Options *o = &self->options;

  dm_settings_init (&self->settings, self->model);
  if (o->steps != 0)
    self->settings.n_steps = (unsigned) o->steps;
  if (o->guidance_start >= 0.0)
    self->settings.guidance_start = o->guidance_start;
  if (o->guidance_end >= 0.0)
    self->settings.guidance_end = o->guidance_end;
  if (o->sampler != NULL &&
      !dm_sampler_from_name (&self->settings.sampler, o->sampler))
    return refuse (error, "sampler", o->sampler);

  return parse_canvas (self, error);
}

/* --- pictures ------------------------------------------------------------- */

static size_t
count_pictures (const Run *self)
{
  return (size_t) self->options.count * self->class_id->len *
         self->guidance->len;
}

static size_t
picture_floats (const Run *self)
{
  return self->settings.width * self->settings.height *
         dm_model_get_config (self->model)->channels;
}

static DmPicture
get_picture (const Run *self, size_t i)
{
  size_t count = (size_t) self->options.count, n = self->guidance->len;

  return (DmPicture){
    .class_id = g_array_index (self->class_id, int, i / count / n),
    .guidance = g_array_index (self->guidance, double, i / count % n),
    .seed = (guint64) self->options.seed,
    .index = i % count,
  };
}

static gboolean
draw (Run *self, GError **error)
{
  size_t                n = count_pictures (self);
  g_autofree DmPicture *pictures = g_new (DmPicture, n);

  for (size_t i = 0; i < n; i++)
    pictures[i] = get_picture (self, i);

  self->pixels = dm_generate (self->model, &self->settings, pictures, n, NULL,
                              NULL, self->pool, error);

  return self->pixels != NULL;
}

/* --- output --------------------------------------------------------------- */

static char *
class_nick (const Run *self, size_t row)
{
  int class_id = g_array_index (self->class_id, int, row);

  return dm_card_class_nick (dm_model_get_card (self->model), class_id);
}

static char *
guidance_text (const Run *self, size_t column)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (
      g_ascii_formatd (number, sizeof number, "%g",
                       g_array_index (self->guidance, double, column)));
}

/* One file each: CLASS-wGUIDANCE-NUMBER.png */
static gboolean
save_folder (const Run *self, GError **error)
{
  size_t count = (size_t) self->options.count, n = self->guidance->len;
  size_t channels = dm_model_get_config (self->model)->channels;

  for (size_t i = 0; i < count_pictures (self); i++)
    {
      g_autofree char *nick = class_nick (self, i / count / n);
      g_autofree char *guidance = guidance_text (self, i / count % n);
      g_autofree char *name =
          g_strdup_printf ("%s-w%s-%05zu.png", nick, guidance, i % count);
      g_autofree char *path =
          g_build_filename (self->options.output, name, NULL);

      if (!dm_image_save_png (path, self->pixels + i * picture_floats (self),
                              self->settings.width, self->settings.height,
                              channels, error))
        return FALSE;
    }

  return TRUE;
}

/* Labels: the class on the left, the guidance above its first picture. */
static gboolean
save_sheet (const Run *self, GError **error)
{
  size_t count = (size_t) self->options.count;
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (g_free);
  DmSheet sheet = {
    .n_rows = self->class_id->len,
    .n_columns = self->guidance->len * count,
    .pixels = self->pixels,
    .width = self->settings.width,
    .height = self->settings.height,
    .channels = dm_model_get_config (self->model)->channels,
  };

  for (size_t i = 0; i < sheet.n_rows; i++)
    g_ptr_array_add (rows, class_nick (self, i));
  for (size_t i = 0; i < sheet.n_columns; i++)
    {
      g_autofree char *w = guidance_text (self, i / count);

      g_ptr_array_add (columns, i % count == 0 ? g_strconcat ("w = ", w, NULL) :
                                                 g_strdup (""));
    }

  sheet.row_labels = (char **) rows->pdata;
  sheet.column_labels = (char **) columns->pdata;

  return dm_sheet_save_png (&sheet, self->options.output, error);
}

static gboolean
save (const Run *self, GError **error)
{
  if (g_file_test (self->options.output, G_FILE_TEST_IS_DIR))
    return save_folder (self, error);

  if (count_pictures (self) > 1)
    return save_sheet (self, error);

  return dm_image_save_png (self->options.output, self->pixels,
                            self->settings.width, self->settings.height,
                            dm_model_get_config (self->model)->channels, error);
}

static DmStatus
run (Run *self, const char *name, GError **error)
{
  g_autofree char *path = dm_model_find (name, error);

  if (path != NULL)
    self->model = dm_model_load (path, error);
  if (self->model == NULL)
    return DM_STATUS_FAILED;

  if (!parse_settings (self, error) || !parse_guidance (self, error))
    return DM_STATUS_USAGE;

  self->pool = dm_pool_new ((size_t) MAX (self->options.threads, 0));
  if (!parse_classes (self, error) || !draw (self, error) ||
      !save (self, error))
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
    }

  if (error != NULL)
    status = dm_options_fail ("sample", status, error);
  run_clear (&self);
  gegl_exit ();

  return status;
}
