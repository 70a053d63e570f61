/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/sheets.h"

#include "image/sheet.h"

/**
 * dm_grid_get_n:
 *
 * Returns: how many pictures there are.
 */
size_t
dm_grid_get_n (const DmGrid *self)
{
  return self->n_classes * self->n_guidance * self->count;
}

/**
 * dm_grid_get_picture:
 * @i: row by row, and in a row strength by strength
 */
DmPicture
dm_grid_get_picture (const DmGrid *self, size_t i)
{
  size_t column = i / self->count % self->n_guidance;

  return (DmPicture){
    .class_id = self->class_id[i / self->count / self->n_guidance],
    .guidance = self->guidance[column],
    .seed = self->seed,
    .index = i % self->count,
    .scale = self->scale,
  };
}

/**
 * dm_grid_get_guidance_text:
 *
 * Returns: (transfer full): a strength, as on the command line
 */
char *
dm_grid_get_guidance_text (const DmGrid *self, size_t column)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (
      g_ascii_formatd (number, sizeof number, "%g", self->guidance[column]));
}

/**
 * dm_grid_draw:
 * @first, @n: of which pictures, one or more of dm_grid_get_n()
 *
 * Errors: those of dm_generate()
 *
 * Returns: (transfer full) (nullable): [@n, height, width, channels]
 */
float *
dm_grid_draw (const DmGrid     *self,
              size_t            first,
              size_t            n,
              const DmModel    *model,
              const DmSettings *settings,
              DmPool           *pool,
              GError          **error)
{
  g_autofree DmPicture *pictures = g_new (DmPicture, n);

  for (size_t i = 0; i < n; i++)
    pictures[i] = dm_grid_get_picture (self, first + i);

  return dm_generate (model, settings, pictures, n, NULL, NULL, pool, error);
}

/* A label above the first picture of each strength. */
static char **
get_column_labels (const DmGrid *self)
{
  GPtrArray *labels = g_ptr_array_new ();

  for (size_t i = 0; i < self->n_guidance * self->count; i++)
    {
      g_autofree char *w = dm_grid_get_guidance_text (self, i / self->count);

      g_ptr_array_add (labels, i % self->count == 0 ?
                                   g_strconcat ("w = ", w, NULL) :
                                   g_strdup (""));
    }
  g_ptr_array_add (labels, NULL);

  return (char **) g_ptr_array_free (labels, FALSE);
}

static char **
get_row_labels (const DmGrid *self, const DmCard *card)
{
  char **labels = g_new0 (char *, self->n_classes + 1);

  for (size_t i = 0; i < self->n_classes; i++)
    labels[i] = self->class_id[i] == DM_CLASS_NULL ?
                    g_strdup (DM_CLASS_NULL_NICK) :
                    g_strdup (card->class_names[self->class_id[i]]);

  return labels;
}

/* With no pixels yet; the labels are the caller's. */
static DmSheet
make_sheet (const DmGrid     *self,
            const DmModel    *model,
            const DmSettings *settings)
{
  return (DmSheet){
    .n_rows = self->n_classes,
    .n_columns = self->n_guidance * self->count,
    .row_labels = get_row_labels (self, dm_model_get_card (model)),
    .column_labels = get_column_labels (self),
    .width = settings->width,
    .height = settings->height,
    .channels = dm_model_get_config (model)->channels,
  };
}

static void
clear_sheet (DmSheet *sheet)
{
  g_strfreev (sheet->row_labels);
  g_strfreev (sheet->column_labels);
}

/**
 * dm_grid_check:
 *
 * To be asked before the pictures are drawn.
 *
 * Errors: those of dm_sheet_check()
 */
gboolean
dm_grid_check (const DmGrid     *self,
               const DmModel    *model,
               const DmSettings *settings,
               GError          **error)
{
  DmSheet  sheet = make_sheet (self, model, settings);
  gboolean done = dm_sheet_check (&sheet, error);

  clear_sheet (&sheet);

  return done;
}

/**
 * dm_grid_save:
 * @pixels: all of dm_grid_draw()
 *
 * Writes the pictures as one labelled sheet.
 *
 * Errors: those of dm_sheet_save_png()
 */
gboolean
dm_grid_save (const DmGrid     *self,
              const DmModel    *model,
              const DmSettings *settings,
              const float      *pixels,
              const char       *path,
              GError          **error)
{
  DmSheet  sheet = make_sheet (self, model, settings);
  gboolean done;

  sheet.pixels = pixels;
  done = dm_sheet_save_png (&sheet, path, error);
  clear_sheet (&sheet);

  return done;
}
