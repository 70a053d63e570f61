/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "check.h"
#include "image/image.h"
#include "keep-modules.h"
#include "model-case.h"
#include "train/data-report.h"

/* What a report says of folders of pictures made here. */

static char *folder;

static void
put (const char *name, size_t width, size_t height, float value)
{
  g_autofree char  *path = g_build_filename (folder, name, NULL);
  g_autofree char  *parent = g_path_get_dirname (path);
  size_t            n = width * height;
  g_autofree float *pixels = g_new (float, n);

  for (size_t i = 0; i < n; i++)
    pixels[i] = i == n / 2 ? 1.0f : value;

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (dm_image_save_png (path, pixels, width, height, 1, NULL));
}

/* @n pictures, each another shade from @first on */
static void
put_many (const char *class_name, int first, int n)
{
  for (int i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/%03d.png", class_name, i);

      put (name, 16, 16, (float) (first + i) / 127.5f - 1.0f);
    }
}

static DmDataset *
open_folder (void)
{
  g_autoptr (GError) error = NULL;
  DmDataset *set =
      dm_dataset_open (folder, &(DmDatasetOptions){ .side = 16 }, &error);

  g_assert_no_error (error);

  return set;
}

static const char *
get_name (const DmDataset *set, const GArray *pictures, guint i)
{
  size_t picture = g_array_index (pictures, size_t, i);

  return g_array_index (set->sources, DmSource, set->places[picture].source)
      .name;
}

static const DmRepeat *
get_repeat (const DmDataReport *report, guint i)
{
  return report->repeats->pdata[i];
}

static void
clear_folder (void)
{
  dm_test_remove (folder);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
}

/* Good data: nothing to say against them. */
static void
test_good (void)
{
  g_autoptr (DmDataset) set = NULL;
  g_autoptr (DmDataReport) report = NULL;

  clear_folder ();
  put_many ("dark", 0, 10);
  put_many ("light", 50, 12);
  set = open_folder ();
  report = dm_data_report_new (set);

  g_assert_true (report->one_size);
  g_assert_cmpuint (report->min_width, ==, 16);
  g_assert_cmpuint (report->max_height, ==, 16);
  g_assert_cmpuint (report->formats->len, ==, 1);
  g_assert_cmpuint (report->tiny->len, ==, 0);
  g_assert_false (report->unequal);
  g_assert_cmpuint (report->namesakes->len, ==, 0);
  g_assert_cmpuint (report->small->len, ==, 0);
  g_assert_cmpuint (report->repeats->len, ==, 0);
}

static void
test_sizes (void)
{
  g_autoptr (DmDataset) set = NULL;
  g_autoptr (DmDataReport) report = NULL;
  const DmFormatCount *format;

  clear_folder ();
  put_many ("dark", 0, 3);
  put ("light/a.png", 40, 16, 0.5f);
  put ("light/b.PNG", 20, 15, 0.6f);
  put ("light/c.file", 16, 90, 0.7f);
  set = open_folder ();
  report = dm_data_report_new (set);

  g_assert_false (report->one_size);
  g_assert_cmpuint (report->min_width, ==, 16);
  g_assert_cmpuint (report->max_width, ==, 40);
  g_assert_cmpuint (report->min_height, ==, 15);
  g_assert_cmpuint (report->max_height, ==, 90);

  format = &g_array_index (report->formats, DmFormatCount, 0);
  g_assert_cmpstr (format[0].ending, ==, "png");
  g_assert_cmpuint (format[0].n, ==, 5);
  g_assert_cmpstr (format[1].ending, ==, "file");
  g_assert_cmpuint (format[1].n, ==, 1);

  g_assert_cmpuint (report->small->len, ==, 1);
  g_assert_cmpstr (get_name (set, report->small, 0), ==, "light/b.PNG");
}

static void
test_classes (void)
{
  g_autoptr (DmDataset) set = NULL;
  g_autoptr (DmDataReport) report = NULL;
  const GArray *same;

  clear_folder ();
  put_many ("Big Cat", 0, 9);
  put_many ("big-cat", 20, 10);
  put_many ("bigcat ", 40, 10);
  put_many ("big cats", 60, 91);
  set = open_folder ();
  report = dm_data_report_new (set);

  g_assert_cmpuint (report->tiny->len, ==, 1);
  g_assert_cmpint (g_array_index (report->tiny, int, 0), ==, 0);
  g_assert_true (report->unequal);
  g_assert_cmpuint (report->namesakes->len, ==, 1);
  same = report->namesakes->pdata[0];
  g_assert_cmpuint (same->len, ==, 3);
  g_assert_cmpstr (set->class_names[g_array_index (same, int, 2)], ==,
                   "bigcat ");
}

/* The same pixels in files of other names: those of several classes first. */
static void
test_repeats (void)
{
  g_autoptr (DmDataset) set = NULL;
  g_autoptr (DmDataReport) report = NULL;

  clear_folder ();
  put_many ("dark", 0, 10);
  put_many ("light", 50, 10);
  put ("dark/x.png", 16, 16, 2.0f / 127.5f - 1.0f);
  put ("dark/y.png", 16, 16, 2.0f / 127.5f - 1.0f);
  put ("light/z.png", 16, 16, 5.0f / 127.5f - 1.0f);
  set = open_folder ();
  report = dm_data_report_new (set);

  g_assert_cmpuint (report->repeats->len, ==, 2);
  g_assert_true (get_repeat (report, 0)->across_classes);
  g_assert_cmpuint (get_repeat (report, 0)->pictures->len, ==, 2);
  g_assert_cmpstr (get_name (set, get_repeat (report, 0)->pictures, 0), ==,
                   "dark/005.png");
  g_assert_cmpstr (get_name (set, get_repeat (report, 0)->pictures, 1), ==,
                   "light/z.png");

  g_assert_false (get_repeat (report, 1)->across_classes);
  g_assert_false (get_repeat (report, 1)->across_split);
  g_assert_cmpuint (get_repeat (report, 1)->pictures->len, ==, 3);
  g_assert_cmpstr (get_name (set, get_repeat (report, 1)->pictures, 2), ==,
                   "dark/y.png");
}

static size_t
get_source (const DmDataset *set, const GArray *pictures, guint i)
{
  return set->places[g_array_index (pictures, size_t, i)].source;
}

/* Of 212 pictures 10 are held out, and each is there a second time: names go
 * along when pictures are held out.
 */
static void
test_split (void)
{
  g_autoptr (DmDataset) set = NULL;
  g_autoptr (DmDataReport) report = NULL;
  guint n_across = 0;

  clear_folder ();
  put_many ("dark", 0, 105);
  put_many ("light", 150, 105);
  put ("dark/x.png", 16, 16, -1.0f);
  put ("light/small.png", 16, 12, -1.0f);
  set = open_folder ();
  g_assert_cmpuint (set->n_held_out, ==, 10);
  for (size_t i = 0; i < 10; i++)
    {
      const DmPlace *place = &set->places[set->n_images + i];
      const char    *name =
          g_array_index (set->sources, DmSource, place->source).name;
      int shade = (g_str_has_prefix (name, "dark") ? 0 : 150) +
                  atoi (strchr (name, '/') + 1);

      g_assert_cmpint (ABS (set->pixels[place->at] - shade), <=, 1);
      memcpy (set->pixels + set->places[set->n_images - 1 - i].at,
              set->pixels + place->at, 256);
    }

  report = dm_data_report_new (set);
  for (guint i = 0; i < report->repeats->len; i++)
    {
      const DmRepeat *repeat = get_repeat (report, i);

      n_across += repeat->across_split;
      g_assert_cmpuint (get_source (set, repeat->pictures, 0), <,
                        get_source (set, repeat->pictures, 1));
    }
  g_assert_cmpuint (n_across, ==, 10);
  g_assert_cmpuint (report->small->len, ==, 1);
  g_assert_cmpstr (get_name (set, report->small, 0), ==, "light/small.png");
}

int
main (int argc, char **argv)
{
  int status;

  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  folder = g_dir_make_tmp ("dm-report-XXXXXX", NULL);

  g_test_add_func ("/data-report/good", test_good);
  g_test_add_func ("/data-report/sizes", test_sizes);
  g_test_add_func ("/data-report/classes", test_classes);
  g_test_add_func ("/data-report/repeats", test_repeats);
  g_test_add_func ("/data-report/split", test_split);

  status = g_test_run ();
  dm_test_remove (folder);
  g_free (folder);

  return status;
}
