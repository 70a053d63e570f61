/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "train/data-report.h"

#include <string.h>

static size_t
get_n (const DmDataset *set)
{
  return set->n_images + set->n_held_out;
}

/* --- what was found ------------------------------------------------------- */

static void
measure_sizes (DmDataReport *self)
{
  const GArray *sources = self->dataset->sources;

  self->min_width = self->min_height = G_MAXSIZE;
  for (guint i = 0; i < sources->len; i++)
    {
      const DmSource *s = &g_array_index (sources, DmSource, i);

      self->min_width = MIN (self->min_width, s->width);
      self->min_height = MIN (self->min_height, s->height);
      self->max_width = MAX (self->max_width, s->width);
      self->max_height = MAX (self->max_height, s->height);
    }

  self->one_size = self->min_width == self->max_width &&
                   self->min_height == self->max_height;
}

static void
clear_format (gpointer data)
{
  g_free (((DmFormatCount *) data)->ending);
}

static int
compare_formats (gconstpointer a, gconstpointer b)
{
  const DmFormatCount *f = a, *g = b;

  if (f->n != g->n)
    return f->n > g->n ? -1 : 1;

  return strcmp (f->ending, g->ending);
}

static void
count_format (GArray *formats, const char *name)
{
  const char *dot = strrchr (name, '.');
  DmFormatCount new = { g_ascii_strdown (dot != NULL ? dot + 1 : "", -1), 1 };

  for (guint i = 0; i < formats->len; i++)
    {
      DmFormatCount *known = &g_array_index (formats, DmFormatCount, i);

      if (strcmp (known->ending, new.ending) == 0)
        {
          known->n++;
          g_free (new.ending);
          return;
        }
    }

  g_array_append_val (formats, new);
}

static void
count_formats (DmDataReport *self)
{
  const GArray *sources = self->dataset->sources;

  self->formats = g_array_new (FALSE, FALSE, sizeof (DmFormatCount));
  g_array_set_clear_func (self->formats, clear_format);

  for (guint i = 0; i < sources->len; i++)
    {
      const char *name = g_array_index (sources, DmSource, i).name;

      if (name != NULL)
        count_format (self->formats, name);
    }
  g_array_sort (self->formats, compare_formats);
}

static void
find_small (DmDataReport *self)
{
  const DmDataset *set = self->dataset;

  self->small = g_array_new (FALSE, FALSE, sizeof (size_t));
  for (size_t i = 0; i < get_n (set); i++)
    {
      const DmSource *s =
          &g_array_index (set->sources, DmSource, set->places[i].source);

      if (MIN (s->width, s->height) < set->side)
        g_array_append_val (self->small, i);
    }
}

/* --- classes -------------------------------------------------------------- */

static void
weigh_classes (DmDataReport *self)
{
  const DmDataset *set = self->dataset;
  gint64           least = G_MAXINT64, most = 0;

  self->tiny = g_array_new (FALSE, FALSE, sizeof (int));
  for (int i = 0; (size_t) i < set->n_classes; i++)
    {
      least = MIN (least, set->images_per_class[i]);
      most = MAX (most, set->images_per_class[i]);
      if (set->images_per_class[i] < DM_TINY_CLASS)
        g_array_append_val (self->tiny, i);
    }

  self->unequal = most > DM_UNEQUAL_CLASSES * least;
}

/* A name without what is easily typed in two ways. */
static char *
simplify (const char *name)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);
  GString         *simple = g_string_new (NULL);

  for (const char *c = folded; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar u = g_utf8_get_char (c);

      if (!g_unichar_isspace (u) && u != '-' && u != '_')
        g_string_append_unichar (simple, u);
    }

  return g_string_free (simple, FALSE);
}

static void
free_array (gpointer data)
{
  g_array_unref (data);
}

static void
find_namesakes (DmDataReport *self)
{
  const DmDataset *set = self->dataset;
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_array);

  self->namesakes = g_ptr_array_new_with_free_func (free_array);
  for (int i = 0; (size_t) i < set->n_classes; i++)
    {
      char   *simple = simplify (set->class_names[i]);
      GArray *same = g_hash_table_lookup (seen, simple);

      if (same == NULL)
        {
          same = g_array_new (FALSE, FALSE, sizeof (int));
          g_hash_table_insert (seen, simple, same);
        }
      else
        {
          g_free (simple);
          if (same->len == 1)
            g_ptr_array_add (self->namesakes, g_array_ref (same));
        }
      g_array_append_val (same, i);
    }
}

/* --- the whole ------------------------------------------------------------ */

/**
 * dm_data_report_new:
 * @dataset: lent for the life of the report
 *
 * Looks at all pixels once.
 *
 * Returns: (transfer full)
 */
DmDataReport *
dm_data_report_new (const DmDataset *dataset)
{
  DmDataReport *self = g_new0 (DmDataReport, 1);

  self->dataset = dataset;
  measure_sizes (self);
  count_formats (self);
  weigh_classes (self);
  find_namesakes (self);
  find_small (self);
  self->repeats = dm_repeats_find (dataset);

  return self;
}

/**
 * dm_data_report_free:
 * @self: (nullable)
 */
void
dm_data_report_free (DmDataReport *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->formats);
  g_array_unref (self->tiny);
  g_array_unref (self->small);
  g_ptr_array_unref (self->namesakes);
  g_ptr_array_unref (self->repeats);
  g_free (self);
}
