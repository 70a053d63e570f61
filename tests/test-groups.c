/* SPDX-FileCopyrightText: gegl-diffusion developers
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>

#include "check.h"
#include "image/image.h"
#include "keep-modules.h"
#include "model-case.h"
#include "tensor/error.h"
#include "train/dataset.h"

/* Class "many" has groups of five alike pictures, class "few" one group of
 * fifty and two of five: each picture's gray is the number of its group.
 */
#define SIDE 8
#define N_MANY 150
#define N_FEW 60
#define ALIKE 5

typedef struct
{
  char *folder, *file;
} Fixture;

static guint
find_group (const char *class_name, guint i)
{
  if (strcmp (class_name, "many") == 0)
    return i / ALIKE;

  return 200 + (i < 50 ? 0 : i / ALIKE);
}

static void
write_class (const Fixture *self, const char *name, guint n, GString *lines)
{
  g_autofree char *parent = g_build_filename (self->folder, name, NULL);
  float            pixels[SIDE * SIDE];

  g_assert_cmpint (g_mkdir (parent, 0700), ==, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%03u.png", parent, i);
      guint            group = find_group (name, i);

      for (size_t k = 0; k < SIDE * SIDE; k++)
        pixels[k] = (float) group / 127.5f - 1.0f;
      g_assert_true (dm_image_save_png (path, pixels, SIDE, SIDE, 1, NULL));
      g_string_append_printf (lines, "%s/%03u.png\tset %u\n", name, i, group);
    }
}

static void
write_groups (const Fixture *self, const char *text)
{
  g_assert_true (g_file_set_contents (self->file, text, -1, NULL));
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) lines = g_string_new (NULL);

  (void) data;
  self->folder = g_dir_make_tmp ("dm-groups-XXXXXX", NULL);
  self->file = g_build_filename (self->folder, "groups.tsv", NULL);
  write_class (self, "few", N_FEW, lines);
  write_class (self, "many", N_MANY, lines);
  write_groups (self, lines->str);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  (void) data;
  dm_test_remove (self->folder);
  g_free (self->folder);
  g_free (self->file);
}

static DmDataset *
open_data (const Fixture *self, const char *alike, GError **error)
{
  return dm_dataset_open (self->folder, &(DmDatasetOptions){ .alike = alike },
                          error);
}

static guint8
get_group (const DmDataset *set, size_t i)
{
  return set->pixels[set->places[i].at];
}

/* Groups are held out whole; a class of few groups is kept, however many
 * pictures it has; about as many are held out as without groups.
 */
static void
test_whole (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmDataset) set = open_data (self, NULL, &error);
  gboolean is_held[256] = { FALSE };
  size_t   n = N_MANY + N_FEW;

  (void) data;
  g_assert_no_error (error);
  g_assert_cmpuint (set->n_images + set->n_held_out, ==, n);
  g_assert_cmpuint (set->n_held_out, >=, ALIKE);
  g_assert_cmpuint (set->n_held_out, <=, 2 * n / 20);

  for (size_t i = set->n_images; i < n; i++)
    {
      g_assert_cmpint (set->class_id[i], ==, 1);
      is_held[get_group (set, i)] = TRUE;
    }
  for (size_t i = 0; i < set->n_images; i++)
    g_assert_false (is_held[get_group (set, i)]);

  for (size_t i = 0; i < n; i++)
    for (size_t j = 0; j < i; j++)
      g_assert_cmpint (set->alike[i] == set->alike[j], ==,
                       get_group (set, i) == get_group (set, j));
}

/* Pictures that the file does not name are a group each. */
static void
test_alone (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DmDataset) set = NULL;
  size_t n_few = 0;

  (void) data;
  write_groups (self, "many/000.png\ta\n");
  set = open_data (self, NULL, &error);
  g_assert_no_error (error);
  for (size_t i = set->n_images; i < set->n_images + set->n_held_out; i++)
    n_few += set->class_id[i] == 0;

  /* 5 % of either class, to the nearest picture */
  g_assert_cmpuint (n_few, ==, N_FEW / 20);
  g_assert_cmpuint (set->n_held_out, ==, N_FEW / 20 + N_MANY / 20);
}

static void
assert_refused (const Fixture *self, const char *alike, const char *part)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_data (self, alike, &error));
  g_assert_error (error, DM_ERROR, DM_ERROR_DATA);
  g_assert_nonnull (strstr (error->message, "groups.tsv"));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_faults (Fixture *self, gconstpointer data)
{
  static const char *const wrong[] = { "a/1.png x\n", "\tx\n", "a/1.png\t\n",
                                       "a/1.png\tx\na/1.png\ty\n" };

  (void) data;
  assert_refused (self, "no/groups.tsv", "No such file");
  for (size_t i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      write_groups (self, wrong[i]);
      assert_refused (self, NULL, i == 3 ? "line 2" : "line 1");
    }
}

int
main (int argc, char **argv)
{
  g_setenv ("GEGL_USE_OPENCL", "no", TRUE);
  g_test_init (&argc, &argv, NULL);
  gegl_init (NULL, NULL);
  g_test_add ("/groups/whole", Fixture, NULL, set_up, test_whole, tear_down);
  g_test_add ("/groups/alone", Fixture, NULL, set_up, test_alone, tear_down);
  g_test_add ("/groups/faults", Fixture, NULL, set_up, test_faults, tear_down);

  /* without gegl_exit(), which unloads modules that keep some memory */
  return g_test_run ();
}
