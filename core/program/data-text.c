/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "program/data-text.h"

#include <glib/gi18n-lib.h>

#include "program/columns.h"
#include "program/data-names.h"

#define MAX_CLASSES 40 /* in the list of them, at most */

/* --- what was found ------------------------------------------------------- */

static void
add_classes (GString *text, const DmDataset *set)
{
  for (size_t i = 0; i < MIN (set->n_classes, MAX_CLASSES); i++)
    {
      g_autofree char *name = dm_data_show (set->class_names[i]);

      g_string_append (text, "  ");
      dm_columns_add_left (text, name, 21);
      g_string_append_printf (text, "%" G_GINT64_FORMAT "\n",
                              set->images_per_class[i]);
    }
  dm_data_add_more (text, set->n_classes, MAX_CLASSES);
}

/* "files: 812 png, 38 jpg; from 48 x 32 to 4000 x 3000" */
static void
add_files (GString *text, const DmDataReport *report)
{
  g_autoptr (GString) formats = g_string_new (NULL);

  for (guint i = 0; i < MIN (report->formats->len, DM_MAX_NAMES); i++)
    {
      const DmFormatCount *f =
          &g_array_index (report->formats, DmFormatCount, i);
      g_autofree char *ending = dm_data_show (f->ending);

      g_string_append_printf (formats, "%s%zu %s", i > 0 ? ", " : "", f->n,
                              *ending != '\0' ? ending : _ ("without ending"));
    }
  if (report->formats->len == 0)
    g_string_append (formats, report->dataset->format);

  if (report->one_size)
    g_string_append_printf (text, _ ("files: %s; all %zu x %zu\n"),
                            formats->str, report->min_width,
                            report->min_height);
  else
    g_string_append_printf (
        text, _ ("files: %s; %zu to %zu pixels wide, %zu to %zu high\n"),
        formats->str, report->min_width, report->max_width, report->min_height,
        report->max_height);
}

/* What of them need not be decoded again, now or by later runs. */
static void
add_cache (GString *text, const DmDataset *set)
{
  if (set->n_known > 0)
    g_string_append_printf (
        text,
        PLURAL ("%zu picture was decoded by an earlier run\n",
                "%zu pictures were decoded by an earlier run\n", set->n_known),
        set->n_known);
  if (set->cache_fault != NULL)
    {
      g_autofree char *fault = dm_data_show (set->cache_fault);

      g_string_append_printf (
          text, _ ("not kept for later runs, which decode again: %s\n"), fault);
    }
}

/* --- problems ------------------------------------------------------------- */

static void
add_skipped (GString *text, const GPtrArray *skipped)
{
  if (skipped->len == 0)
    return;

  g_string_append_printf (
      text,
      PLURAL ("%u file left out:\n", "%u files left out:\n", skipped->len),
      skipped->len);
  for (guint i = 0; i < MIN (skipped->len, DM_MAX_LINES); i++)
    {
      g_autofree char *line = dm_data_show (skipped->pdata[i]);

      g_string_append_printf (text, "  %s\n", line);
    }
  dm_data_add_more (text, skipped->len, DM_MAX_LINES);
}

static char *
join_classes (const DmDataset *set, const GArray *classes)
{
  g_autofree char **names = g_new (char *, classes->len + 1);

  for (guint i = 0; i < classes->len; i++)
    names[i] = set->class_names[g_array_index (classes, int, i)];

  return dm_data_join (names, classes->len);
}

static void
add_class_problems (GString *text, const DmDataReport *report)
{
  const DmDataset *set = report->dataset;

  if (set->empty->len > 0)
    {
      g_autofree char *names =
          dm_data_join ((char **) set->empty->pdata, set->empty->len);

      g_string_append_printf (
          text, _ ("no class, since there is no picture in it: %s\n"), names);
    }

  if (report->tiny->len > 0)
    {
      g_autofree char *names = join_classes (set, report->tiny);

      g_string_append_printf (
          text, _ ("fewer than %d pictures, too few to learn from: %s\n"),
          DM_TINY_CLASS, names);
    }

  for (guint i = 0; i < MIN (report->namesakes->len, DM_MAX_LINES); i++)
    {
      g_autofree char *names = join_classes (set, report->namesakes->pdata[i]);

      g_string_append_printf (
          text, _ ("classes of nearly the same name, perhaps one class: %s\n"),
          names);
    }

  if (report->unequal && !set->augment.balance)
    g_string_append_printf (text,
                            _ ("one class has more than %d times the pictures "
                               "of another; --balance trains them alike\n"),
                            DM_UNEQUAL_CLASSES);
}

static void
add_small (GString *text, const DmDataReport *report)
{
  const DmDataset *set = report->dataset;
  size_t           n = report->small->len;

  if (n == 0)
    return;

  g_string_append_printf (
      text,
      PLURAL ("%zu picture is smaller than %zu x %zu and is enlarged:\n",
              "%zu pictures are smaller than %zu x %zu and are enlarged:\n", n),
      n, set->side, set->side);
  for (guint i = 0; i < MIN (n, DM_MAX_LINES); i++)
    {
      size_t          picture = g_array_index (report->small, size_t, i);
      const DmSource *s =
          &g_array_index (set->sources, DmSource, set->places[picture].source);
      g_autofree char *name = dm_data_name_picture (set, picture);

      g_string_append_printf (text, "  %s: %zu x %zu\n", name, s->width,
                              s->height);
    }
  dm_data_add_more (text, n, DM_MAX_LINES);
}

/* --- repeats -------------------------------------------------------------- */

/* Lists repeats of a kind, which lie together, from @first on. Returns: the
 * number of the next kind's first.
 */
static guint
add_repeats (GString            *text,
             const DmDataReport *report,
             guint               first,
             gboolean            across_classes,
             gboolean            across_split)
{
  guint n = 0;

  for (guint i = first; i < report->repeats->len; i++, n++)
    {
      const DmRepeat *repeat = report->repeats->pdata[i];

      if (repeat->across_classes != across_classes ||
          (!across_classes && repeat->across_split != across_split))
        break;
      if (n >= DM_MAX_LINES)
        continue;

      for (guint j = 0; j < MIN (repeat->pictures->len, DM_MAX_NAMES); j++)
        {
          g_autofree char *name = dm_data_name_picture (
              report->dataset, g_array_index (repeat->pictures, size_t, j));

          g_string_append_printf (text, "%s%s", j > 0 ? " = " : "  ", name);
        }
      if (repeat->pictures->len > DM_MAX_NAMES)
        g_string_append_printf (text, _ (" and %u more"),
                                repeat->pictures->len - DM_MAX_NAMES);
      g_string_append_c (text, '\n');
    }
  dm_data_add_more (text, n, DM_MAX_LINES);

  return first + n;
}

static guint
count_repeats (const DmDataReport *report,
               gboolean            across_classes,
               gboolean            across_split)
{
  guint n = 0;

  for (guint i = 0; i < report->repeats->len; i++)
    {
      const DmRepeat *repeat = report->repeats->pdata[i];

      n += repeat->across_classes == across_classes &&
           (across_classes || repeat->across_split == across_split);
    }

  return n;
}

static void
add_all_repeats (GString *text, const DmDataReport *report)
{
  guint next = 0, n = count_repeats (report, TRUE, FALSE);

  if (n > 0)
    {
      g_string_append_printf (
          text,
          PLURAL ("%u picture is in several classes, which then cannot be told "
                  "apart by it; remove it where it does not belong:\n",
                  "%u pictures are in several classes, which then cannot be "
                  "told apart by them; remove them where they do not belong:\n",
                  n),
          n);
      next = add_repeats (text, report, next, TRUE, FALSE);
    }

  n = count_repeats (report, FALSE, TRUE);
  if (n > 0)
    {
      g_string_append_printf (
          text,
          PLURAL ("%u picture is both trained on and held out, which flatters "
                  "the held-out loss:\n",
                  "%u pictures are both trained on and held out, which "
                  "flatters the held-out loss:\n",
                  n),
          n);
      next = add_repeats (text, report, next, FALSE, TRUE);
    }

  n = count_repeats (report, FALSE, FALSE);
  if (n > 0)
    {
      g_string_append_printf (
          text,
          PLURAL ("%u picture is there more than once in its class:\n",
                  "%u pictures are there more than once in their class:\n", n),
          n);
      add_repeats (text, report, next, FALSE, FALSE);
    }
}

/**
 * dm_data_text_new:
 *
 * Returns: (transfer full): what there is, then what is wrong with it
 */
char *
dm_data_text_new (const DmDataReport *report)
{
  const DmDataset *set = report->dataset;
  g_autofree char *name = dm_data_show (set->name);
  GString         *text = g_string_new (NULL);

  g_string_append_printf (
      text,
      _ ("%s: %zu pictures of %zu classes, %zu held out, %zu x %zu, %s\n"),
      name, set->n_images, set->n_classes, set->n_held_out, set->side,
      set->side, set->channels == 1 ? _ ("gray") : _ ("colour"));
  add_classes (text, set);
  add_files (text, report);
  add_cache (text, set);
  add_skipped (text, set->skipped);
  add_class_problems (text, report);
  add_all_repeats (text, report);
  add_small (text, report);

  return g_string_free (text, FALSE);
}
